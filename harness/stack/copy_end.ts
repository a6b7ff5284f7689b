// How a native copy ended, in the words of the cores.

import type { CopyOp, OpResult } from "../../native/ffi/data_plane.ts";
import type { CopyEnd } from "../core/connector/get_batch.ts";

export function copyEnd({ code }: OpResult): CopyEnd {
  return code === "ok" || code === "stale" || code === "corrupt" ? code : "failed";
}

/** Of the copies whose bytes arrived, whatever they were. `results`: one a copy. */
export function movedBytes(copies: readonly CopyOp[], results: readonly OpResult[]): number {
  return copies.reduce((sum, { bytes }, i) => {
    const result = results[i];
    return result === undefined || copyEnd(result) === "failed" ? sum : sum + bytes;
  }, 0);
}
