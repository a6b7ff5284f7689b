// What can go wrong between a FeatureStore and its callers.

import { err, type Result } from "../../domain/result.ts";

export type FeatureErrorCode =
  /** Auth is required and the token is missing or another one. */
  | "auth"
  | "empty_put"
  | "invalid_sample"
  /** Resident bytes would exceed max_resident_bytes: the consumer is behind. */
  | "over_budget"
  /** A ref of another store, or a handle that this store has not given. */
  | "not_ours"
  | "not_found"
  /** Used after release, abort or gc: the generation is gone, whatever the backend still holds. */
  | "freed"
  /** A ref to a generation that a later put has replaced. */
  | "stale_generation"
  | "short_read"
  | "put_failed"
  | "get_failed"
  | "drain_failed";

export interface FeatureError {
  readonly code: FeatureErrorCode;
  readonly detail: string;
}

export function featureError(code: FeatureErrorCode, detail: string): Result<never, FeatureError> {
  return err({ code, detail });
}
