import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OsClock } from "../../clock/os_clock.ts";
import { parseDeployment } from "../../config/kv_offload/kv_offload_file.ts";
import { assert } from "../../domain/assert.ts";
import type { Result } from "../../domain/result.ts";
import { type StoreStartError, startMooncakeOwner } from "./mooncake_owner.ts";
import { type MooncakeStack, startMooncakeStack } from "./mooncake_stack.ts";

let directory = "";
let events = "";
const running: MooncakeStack[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tb-mooncake-"));
  events = join(directory, "events");
  writeFileSync(events, "");
});

afterEach(async () => {
  for (const stack of running.splice(0)) await stack.stop();
  rmSync(directory, { recursive: true });
});

/** A program on disk that the launcher starts as it would start the real one. */
function standIn(program: string, behaviour: string): string {
  const path = join(directory, program);
  const fixture = join(import.meta.dir, "mooncake_standin_fixture.ts");
  const exec = `exec ${process.execPath} ${fixture} ${program} "$@"`;
  writeFileSync(path, `#!/bin/sh\nSTANDIN_EVENTS=${events} STANDIN_OWNER=${behaviour} ${exec}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Ports that were free a moment ago. */
function freePorts(count: number): number[] {
  const held = Array.from({ length: count }, () =>
    Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } }),
  );
  const ports = held.map((listener) => listener.port);
  for (const listener of held) listener.stop();
  return ports;
}

interface Trial {
  readonly owner_count?: number;
  readonly behaviour?: string;
  readonly ready_timeout_ms?: number;
  readonly ports?: readonly number[];
  readonly enable_offload?: boolean;
}

async function start(trial: Trial = {}): Promise<Result<MooncakeStack, StoreStartError>> {
  const [rpc_port, http_port, metrics_port, owner_rpc, segment_port] = trial.ports ?? freePorts(5);
  const parsed = parseDeployment({
    master: { rpc_port, http_port, metrics_port },
    owner: {
      rpc_port: owner_rpc,
      segment_port,
      protocol: "tcp",
      enable_offload: trial.enable_offload ?? false,
      disk_path: join(directory, "disk"),
    },
  });
  assert(parsed.ok, "the test's deployment is valid");
  const stack = await startMooncakeStack({
    clock: new OsClock(),
    config: parsed.value.store,
    owner_count: trial.owner_count ?? 1,
    host: "127.0.0.1",
    log_dir: join(directory, "logs"),
    env_file: join(directory, "mooncake_master.env"),
    binaries: {
      master: standIn("mooncake_master", ""),
      client: standIn("mooncake_client", trial.behaviour ?? ""),
    },
    ready_timeout_ms: trial.ready_timeout_ms ?? 20_000,
    wrap: (argv) => argv,
    network_pid: "self",
  });
  if (stack.ok) running.push(stack.value);
  return stack;
}

const eventNames = (): string[] =>
  readFileSync(events, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(" ").slice(0, 2).join(" "));

test("the master starts before the owner and stops after it, the env file names both addresses, the disk directory goes", async () => {
  const ports = freePorts(5);
  const stack = await start({ ports, enable_offload: true });
  assert(stack.ok, "the stack starts");
  expect(stack.value.segment_names).toEqual([`127.0.0.1:${ports[4]}`]);
  expect(readFileSync(join(directory, "mooncake_master.env"), "utf8")).toBe(
    `export MOONCAKE_MASTER=127.0.0.1:${ports[0]}\nexport MOONCAKE_TE_META_DATA_SERVER=http://127.0.0.1:${ports[1]}/metadata\n`,
  );
  expect(readdirSync(join(directory, "disk"))).toEqual([`127.0.0.1.rpc${ports[3]}.${process.pid}.0`]);
  await stack.value.stop();
  expect(eventNames()).toEqual([
    "start mooncake_master",
    "start mooncake_client",
    "stop mooncake_client",
    "stop mooncake_master",
  ]);
  expect(readdirSync(join(directory, "disk"))).toEqual([]);
  expect(existsSync(`/proc/${stack.value.master.pid}`)).toBe(false);
});

test("an owner whose RPC port alone listens is not ready, and everything is stopped", async () => {
  const stack = await start({ behaviour: "rpc_only", ready_timeout_ms: 1_500 });
  expect(stack.ok ? "" : stack.error.code).toBe("timeout");
  expect(stack.ok ? "" : stack.error.detail).toContain("Timed out waiting for Mooncake owner segment port");
  expect(eventNames().slice(-2)).toEqual(["stop mooncake_client", "stop mooncake_master"]);
});

test("an owner that ends is seen at once, with its last log lines", async () => {
  const stack = await start({ behaviour: "exits" });
  expect(stack.ok ? "" : stack.error.code).toBe("exited");
  expect(stack.ok ? "" : stack.error.detail).toBe(
    "Mooncake owner exited before becoming ready.\nFailed to setup client: INVALID_PARAMS",
  );
});

test("metadata that a dead owner of the same name left is dropped, and the owner tried once more", async () => {
  const ports = freePorts(5);
  const first = await start({ ports });
  assert(first.ok, "the first owner starts");
  const [owner] = first.value.owners;
  assert(owner !== undefined, "there is an owner");
  await owner.stop(5_000); // leaves its rpc_meta entry behind, as a killed one does
  const again = await startMooncakeOwner(
    {
      command: {
        argv: [
          standIn("mooncake_client", ""),
          `--host=127.0.0.1:${ports[4]}`,
          `--metadata_server=${first.value.addresses.metadata}`,
        ],
        env: {},
      },
      segment_name: `127.0.0.1:${ports[4]}`,
      segment_port: ports[4] ?? 0,
      metadata_url: first.value.addresses.metadata,
      ready_timeout_ms: 10_000,
    },
    { clock: new OsClock(), log_path: join(directory, "logs/again.log"), wrap: (argv) => argv },
  );
  assert(again.ok, "the owner starts at its second try");
  await again.value.stop(5_000);
  expect(readFileSync(join(directory, "logs/again.log"), "utf8")).toContain("Duplicate rpc_meta key");
  expect(eventNames().filter((name) => name === "start mooncake_client")).toHaveLength(3);
});

test("a port that is taken is an error that names the ports, before anything starts", async () => {
  const taken = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  const stack = await start({ ports: [taken.port, ...freePorts(4)] });
  taken.stop();
  expect(stack.ok ? "" : stack.error.detail).toContain(
    `Error: one of the Mooncake master ports (${taken.port}, `,
  );
  expect(readFileSync(events, "utf8")).toBe("");
});
