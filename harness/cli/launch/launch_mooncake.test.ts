// The store-client contract over the real Mooncake: its master and two owners in a network namespace of their own, a requester
// process a test. Needs the wheel (scripts/install_mooncake) and a user who may make a namespace; skipped, with the reason, else.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDataPlane } from "../../../native/ffi/open_data_plane.ts";
import { OsClock } from "../../clock/os_clock.ts";
import { parseDeployment } from "../../config/kv_offload/kv_offload_file.ts";
import { assert, present } from "../../domain/assert.ts";
import type { Result } from "../../domain/result.ts";
import { findMooncake, mooncakeBinary, mooncakePython } from "../../launch/mooncake/mooncake_install.ts";
import { openPrivateNetwork, type PrivateNetwork } from "../../launch/mooncake/mooncake_network.ts";
import { type MooncakeStack, startMooncakeStack } from "../../launch/mooncake/mooncake_stack.ts";
import { MooncakeRequesterProcess } from "../../stack/mooncake/mooncake_requester_process.ts";
import { MooncakeStoreClient } from "../../stack/mooncake/mooncake_store_client.ts";
import {
  BLOCK_BYTES,
  describeStoreClient,
  MEMORY_BLOCKS,
  type StoreUnderTest,
} from "../../stack/store_client_contract.ts";

const installed = findMooncake();
const network = installed.ok ? await openPrivateNetwork() : null;
const reason = installed.ok
  ? "no network namespace can be made (needs root, unshare, nsenter, ip)"
  : installed.error;

if (!installed.ok || network === null) {
  test.skip(`the real Mooncake store: ${reason}`, () => {});
} else {
  describe("the real Mooncake store", () => suite(installed.value, network));
}

function suite(venv: string, inside: PrivateNetwork): void {
  const directory = mkdtempSync(join(tmpdir(), "tb-real-mooncake-"));
  let stack: MooncakeStack | null = null;
  beforeAll(async () => {
    stack = await startStack(venv, inside, directory);
  });
  afterAll(async () => {
    await stack?.stop();
    await inside.close();
    rmSync(directory, { recursive: true });
  });

  test("both segments are known to the master by the names of their owners", async () => {
    const { segment_names } = present(stack, "the store runs");
    const answer = Bun.spawnSync([
      ...inside.wrap([
        process.execPath,
        "-e",
        "console.log(await (await fetch('http://127.0.0.1:9003/get_all_segments')).text())",
      ]),
    ]);
    for (const name of segment_names) expect(answer.stdout.toString()).toContain(name);
  });

  describeStoreClient("mooncake", () => openRequester(venv, inside, present(stack, "the store runs")));
}

async function startStack(venv: string, inside: PrivateNetwork, directory: string): Promise<MooncakeStack> {
  const parsed = parseDeployment({ owner: { protocol: "tcp", segment_bytes: "64MiB" } });
  assert(parsed.ok, "the test's deployment is valid");
  return unwrap(
    await startMooncakeStack({
      clock: new OsClock(),
      config: parsed.value.store,
      owner_count: 2,
      host: "127.0.0.1",
      log_dir: directory,
      env_file: join(directory, "mooncake_master.env"),
      binaries: {
        master: mooncakeBinary(venv, "mooncake_master"),
        client: mooncakeBinary(venv, "mooncake_client"),
      },
      ready_timeout_ms: 20_000,
      wrap: inside.wrap,
      network_pid: inside.pid,
    }),
  );
}

async function openRequester(
  venv: string,
  inside: PrivateNetwork,
  { addresses, segment_names }: MooncakeStack,
): Promise<StoreUnderTest> {
  const shm = mkdtempSync("/dev/shm/tierbench-mooncake-");
  const plane = unwrap(openDataPlane());
  const memory = unwrap(plane.createRegion(join(shm, "hbm"), MEMORY_BLOCKS * BLOCK_BYTES, 1));
  const requester = unwrap(
    await MooncakeRequesterProcess.start({
      argv: inside.wrap([
        mooncakePython(venv),
        join(import.meta.dir, "../../stack/mooncake/mooncake_requester.py"),
      ]),
      env: { MC_TCP_BIND_ADDRESS: "127.0.0.1", PATH: process.env["PATH"] ?? "", GLOG_minloglevel: "2" },
      setup: {
        local_hostname: "127.0.0.1",
        metadata_server: addresses.metadata,
        local_buffer_bytes: 16 * 1024 ** 2,
        protocol: "tcp",
        device_name: "",
        master_address: addresses.master,
        metrics_address: addresses.metrics,
      },
      stderr: "ignore",
    }),
  );
  const local_segment = present(segment_names[0], "there are segments");
  const client = new MooncakeStoreClient({ requester, plane, local_segment, observe_puts: true });
  await client.removeAll(true);
  return {
    client,
    plane,
    memory,
    segment_names,
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await plane.close();
      rmSync(shm, { recursive: true });
    },
  };
}

function unwrap<T>(result: Result<T, { readonly detail: string }>): T {
  assert(result.ok, result.ok ? "" : result.error.detail);
  return result.value;
}
