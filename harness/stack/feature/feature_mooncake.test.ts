// The FeatureStore contract through Mooncake's C API, on the stand-in library that is compiled here: what a requester of a real
// Mooncake is asked to do is the same.

import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openDataPlane } from "../../../native/ffi/open_data_plane.ts";
import { assert } from "../../domain/assert.ts";
import { KIB } from "../../domain/units.ts";
import { MooncakeRequesterProcess } from "../mooncake/mooncake_requester_process.ts";
import { MooncakeStoreClient } from "../mooncake/mooncake_store_client.ts";
import { FeatureStoreBackend } from "./feature_store_backend.ts";
import { describeFeatureStore, type FeatureBackendUnderTest } from "./feature_store_contract.ts";

const directory = mkdtempSync("/dev/shm/tierbench-features-");
const library = join(directory, "libmooncake_store.so");
const source = join(import.meta.dir, "../mooncake/mooncake_library_standin.c");
const compiled = Bun.spawnSync(["cc", "-O1", "-shared", "-fPIC", "-o", library, source]);
afterAll(() => rmSync(directory, { recursive: true }));

test("the stand-in library compiles", () => {
  expect(compiled.stderr.toString()).toBe("");
});

describeFeatureStore("mooncake by its C API", openUnderTest);

async function openUnderTest(): Promise<FeatureBackendUnderTest> {
  const own = mkdtempSync(join(directory, "test-"));
  const opened = openDataPlane();
  assert(opened.ok, "the native library opens");
  const plane = opened.value;
  const staging = plane.createRegion(join(own, "staging"), 64 * KIB, 1);
  assert(staging.ok, "the region is made");
  // The master's HTTP port, which says nothing of where objects are.
  const metrics = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => Response.json({ success: false }),
  });
  const requester = await MooncakeRequesterProcess.start({
    argv: [process.execPath, join(import.meta.dir, "../mooncake/mooncake_library_requester.ts"), library],
    env: { STANDIN_KEYS: join(own, "keys") },
    setup: {
      local_hostname: "127.0.0.1",
      metadata_server: "http://127.0.0.1:8080/metadata",
      local_buffer_bytes: 4096,
      protocol: "tcp",
      device_name: "",
      master_address: "127.0.0.1:50051",
      metrics_address: `127.0.0.1:${metrics.port}`,
    },
    stderr: "inherit",
  });
  assert(requester.ok, "the requester starts");
  const client = new MooncakeStoreClient({
    requester: requester.value,
    plane,
    local_segment: null,
    observe_puts: false,
  });
  const backend = new FeatureStoreBackend({
    kind: "mooncake",
    client,
    staging: staging.value,
    replica_num: 1,
  });
  return {
    backend,
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await metrics.stop(true);
      await plane.close();
    },
  };
}
