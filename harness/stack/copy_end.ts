// How a native copy ended, in the words of the cores.

import type { OpResult } from "../../native/ffi/data_plane.ts";
import type { CopyEnd } from "../core/connector/get_batch.ts";

export function copyEnd({ code }: OpResult): CopyEnd {
  return code === "ok" || code === "stale" || code === "corrupt" ? code : "failed";
}
