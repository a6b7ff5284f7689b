// What the calls of a FeatureStore take and return.

import type { FeatureHandle, SampleMetadata } from "./feature_ref.ts";
import type { FeatureTensor } from "./feature_tensor.ts";

export type FeatureTensors = ReadonlyMap<string, FeatureTensor>;

export interface FeaturePut {
  readonly sample_id: string;
  readonly metadata: SampleMetadata;
  readonly token: string | null;
}

export interface FeatureGet {
  /** Null: all tensors of the sample. */
  readonly names: readonly string[] | null;
  /** Name → where the bytes shall go; the others go to new typed arrays. */
  readonly into: ReadonlyMap<string, FeatureTensor["data"]>;
  readonly token: string | null;
}

export interface FetchedSample {
  /** Copies: the caller's own. */
  readonly tensors: FeatureTensors;
  readonly handle: FeatureHandle;
}

/** kept: other leases, or retain_on_release. stale: of a generation that had ended already. */
export type FeatureReleased = "freed" | "kept" | "stale";

export interface FeatureGc {
  readonly force_freed: number;
  readonly force_freed_bytes: number;
  readonly release_pending: number;
}
