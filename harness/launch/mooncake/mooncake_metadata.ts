// Metadata that a dead owner left in the HTTP metadata server, and that refuses its successor of the same name.

import type { Clock } from "../../clock/clock.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { msToNs } from "../../domain/units.ts";

/** What the client logs when another one has, or had, its name. */
export const STALE_METADATA_TEXT = "Duplicate rpc_meta key not allowed";

const GONE_TIMEOUT_MS = 5_000;
const POLL_MS = 50;

/** Deletes both entries of a segment and waits until the server no longer has them. */
export async function dropStaleMetadata(
  metadata_url: string,
  segment_name: string,
  clock: Clock,
): Promise<Result<void, string>> {
  for (const kind of ["rpc_meta", "ram"]) {
    const url = `${metadata_url}?key=${encodeURIComponent(`mooncake/${kind}/${segment_name}`)}`;
    const deleted = await statusOf(url, "DELETE");
    if (deleted !== 200 && deleted !== 404) return err(`${url}: DELETE answered ${deleted}`);
    const deadline_ns = clock.now_ns() + msToNs(GONE_TIMEOUT_MS);
    while ((await statusOf(url, "GET")) !== 404) {
      if (clock.now_ns() >= deadline_ns) return err(`${url}: is still there after it was deleted`);
      await clock.sleepUntil(clock.now_ns() + msToNs(POLL_MS));
    }
  }
  return ok(undefined);
}

/** "unreachable" where nothing answers. */
async function statusOf(url: string, method: "GET" | "DELETE"): Promise<number | "unreachable"> {
  try {
    const response = await fetch(url, { method, signal: AbortSignal.timeout(GONE_TIMEOUT_MS) });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return "unreachable";
  }
}
