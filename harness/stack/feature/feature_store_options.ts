// What a FeatureStore is opened with.

import type { Clock } from "../../clock/clock.ts";
import type { FeatureBackend } from "./feature_backend.ts";

export interface FeatureStoreOptions {
  readonly store_id: string;
  readonly backend: FeatureBackend;
  readonly clock: Clock;
  /** Null: no auth. */
  readonly required_token: string | null;
  /** Null: no bound. Counts objects whose removal is pending. */
  readonly max_resident_bytes: number | null;
  /** Null: gc frees nothing. */
  readonly max_hold_age_ms: number | null;
  /** Release never frees; abort and gc do. */
  readonly retain_on_release: boolean;
  readonly max_release_attempts: number;
}

export const FEATURE_STORE_DEFAULTS: Omit<FeatureStoreOptions, "store_id" | "backend" | "clock"> = {
  required_token: null,
  max_resident_bytes: null,
  max_hold_age_ms: null,
  retain_on_release: false,
  max_release_attempts: 3,
};
