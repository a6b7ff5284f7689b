// Starts a real owner (`mooncake_client`). It is ready when the TCP port of its *segment* listens: its RPC port is an abstract
// unix socket, and a probe of it would wait for ever (spec: vllm_mooncake_store_connector.md §1.8, "Readiness probe").

import { readdirSync, readFileSync } from "node:fs";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Command } from "./mooncake_commands.ts";
import { dropStaleMetadata, STALE_METADATA_TEXT } from "./mooncake_metadata.ts";
import { MooncakeProcess, type ProcessPlace } from "./mooncake_process.ts";

export interface OwnerStart {
  readonly command: Command;
  readonly segment_name: string;
  readonly segment_port: number;
  readonly metadata_url: string;
  readonly ready_timeout_ms: number;
}

/** The code says what to look at: the log, the port, or another owner of the same name. */
export interface StoreStartError {
  readonly code: "exited" | "timeout" | "port_in_use" | "still_advertised" | "stale_metadata";
  readonly detail: string;
}

const LOG_LINES_SHOWN = 50;
export const OWNER_STOP_GRACE_MS = 10_000;

export async function startMooncakeOwner(
  start: OwnerStart,
  place: ProcessPlace,
): Promise<Result<MooncakeProcess, StoreStartError>> {
  const first = await tryStart(start, place);
  if (first.ok || !first.error.detail.includes(STALE_METADATA_TEXT)) return first;
  const advertiser = findAdvertiser(start.segment_name);
  if (advertiser !== null) {
    return err({
      code: "still_advertised",
      detail: `process ${advertiser} is an owner of segment ${start.segment_name}. Stop it, or choose another owner.segment_port.`,
    });
  }
  const dropped = await dropStaleMetadata(start.metadata_url, start.segment_name, place.clock);
  if (!dropped.ok) return err({ code: "stale_metadata", detail: dropped.error });
  return tryStart(start, place);
}

async function tryStart(
  { command, segment_port, ready_timeout_ms }: OwnerStart,
  place: ProcessPlace,
): Promise<Result<MooncakeProcess, StoreStartError>> {
  const owner = new MooncakeProcess(command, place);
  const outcome = await owner.waitFor([segment_port], ready_timeout_ms);
  if (outcome === "ready") return ok(owner);
  await owner.stop(OWNER_STOP_GRACE_MS);
  const what =
    outcome === "exited"
      ? "Mooncake owner exited before becoming ready."
      : `Timed out waiting for Mooncake owner segment port ${segment_port}.`;
  return err({ code: outcome, detail: `${what}\n${owner.lastLines(LOG_LINES_SHOWN)}` });
}

/** A process of this user whose command line gives itself that segment. */
function findAdvertiser(segment_name: string): number | null {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      const is_owner = words.some((word) => word.split("/").at(-1) === "mooncake_client");
      if (is_owner && words.includes(`--host=${segment_name}`)) return Number(pid);
    } catch {
      // The process has ended since the directory was read.
    }
  }
  return null;
}
