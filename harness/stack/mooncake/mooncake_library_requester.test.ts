// The store-client contract through the C API, on a stand-in library with the same symbols that is compiled here.

import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openDataPlane } from "../../../native/ffi/open_data_plane.ts";
import { assert } from "../../domain/assert.ts";
import {
  BLOCK_BYTES,
  describeStoreClient,
  MEMORY_BLOCKS,
  type StoreUnderTest,
} from "../store_client_contract.ts";
import { MooncakeRequesterProcess } from "./mooncake_requester_process.ts";
import type { RequesterSetup } from "./mooncake_requester_protocol.ts";
import { MooncakeStoreClient } from "./mooncake_store_client.ts";

const directory = mkdtempSync("/dev/shm/tierbench-mooncake-");
const library = join(directory, "libmooncake_store.so");
const source = join(import.meta.dir, "mooncake_library_standin.c");
const compiled = Bun.spawnSync([
  "cc",
  "-O1",
  "-Wall",
  "-Wextra",
  "-Werror",
  "-shared",
  "-fPIC",
  "-o",
  library,
  source,
]);
afterAll(() => rmSync(directory, { recursive: true }));

const SETUP: RequesterSetup = {
  local_hostname: "127.0.0.1",
  metadata_server: "http://127.0.0.1:8080/metadata",
  local_buffer_bytes: 4096,
  protocol: "tcp",
  device_name: "",
  master_address: "127.0.0.1:50051",
  metrics_address: "",
};

test("the stand-in library compiles", () => {
  expect(compiled.stderr.toString()).toBe("");
});

describeStoreClient("mooncake by its C API", openUnderTest);

test("a library that is none, and a store that refuses its setup, are start errors", async () => {
  for (const [path, setup] of [
    [source, SETUP],
    [library, { ...SETUP, protocol: "rdma" }],
  ] as const) {
    const started = await startRequester(path, setup, join(directory, "keys"), "ignore");
    expect(started.ok ? "" : started.error.code).toBe("peer_unreachable");
  }
});

async function openUnderTest(): Promise<StoreUnderTest> {
  const own = mkdtempSync(join(directory, "test-"));
  const keys_file = join(own, "keys");
  const opened = openDataPlane();
  assert(opened.ok, "the native library opens");
  const plane = opened.value;
  const memory = plane.createRegion(join(own, "hbm"), MEMORY_BLOCKS * BLOCK_BYTES, 1);
  assert(memory.ok, "the region is made");
  const metrics = serveQueries(keys_file);
  const setup = { ...SETUP, metrics_address: `127.0.0.1:${metrics.port}` };
  const requester = await startRequester(library, setup, keys_file, "inherit");
  assert(requester.ok, "the requester starts");
  const client = new MooncakeStoreClient({
    requester: requester.value,
    plane,
    local_segment: "node0:50053",
    observe_puts: true,
  });
  return {
    client,
    plane,
    memory: memory.value,
    segment_names: ["node0:50053", "node1:50053"],
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await metrics.stop(true);
      await plane.close();
    },
  };
}

function startRequester(
  path: string,
  setup: RequesterSetup,
  keys_file: string,
  stderr: "inherit" | "ignore",
): ReturnType<typeof MooncakeRequesterProcess.start> {
  const argv = [process.execPath, join(import.meta.dir, "mooncake_library_requester.ts"), path];
  return MooncakeRequesterProcess.start({ argv, env: { STANDIN_KEYS: keys_file }, setup, stderr });
}

/** `/batch_query_keys` of the master, from the file that the stand-in writes. */
function serveQueries(keys_file: string): ReturnType<typeof Bun.serve> {
  return Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => {
      const lines = existsSync(keys_file) ? readFileSync(keys_file, "utf8").trim().split("\n") : [];
      const segments = new Map(
        lines.map((line): [string, string] => [line.split(" ")[0] ?? "", line.split(" ")[1] ?? ""]),
      );
      const asked = new URL(request.url).searchParams.get("keys")?.split(",") ?? [];
      const entryOf = (key: string): object => {
        const segment = segments.get(key);
        return segment === undefined
          ? { ok: false }
          : { ok: true, values: [{ transport_endpoint_: segment }] };
      };
      return Response.json({
        success: true,
        data: Object.fromEntries(asked.map((key) => [key, entryOf(key)])),
      });
    },
  });
}
