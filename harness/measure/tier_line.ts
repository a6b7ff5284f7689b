// Parser of the line that vLLM's store connector logs per load under VLLM_MOONCAKE_STORE_TIER_LOG
// (spec: vllm_mooncake_store_connector.md §1.6). Its own invariants are checked: a line that contradicts itself is an error.

import { err, ok, type Result } from "../domain/result.ts";

export interface TierLine {
  readonly req_id: string;
  readonly batch_keys: number;
  readonly memory_keys: number;
  readonly disk_keys: number;
  /** No descriptor was had before the GET, so the tier is not known. */
  readonly unknown_keys: number;
  readonly success_keys: number;
  readonly failed_keys: number;
  readonly bytes_by_tier: { readonly memory: number; readonly disk: number; readonly unknown: number };
}

export interface TierLineError {
  readonly code: "malformed" | "keys_do_not_add_up" | "results_do_not_add_up";
  readonly line: string;
}

const MARKER = "Mooncake load tier summary:";
const TIER_LINE =
  /Mooncake load tier summary: req_id=(\S+) batch_keys=(\d+) memory_keys=(\d+) disk_keys=(\d+) unknown_keys=(\d+) success_keys=(\d+) failed_keys=(\d+) bytes_by_tier=\{'memory': (\d+), 'disk': (\d+), 'unknown': (\d+)\}/;

/** Null: some other line of the log. Text before the marker (time, level) is ignored. */
export function parseTierLine(line: string): Result<TierLine, TierLineError> | null {
  if (!line.includes(MARKER)) return null;
  const match = TIER_LINE.exec(line);
  if (match === null) return err({ code: "malformed", line });
  const [, req_id = "", ...counts] = match;
  const [batch = 0, memory = 0, disk = 0, unknown = 0, success = 0, failed = 0, ...bytes] =
    counts.map(Number);
  if (memory + disk + unknown !== batch) return err({ code: "keys_do_not_add_up", line });
  if (success + failed !== batch) return err({ code: "results_do_not_add_up", line });
  return ok({
    req_id,
    batch_keys: batch,
    memory_keys: memory,
    disk_keys: disk,
    unknown_keys: unknown,
    success_keys: success,
    failed_keys: failed,
    bytes_by_tier: { memory: bytes[0] ?? 0, disk: bytes[1] ?? 0, unknown: bytes[2] ?? 0 },
  });
}
