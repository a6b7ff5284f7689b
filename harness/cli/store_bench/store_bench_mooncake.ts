// `store-bench --compare mooncake`: a real Mooncake master and owner in a network namespace of their own, and a requester beside them,
// measured with the cells of one requester. Its bytes go over loopback TCP between its processes, as its users' do on one host.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDataPlane } from "../../../native/ffi/open_data_plane.ts";
import { present } from "../../domain/assert.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { MooncakeRequesterProcess } from "../../stack/mooncake/mooncake_requester_process.ts";
import { MooncakeStoreClient } from "../../stack/mooncake/mooncake_store_client.ts";
import { openMooncake } from "../feature_stream/feature_stream_store.ts";
import type { BenchRequester } from "./store_bench_stack.ts";

export interface MooncakeBench {
  readonly version: string;
  readonly requester: BenchRequester;
  stop(): Promise<void>;
}

const VERSION_FILE = join(import.meta.dir, "../../../scripts/mooncake_version");

/** An error says what is missing. */
export async function startMooncakeBench(
  segment_bytes: number,
  memory_bytes: number,
): Promise<Result<MooncakeBench, string>> {
  await using opened = new AsyncDisposableStack();
  const work_dir = mkdtempSync(join(tmpdir(), "tb-mooncake-"));
  const shm = mkdtempSync("/dev/shm/tb-mooncake-");
  opened.defer(() => {
    rmSync(work_dir, { recursive: true, force: true });
    rmSync(shm, { recursive: true, force: true });
  });
  const store = await openMooncake(segment_bytes, memory_bytes, work_dir);
  if (!store.ok) return store;
  opened.defer(() => store.value.stop());
  const plane = openDataPlane();
  if (!plane.ok) return err(plane.error.detail);
  opened.defer(() => plane.value.close());
  const memory = plane.value.createRegion(join(shm, "requester"), memory_bytes, 1);
  if (!memory.ok) return err(memory.error.detail);
  const { argv, setup } = present(store.value.requester, "a Mooncake is reached through a requester");
  const env = { MC_TCP_BIND_ADDRESS: setup.local_hostname, GLOG_minloglevel: "2" };
  const requester = await MooncakeRequesterProcess.start({ argv, env, setup, stderr: "ignore" });
  if (!requester.ok) return err(requester.error.detail);
  const client = new MooncakeStoreClient({
    requester: requester.value,
    plane: plane.value,
    local_segment: null,
    observe_puts: false,
    observe_gets: false,
  });
  opened.defer(() => client.close());
  const running = opened.move();
  const version = readFileSync(VERSION_FILE, "utf8").trim();
  return ok({
    version,
    requester: { client, plane: plane.value, memory: memory.value },
    stop: () => running.disposeAsync(),
  });
}
