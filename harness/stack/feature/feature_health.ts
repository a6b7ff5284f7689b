// What a FeatureStore says of itself, and of this process only.

import { NS_PER_S } from "../../domain/units.ts";
import type { FeatureBackendKind } from "./feature_backend.ts";
import type { FeatureLedger } from "./feature_ledger.ts";
import type { FeatureRemovals } from "./feature_removals.ts";
import type { FeatureStoreOptions } from "./feature_store_options.ts";

export interface FeatureHealth {
  readonly store_id: string;
  readonly backend: FeatureBackendKind;
  readonly resident_samples: number;
  readonly active_leases: number;
  /** Of samples, and of objects whose removal is pending. */
  readonly resident_bytes: number;
  readonly max_resident_bytes: number | null;
  readonly auth_required: boolean;
  /** Objects. */
  readonly release_pending: number;
  /** Null: no sample is resident. */
  readonly oldest_age_s: number | null;
  readonly avg_age_s: number | null;
  readonly force_freed_total: number;
  readonly hard_pin: boolean;
}

export function featureHealth(
  { store_id, backend, clock, max_resident_bytes, required_token }: FeatureStoreOptions,
  ledger: FeatureLedger,
  removals: FeatureRemovals,
  force_freed_total: number,
): FeatureHealth {
  const now_ns = clock.now_ns();
  const ages_s = [...ledger.samples.values()].map(({ since_ns }) => (now_ns - since_ns) / NS_PER_S);
  const count = ages_s.length;
  return {
    store_id,
    backend: backend.kind,
    resident_samples: count,
    active_leases: ledger.active_leases,
    resident_bytes: ledger.resident_bytes + removals.bytes,
    max_resident_bytes,
    auth_required: required_token !== null,
    release_pending: removals.count,
    oldest_age_s: count === 0 ? null : ages_s.reduce((oldest, age) => Math.max(oldest, age)),
    avg_age_s: count === 0 ? null : ages_s.reduce((sum, age) => sum + age, 0) / count,
    force_freed_total,
    hard_pin: backend.hard_pin,
  };
}
