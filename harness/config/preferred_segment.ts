// Where the preferred segment of puts comes from (spec: vllm_mooncake_store_connector.md §1.7): what the configuration says, else
// the environment, else nowhere. An explicit null is as good as nothing said; an empty text is a mistake, not a wish for none.

import { err, ok, type Result } from "../domain/result.ts";

export const PREFERRED_SEGMENT_VARIABLE = "MOONCAKE_PREFERRED_SEGMENT";

/** The segment, or null for no preference. override: of the configuration, whatever its type; environment: the variable. */
export function preferredSegment(
  override: unknown,
  environment: string | undefined,
): Result<string | null, string> {
  if (override === null || override === undefined) return ok(environment?.trim() || null);
  const segment = typeof override === "string" ? override.trim() : "";
  if (segment !== "") return ok(segment);
  return err("Mooncake preferred_segment override must be a non-empty string");
}

/** vLLM's INFO line where nothing explicit is said and the environment decides; null where it does not. */
export function preferredSegmentLine(environment: string | undefined): string | null {
  const segment = environment?.trim() ?? "";
  return segment === "" ? null : `Mooncake preferred_segment from ${PREFERRED_SEGMENT_VARIABLE}: ${segment}`;
}
