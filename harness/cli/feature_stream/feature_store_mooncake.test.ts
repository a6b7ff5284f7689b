// The FeatureStore over the real Mooncake: its contract, and a stream between processes. Needs the wheel (scripts/install_mooncake)
// and a user who may make a network namespace; skipped, with the reason, else.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DataPlane } from "../../../native/ffi/data_plane.ts";
import { openDataPlane } from "../../../native/ffi/open_data_plane.ts";
import { FEATURE_STREAM_DEFAULTS } from "../../../workloads/feature_stream.ts";
import { assert, present } from "../../domain/assert.ts";
import { KIB, MIB } from "../../domain/units.ts";
import { FeatureStoreBackend } from "../../stack/feature/feature_store_backend.ts";
import { describeFeatureStore } from "../../stack/feature/feature_store_contract.ts";
import { MooncakeRequesterProcess } from "../../stack/mooncake/mooncake_requester_process.ts";
import { MooncakeStoreClient } from "../../stack/mooncake/mooncake_store_client.ts";
import { runFeatureStream } from "./feature_stream_run.ts";
import { openStreamStore, type StreamStore } from "./feature_stream_store.ts";

const STREAM = { ...FEATURE_STREAM_DEFAULTS, samples: 20, tokens_mean: 64, max_resident_bytes: 4 * MIB };

const directory = mkdtempSync(join(tmpdir(), "tb-feature-mooncake-"));
const shm = mkdtempSync("/dev/shm/tierbench-feature-");
const opened = await openStreamStore("mooncake", STREAM, directory);
afterAll(async () => {
  if (opened.ok) await opened.value.stop();
  for (const path of [directory, shm]) rmSync(path, { recursive: true });
});

if (!opened.ok) test.skip(`the FeatureStore over the real Mooncake: ${opened.error}`, () => {});
else describe("the real Mooncake", () => suite(opened.value));

function suite(store: StreamStore): void {
  const { argv, setup } = present(store.requester, "a Mooncake has a requester");
  let plane: DataPlane | null = null;
  let client: MooncakeStoreClient | null = null;
  beforeAll(async () => {
    const native = openDataPlane();
    assert(native.ok, "the native library opens");
    plane = native.value;
    const env = { MC_TCP_BIND_ADDRESS: setup.local_hostname, GLOG_minloglevel: "2" };
    const requester = await MooncakeRequesterProcess.start({ argv, env, setup, stderr: "ignore" });
    assert(requester.ok, "the requester starts");
    const options = { requester: requester.value, plane, local_segment: null, observe_puts: false };
    client = new MooncakeStoreClient(options);
  });
  afterAll(async () => {
    await client?.close();
    await plane?.close();
  });

  let regions = 0;
  describeFeatureStore("mooncake", async () => {
    const requester = present(client, "the client is open");
    const path = join(shm, `staging-${regions++}`);
    const staging = present(plane, "the plane is open").createRegion(path, 64 * KIB, 1);
    assert(staging.ok, "the region is made");
    await requester.removeAll(true);
    const options = { kind: "mooncake", client: requester, staging: staging.value, replica_num: 1 } as const;
    return {
      backend: new FeatureStoreBackend(options),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  });

  test("a stream between processes is consumed whole, also when a consumer is killed", async () => {
    const figures = await runFeatureStream({
      ...{ backend: "mooncake", stream: STREAM, seed: 1, hold_s: 60, crash: "consumer", name: "stream" },
      ...{ work_dir: directory, shm_dir: shm, master_address: "", requester: store.requester },
    });
    assert(figures.ok, figures.ok ? "" : figures.error);
    expect(figures.value).toMatchObject({ put: 20, problems: [], unconsumed: 0 });
    expect(figures.value.consumed + figures.value.freed_by_the_dead).toBe(20);
  }, 180_000);
}
