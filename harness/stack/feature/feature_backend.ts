// Where the bytes of a FeatureStore lie: one object a tensor, raw bytes. A backend knows no samples, generations or leases of
// the FeatureStore; those rules are FeatureStore's and the same over every backend.

import type { Result } from "../../domain/result.ts";
import type { FeatureError } from "./feature_error.ts";
import type { RegionRange } from "./feature_tensor.ts";

export const FEATURE_BACKENDS = ["local", "shared_dir", "store", "mooncake"] as const;
export type FeatureBackendKind = (typeof FEATURE_BACKENDS)[number];

/** One object and where its bytes come from or go to. */
export interface FeatureTransfer {
  readonly key: string;
  readonly data: Uint8Array | RegionRange;
}

/** removed: gone now, or gone before. leased: the store keeps it for a reader for a while. */
export type FeatureRemoval = "removed" | "leased" | "failed";

export interface FeatureBackend {
  readonly kind: FeatureBackendKind;
  /** Whether objects outlive eviction: stores are asked to pin them. */
  readonly hard_pin: boolean;
  /** Keys are new. All are stored, or an error: some may be stored then. */
  put(transfers: readonly FeatureTransfer[]): Promise<Result<void, FeatureError>>;
  /** Copies the objects into `data`. An object of another size is a short read. */
  get(transfers: readonly FeatureTransfer[]): Promise<Result<void, FeatureError>>;
  /** force: even when a reader holds a lease. */
  remove(key: string, force: boolean): Promise<FeatureRemoval>;
  /** May grant a lease, after which a remove that is not forced fails. Null: it could not be asked. */
  exists(key: string): Promise<boolean | null>;
  close(): Promise<void>;
}
