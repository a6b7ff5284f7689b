import { expect, test } from "bun:test";
import { parseArmConfig } from "../config/arm_schema.ts";
import { findGpuProfile } from "../config/profiles/gpus.ts";
import { findModelProfile } from "../config/profiles/models.ts";
import { parseTopology } from "../domain/topology.ts";
import { planStack, type StackPlan } from "./stack_plan.ts";

const PATHS = { socket_dir: "/s", shm_dir: "/m", disk_dir: "/d" };

function plan(changes: Record<string, unknown>): StackPlan {
  const arm = parseArmConfig({ topology: "2e", ...changes });
  const topology = parseTopology("2e");
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
