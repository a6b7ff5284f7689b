// What the serving path (client, router, engine) takes beyond the modelled GPU time: one engine without a store, one request at
// a time, live and on a simulated host that costs nothing.

import { join } from "node:path";
import type { DataPlane } from "../../../native/ffi/data_plane.ts";
import { generateSessions } from "../../../workloads/generate.ts";
import type { Clock } from "../../clock/clock.ts";
import { parseArmConfig } from "../../config/arm_schema.ts";
import { findGpuProfile } from "../../config/profiles/gpus.ts";
import { findModelProfile } from "../../config/profiles/models.ts";
import type { HostProfile } from "../../domain/host_profile.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { parseTopology } from "../../domain/topology.ts";
import { NS_PER_MS } from "../../domain/units.ts";
import { summariseArm } from "../../measure/arm_summary.ts";
import { isAvailable, na } from "../../measure/measured.ts";
import type { HostMeasurements } from "../../sim/fit_host_profile.ts";
import { LAPTOP_HOST } from "../../sim/host_profile.ts";
import type { ArmOutcome, ArmRunOptions } from "../bench/arm_runner.ts";
import { liveArmRunner } from "../live/live_arm.ts";
import { runSimArm } from "../sim/sim_arm.ts";

const REQUESTS = 24;
const SHORT = { prompt_tokens: 64, output_tokens: 32, prefill_steps: 1 };
/** Two steps of 2,048 tokens. */
const LONG = { prompt_tokens: 4_096, output_tokens: 2, prefill_steps: 2 };

const FREE_HOST: HostProfile = {
  ...LAPTOP_HOST,
  http_ns: 0,
  http_token_ns: 0,
  sse_ns: 0,
  step_lateness_us: 0,
};

export type ServingMeasurements = Omit<
  HostMeasurements,
  | "rpc_paused_ns"
  | "rpc_one_key_ns"
  | "rpc_many_keys_ns"
  | "rpc_many_keys"
  | "copy_small_ns"
  | "copy_bytes_per_s"
  | "disk_read_bytes_per_s"
  | "disk_write_bytes_per_s"
  | "disk_latency_ns"
  | "disk_depth"
>;

export async function measureServing(
  clock: Clock,
  plane: DataPlane,
  scratch: string,
): Promise<Result<ServingMeasurements, string>> {
  const short = await beyond(clock, plane, scratch, SHORT);
  if (!short.ok) return short;
  const long = await beyond(clock, plane, scratch, LONG);
  if (!long.ok) return long;
  return ok({
    itl_beyond_ns: short.value.itl_ns,
    short_ttft_beyond_ns: short.value.ttft_ns,
    long_ttft_beyond_ns: long.value.ttft_ns,
    short_prompt_tokens: SHORT.prompt_tokens,
    long_prompt_tokens: LONG.prompt_tokens,
    short_prefill_steps: SHORT.prefill_steps,
    long_prefill_steps: LONG.prefill_steps,
  });
}

interface Beyond {
  readonly ttft_ns: number;
  readonly itl_ns: number;
}

async function beyond(
  clock: Clock,
  plane: DataPlane,
  scratch: string,
  shape: typeof SHORT,
): Promise<Result<Beyond, string>> {
  const options = armOptions(scratch, shape);
  if (!options.ok) return options;
  const live = await liveArmRunner({ clock, plane, clients: null })(options.value);
  if (!live.ok) return err(live.error.message);
  const sim = await runSimArm({ ...options.value, host: FREE_HOST });
  const [measured, modelled] = [medians(live.value), medians(sim)];
  if (measured === null || modelled === null) return err("the serving path answered no request");
  return ok({ ttft_ns: measured.ttft_ns - modelled.ttft_ns, itl_ns: measured.itl_ns - modelled.itl_ns });
}

function medians({ run }: ArmOutcome): Beyond | null {
  const { metrics } = summariseArm({
    name: "only",
    factors: {},
    block_tokens: 16,
    keys_per_block: 1,
    theoretical_hit_ratio: na("not asked"),
    runs: [run],
  });
  const { ttft_ms, itl_ms } = metrics;
  if (!isAvailable(ttft_ms) || !isAvailable(itl_ms)) return null;
  return { ttft_ns: ttft_ms.p50 * NS_PER_MS, itl_ns: itl_ms.p50 * NS_PER_MS };
}

function armOptions(scratch: string, shape: typeof SHORT): Result<ArmRunOptions, string> {
  const arm = parseArmConfig({
    topology: "1e",
    store: { tiers: "hbm" },
    load: { concurrency: 1 },
    workload: {
      name: "multi_turn",
      sessions: REQUESTS,
      turns: 1,
      input_tokens: shape.prompt_tokens,
      output_tokens: shape.output_tokens,
      global_prefix_ratio: 0,
      conversation_prefix_ratio: 0,
    },
  });
  const topology = parseTopology("1e");
  if (!arm.ok || !topology.ok) return err("the calibration's configuration is not valid");
  const model = findModelProfile(arm.value.engine.model);
  const gpu = findGpuProfile(arm.value.engine.gpu);
  const sessions = generateSessions(arm.value.workload, 1);
  if (!model.ok || !gpu.ok || !sessions.ok) return err("the calibration's profiles are not known");
  return ok({
    arm: { name: "only", factors: {}, config: arm.value },
    pair_index: 0,
    run_index: 0,
    seed: 1,
    sessions: sessions.value,
    topology: topology.value,
    profiles: { model: model.value, gpu: gpu.value },
    run_path: scratch,
    logs_path: join(scratch, "logs"),
    signal: new AbortController().signal,
    onStage: () => {},
    onProgress: () => {},
    onRecord: () => {},
    onFault: () => {},
    traced_requests: null,
    onSample: () => {},
  });
}
