// Round trips of the master's RPC, from this process to a master of its own: back to back, which tells what a key costs, and
// after pauses, as engines call it, when both processes have to be woken.

import { join } from "node:path";
import type { Clock } from "../../clock/clock.ts";
import { parseArmConfig } from "../../config/arm_schema.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { msToNs } from "../../domain/units.ts";
import { makeRuntimeDirs } from "../../launch/runtime_dirs.ts";
import { StackLauncher } from "../../launch/stack_launcher.ts";
import type { HostMeasurements } from "../../sim/fit_host_profile.ts";
import type { MasterProcess } from "../../stack/process_config.ts";
import { quantile } from "../../stats/quantile.ts";
import { MASTER_SERVICE } from "../../wire/master_codec.ts";
import { RpcClient } from "../../wire/rpc_client.ts";

const ROUNDS = 2_000;
const MANY_KEYS = 1_024;
const MANY_ROUNDS = 200;
const PAUSED_ROUNDS = 200;
const PAUSE_MS = 5;

export type RpcMeasurements = Pick<
  HostMeasurements,
  "rpc_paused_ns" | "rpc_one_key_ns" | "rpc_many_keys_ns" | "rpc_many_keys"
>;

export async function measureRpc(clock: Clock, scratch: string): Promise<Result<RpcMeasurements, string>> {
  const dirs = makeRuntimeDirs();
  const launcher = new StackLauncher({
    clock,
    serve_argv: [process.execPath, join(import.meta.dir, "../serve.ts")],
    config_dir: join(dirs.socket_dir, "config"),
    log_dir: scratch,
    env: {},
  });
  try {
    const arm = parseArmConfig({ topology: "1e", store: { tiers: "hbm+cpu" } });
    if (!arm.ok) return err("the default configuration is not valid");
    const path = `${dirs.socket_dir}/master`;
    const config: MasterProcess = {
      kind: "master",
      name: "master",
      rpc_address: `unix:${path}`,
      http_port: 0,
      seed: 1,
      store: arm.value.store,
    };
    const started = await launcher.start([{ name: "master", config }]);
    if (!started.ok) return err(`${started.error.process} ${started.error.detail}`);
    return ok(await timeCalls(clock, path));
  } finally {
    await launcher.stop();
    dirs.remove();
  }
}

async function timeCalls(clock: Clock, path: string): Promise<RpcMeasurements> {
  const client = new RpcClient({
    address: { kind: "unix", path },
    service: MASTER_SERVICE,
    clock,
    timeout_ms: 10_000,
  });
  const keys = Array.from(
    { length: MANY_KEYS },
    (_, i) => `calibrate@tp_rank:0@${i.toString(16).padStart(14, "0")}`,
  );
  const p50 = async (count: number, rounds: number, pause_ms: number): Promise<number> => {
    const asked = keys.slice(0, count);
    const spent_ns: number[] = [];
    for (let round = 0; round < rounds; round++) {
      if (pause_ms > 0) await clock.sleepUntil(clock.now_ns() + msToNs(pause_ms));
      const start_ns = clock.now_ns();
      await client.call("batch_exist", { keys: asked });
      spent_ns.push(clock.now_ns() - start_ns);
    }
    return quantile(
      spent_ns.sort((a, b) => a - b),
      0.5,
    );
  };
  const rpc_one_key_ns = await p50(1, ROUNDS, 0);
  const rpc_many_keys_ns = await p50(MANY_KEYS, MANY_ROUNDS, 0);
  const rpc_paused_ns = await p50(1, PAUSED_ROUNDS, PAUSE_MS);
  client.close();
  return { rpc_paused_ns, rpc_one_key_ns, rpc_many_keys_ns, rpc_many_keys: MANY_KEYS };
}
