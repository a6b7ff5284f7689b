// `bun run mooncake-loss`: does a real Mooncake store keep what it has acknowledged, once its memory overflows to disk? Puts more
// objects than fit into one owner, waits, and asks for each: without and with offload_on_evict. Everything runs in a network
// namespace of its own.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Region } from "../../../native/ffi/data_plane.ts";
import { openDataPlane } from "../../../native/ffi/open_data_plane.ts";
import { OsClock } from "../../clock/os_clock.ts";
import { formatConfigProblem } from "../../config/config_problem.ts";
import { FlagReader } from "../../config/flag_reader.ts";
import { parseDeployment } from "../../config/kv_offload/kv_offload_file.ts";
import { assert } from "../../domain/assert.ts";
import { DEFAULT_REPLICATE_CONFIG } from "../../domain/replica.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { MIB, msToNs } from "../../domain/units.ts";
import { findMooncake, mooncakeBinary, requesterArgv } from "../../launch/mooncake/mooncake_install.ts";
import { openPrivateNetwork, type PrivateNetwork } from "../../launch/mooncake/mooncake_network.ts";
import { startMooncakeStack } from "../../launch/mooncake/mooncake_stack.ts";
import { MooncakeRequesterProcess } from "../../stack/mooncake/mooncake_requester_process.ts";
import { MooncakeStoreClient } from "../../stack/mooncake/mooncake_store_client.ts";
import { EXIT, type ExitCode } from "../exit_code.ts";

const HELP = `mooncake-loss [options]

Puts objects of 1 MiB into one real Mooncake owner with a disk tier, more than its memory holds, and counts acknowledged objects
that are gone afterwards: without and with offload_on_evict. Needs scripts/install_mooncake and root (a network namespace).

  --objects N       objects to put (default 1536)
  --segment-mib N   memory of the owner (default 512)
  --heartbeat-s N   how often the owner asks for work (default 1)
  --json            the counts as JSON
  --help            this text

Exit codes: 0 measured; 2 usage; 4 the store could not be started.
`;

const FLAGS = {
  objects: "value",
  "segment-mib": "value",
  "heartbeat-s": "value",
  json: "switch",
  help: "switch",
} as const;

const OBJECT_BYTES = MIB;
const BATCH = 16;
const RETRY_MS = 50;
const MAX_TRIES = 600;

interface LossArm {
  readonly offload_on_evict: boolean;
  readonly acknowledged: number;
  readonly lost: number;
  /** Puts of objects refused for want of room, and tried again. */
  readonly refused: number;
}

interface LossPlan {
  readonly objects: number;
  readonly segment_mib: number;
  readonly heartbeat_s: number;
}

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<ExitCode> {
  const flags = new FlagReader(argv, FLAGS);
  const plan: LossPlan = {
    objects: flags.integer("objects", 1) ?? 1_536,
    segment_mib: flags.integer("segment-mib", 32) ?? 512,
    heartbeat_s: flags.integer("heartbeat-s", 1) ?? 1,
  };
  if (flags.problems.length > 0) return complain(flags.problems.map(formatConfigProblem), EXIT.USAGE);
  if (flags.has("help")) return print(HELP);
  const installed = findMooncake();
  if (!installed.ok) return complain([installed.error], EXIT.STACK_FAILED);
  const network = await openPrivateNetwork();
  if (network === null) return complain(["needs root, unshare, nsenter and ip."], EXIT.STACK_FAILED);
  const arms: LossArm[] = [];
  try {
    for (const offload_on_evict of [false, true]) {
      const arm = await measureArm(installed.value, network, plan, offload_on_evict);
      if (!arm.ok) return complain([arm.error], EXIT.STACK_FAILED);
      arms.push(arm.value);
      if (!flags.has("json")) print(`${describeArm(arm.value)}\n`);
    }
  } finally {
    await network.close();
  }
  return flags.has("json") ? print(`${JSON.stringify({ ...plan, arms }, null, 2)}\n`) : EXIT.DONE;
}

async function measureArm(
  venv: string,
  network: PrivateNetwork,
  plan: LossPlan,
  offload_on_evict: boolean,
): Promise<Result<LossArm, string>> {
  const directory = mkdtempSync(join(tmpdir(), "tierbench-loss-"));
  const stack = await startStore(venv, network, plan, offload_on_evict, directory);
  if (!stack.ok) return err(stack.error.detail);
  const { addresses } = stack.value;
  const shm = mkdtempSync("/dev/shm/tierbench-loss-");
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => {
    rmSync(directory, { recursive: true });
    rmSync(shm, { recursive: true });
  });
  cleanup.defer(() => stack.value.stop());
  const plane = openDataPlane();
  if (!plane.ok) return err(plane.error.detail);
  cleanup.defer(() => plane.value.close());
  const memory = plane.value.createRegion(join(shm, "objects"), BATCH * OBJECT_BYTES, 1);
  if (!memory.ok) return err(memory.error.detail);
  const requester = await MooncakeRequesterProcess.start({
    argv: network.wrap(requesterArgv(venv)),
    env: { MC_TCP_BIND_ADDRESS: "127.0.0.1", PATH: process.env["PATH"] ?? "" },
    setup: {
      local_hostname: "127.0.0.1",
      metadata_server: addresses.metadata,
      local_buffer_bytes: 16 * MIB,
      protocol: "tcp",
      device_name: "",
      master_address: addresses.master,
      metrics_address: addresses.metrics,
    },
    stderr: "ignore",
  });
  if (!requester.ok) return err(requester.error.detail);
  const client = new MooncakeStoreClient({
    requester: requester.value,
    plane: plane.value,
    local_segment: null,
    observe_puts: false,
  });
  cleanup.defer(() => client.close());
  return ok({ offload_on_evict, ...(await countLost(client, memory.value, plan)) });
}

function startStore(
  venv: string,
  network: PrivateNetwork,
  { segment_mib, heartbeat_s }: LossPlan,
  offload_on_evict: boolean,
  directory: string,
): ReturnType<typeof startMooncakeStack> {
  const parsed = parseDeployment({
    // A lease as short as this lets every object be evicted once it is written.
    master: { lease_ttl_ms: 1_000, enable_offload: true, offload_on_evict },
    owner: {
      protocol: "tcp",
      segment_bytes: segment_mib * MIB,
      enable_offload: true,
      disk_path: join(directory, "disk"),
      disk_bytes: "8GiB",
      staging_bytes: "256MiB",
      heartbeat_s,
    },
  });
  assert(parsed.ok, "the study's deployment is valid");
  return startMooncakeStack({
    clock: new OsClock(),
    config: parsed.value.store,
    owner_count: 1,
    host: "127.0.0.1",
    log_dir: directory,
    env_file: join(directory, "mooncake_master.env"),
    binaries: {
      master: mooncakeBinary(venv, "mooncake_master"),
      client: mooncakeBinary(venv, "mooncake_client"),
    },
    ready_timeout_ms: 20_000,
    wrap: network.wrap,
    network_pid: network.pid,
  });
}

async function countLost(
  client: MooncakeStoreClient,
  memory: Region,
  { objects, heartbeat_s }: LossPlan,
): Promise<Omit<LossArm, "offload_on_evict">> {
  const clock = new OsClock();
  const pause = (ms: number): Promise<void> => clock.sleepUntil(clock.now_ns() + msToNs(ms));
  const acknowledged: string[] = [];
  let refused = 0;
  for (let at = 0; at < objects; at += BATCH) {
    let left = Array.from({ length: Math.min(BATCH, objects - at) }, (_, i) => i);
    for (let tries = 0; left.length > 0 && tries < MAX_TRIES; tries++) {
      if (tries > 0) await pause(RETRY_MS);
      const items = left.map((i) => {
        return { key: `object-${at + i}`, region: memory, offset: i * OBJECT_BYTES, bytes: OBJECT_BYTES };
      });
      const codes = await client.put(items, DEFAULT_REPLICATE_CONFIG);
      acknowledged.push(...items.filter((_, i) => codes[i] === 0).map(({ key }) => key));
      left = left.filter((_, i) => codes[i] !== 0);
      refused += left.length;
    }
  }
  // What the owner has still to write, it has written after two heartbeats.
  await pause(2_000 * heartbeat_s + 2_000);
  const found = await client.exists(acknowledged);
  return { acknowledged: acknowledged.length, lost: found.filter((code) => code !== 1).length, refused };
}

function describeArm({ offload_on_evict, acknowledged, lost, refused }: LossArm): string {
  return `offload_on_evict=${offload_on_evict}: ${acknowledged} acknowledged, ${lost} of them lost, ${refused} refused and tried again`;
}

function print(text: string): ExitCode {
  process.stdout.write(text);
  return EXIT.DONE;
}

function complain(lines: readonly string[], code: ExitCode): ExitCode {
  for (const line of lines) console.error(`mooncake-loss: ${line}`);
  return code;
}
