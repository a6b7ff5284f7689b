import { expect, test } from "bun:test";
import { parseArmConfig } from "../config/arm_schema.ts";
import { findGpuProfile } from "../config/profiles/gpus.ts";
import { findModelProfile } from "../config/profiles/models.ts";
import { parseTopology } from "../domain/topology.ts";
import { planStack, type StackPlan } from "./stack_plan.ts";

const PATHS = { socket_dir: "/s", shm_dir: "/m", disk_dir: "/d" };

function plan(changes: Record<string, unknown>, topology_name = "2e"): StackPlan {
  const arm = parseArmConfig({ topology: topology_name, ...changes });
  const topology = parseTopology(topology_name);
  const model = findModelProfile("laptop-1b");
  const gpu = findGpuProfile("laptop");
  if (!arm.ok || !topology.ok || !model.ok || !gpu.ok) throw new Error("the plan's input is valid");
  return planStack(arm.value, topology.value, { model: model.value, gpu: gpu.value }, PATHS, 1);
}

test("all nodes share one master, and with a local pool each node has its own", () => {
  const shared = plan({});
  expect(shared.masters.map((master) => master.rpc_address)).toEqual(["unix:/s/master"]);
  const local = plan({ store: { pool: "local" } });
  const addresses = ["unix:/s/master-node0", "unix:/s/master-node1"];
  expect(local.masters.map((master) => master.rpc_address)).toEqual(addresses);
  expect(local.owners.map((owner) => owner.master_address)).toEqual(addresses);
  expect(local.engines.map((engine) => engine.master_address)).toEqual(addresses);
});

test("without a store there is no master and no owner", () => {
  const { masters, owners, engines } = plan({ store: { tiers: "hbm" } });
  expect([masters, owners]).toEqual([[], []]);
  expect(engines.map((engine) => engine.master_address)).toEqual([null, null]);
});

test("spec §1.2: keys name the KV group in vllm_2026_08 and not in vllm_2026_05", () => {
  for (const [profile, group] of [
    ["vllm_2026_05", null],
    ["vllm_2026_08", 0],
  ] as const) {
    const [engine] = plan({ connector: { profile } }).engines;
    expect(engine?.core.connector?.namespaces).toMatchObject([{ tp_rank: 0, group }]);
  }
});

test("spec §1.2: ranks that share a KV head share a namespace and take turns", () => {
  // laptop-1b has one KV head of 64 KiB a block, which each of 4 ranks holds.
  const { engines, shm_bytes } = plan({ engine: { tp_size: 4 } });
  expect(engines[0]?.core.ranks).toEqual({ tp_size: 4, replication_factor: 4, shard_bytes: 65_536 });
  expect(engines[0]?.core.connector).toMatchObject({ put_step: 4, namespaces: [{ tp_rank: 0 }] });
  // 2 engines × 512 blocks × 3 shards more.
  expect(shm_bytes - plan({}).shm_bytes).toBe(2 * 512 * 3 * 65_536);
});

test("spec §1.1: embedded engines mount segments, and owners are there only for the disk tier", () => {
  const standalone = plan({});
  expect([standalone.owners.length, standalone.engines[0]?.segment]).toEqual([2, null]);

  const embedded = plan({
    connector: { mode: "embedded", preferred_segment: "local" },
    store: { tiers: "hbm+cpu" },
  });
  expect(embedded.owners).toEqual([]);
  expect(embedded.engines.map(({ segment }) => segment?.segment_name)).toEqual([
    "node0:12345",
    "node1:12345",
  ]);
  expect(embedded.engines[1]?.core.connector?.preferred_segment).toBe("node1:12345");

  const with_disk = plan({ connector: { mode: "embedded", preferred_segment: "local" } });
  expect(with_disk.owners.map(({ segment_name }) => segment_name)).toEqual(["node0:50053", "node1:50053"]);
  expect(with_disk.engines[1]?.segment?.disk).toBeNull();
  // The owner's segment, behind which the disk is.
  expect(with_disk.engines[1]?.core.connector?.preferred_segment).toBe("node1:50053");
});

test("spec §1.7: a segment that is named is every engine's preferred one", () => {
  const { engines } = plan({ connector: { preferred_segment: "node1:50053" } });
  expect(engines.map(({ core }) => core.connector?.preferred_segment)).toEqual([
    "node1:50053",
    "node1:50053",
  ]);
});

test("spec README drift: GETs are planned with the owner's buffer, or with a budget that knows nothing of it", () => {
  const budget = (input: Record<string, unknown>): number | undefined =>
    plan(input).engines[0]?.core.connector?.staging_bytes;
  const disk = { staging_bytes: "32MiB" };
  expect(budget({ store: { disk } })).toBe(33_554_432);
  const connector = { staging_budget_bytes: "2MiB" };
  expect(budget({ store: { disk }, connector })).toBe(2_097_152);
  expect(plan({ store: { disk }, connector }).owners[0]?.disk?.staging_bytes).toBe(33_554_432);
});

test("engines that share a node share its owner, which is local to all of them", () => {
  const { owners, engines } = plan({ connector: { preferred_segment: "local" } }, "2e1n");
  expect(owners.map(({ name }) => name)).toEqual(["owner-0"]);
  expect(engines.map(({ core }) => [core.node, core.connector?.preferred_segment])).toEqual([
    ["node0", "node0:50053"],
    ["node0", "node0:50053"],
  ]);
});
