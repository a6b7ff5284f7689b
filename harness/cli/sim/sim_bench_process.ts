// What `bun run sim-bench` measures, in a process of its own (sim_bench.ts): cost per request from a thousand requests up, a whole
// trace, and where the time goes by kind of event.

import { generateSessions } from "../../../workloads/generate.ts";
import { OsClock } from "../../clock/os_clock.ts";
import { parseArmConfig } from "../../config/arm_schema.ts";
import { type ConfigProblem, formatConfigProblem } from "../../config/config_problem.ts";
import { LAPTOP_TRACE } from "../../config/presets/laptop_trace.ts";
import { findGpuProfile } from "../../config/profiles/gpus.ts";
import { findModelProfile } from "../../config/profiles/models.ts";
import { present } from "../../domain/assert.ts";
import type { TierLevel } from "../../domain/factor_levels.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Session } from "../../domain/session.ts";
import { parseTopology } from "../../domain/topology.ts";
import { GIB, MIB } from "../../domain/units.ts";
import { CLUSTER_HOST } from "../../sim/host_profile.ts";
import { EXIT, type ExitCode } from "../exit_code.ts";
import { measureHostSpeed } from "./host_speed.ts";
import type { SimArmOptions } from "./sim_arm.ts";
import { FIRST_REQUESTS, type SimBenchJob } from "./sim_bench_job.ts";
import { fleetSessions, measureSimulation, type SimBenchResult } from "./sim_bench_run.ts";
import { printHead, printHostSpeed, printKinds, printRow } from "./sim_bench_table.ts";

const WARM_UP_REQUESTS = 60_000;
const TRACE_ENGINES = 16;
/** The first compiles the code on the way. */
const TRACE_RUNS = 2;
const SEED = 1;
/** A timed run costs more by its clock readings: it is for the shares, not for the total. */
const PROFILED_REQUESTS = 10_000;

type Problems = readonly ConfigProblem[];

if (import.meta.main) {
  const job = JSON.parse(present(process.argv[2], "the job is its argument")) as SimBenchJob;
  process.exit(measure(job));
}

function measure({ max, nodes, tiers, trace, json }: SimBenchJob): ExitCode {
  const print = json ? (result: SimBenchResult) => console.log(JSON.stringify(result)) : printRow;
  const exit_code = trace === null ? curve(max, nodes, tiers, print) : replay(trace, tiers, print);
  if (exit_code !== EXIT.DONE) return exit_code;
  const host = measureHostSpeed(new OsClock());
  if (json) console.log(JSON.stringify({ host }));
  else printHostSpeed(host);
  return EXIT.DONE;
}

type Print = (result: SimBenchResult) => void;

function curve(max: number, nodes: number, tiers: TierLevel, print: Print): ExitCode {
  const clock = new OsClock();
  const optionsOf = (requests: number): Result<SimArmOptions, Problems> =>
    armOptions(`${nodes}e`, fleetInput(nodes, tiers), fleetSessions(requests, SEED));
  const warm_up = optionsOf(WARM_UP_REQUESTS);
  if (!warm_up.ok) return refuse(warm_up.error);
  measureSimulation(warm_up.value, clock, false);
  if (print === printRow) printHead();
  for (let requests = FIRST_REQUESTS; requests <= max; requests *= 10) {
    const options = optionsOf(requests);
    if (!options.ok) return refuse(options.error);
    print(measureSimulation(options.value, clock, false));
  }
  const profiled = optionsOf(Math.min(max, PROFILED_REQUESTS));
  if (profiled.ok && print === printRow) printKinds(measureSimulation(profiled.value, clock, true));
  return EXIT.DONE;
}

function replay(trace: string, tiers: TierLevel, print: Print): ExitCode {
  const clock = new OsClock();
  const { engine, load } = LAPTOP_TRACE.input;
  const input = {
    engine: { ...engine, block_tokens: 512, num_hbm_blocks: 512 },
    store: { tiers },
    load,
    workload: { name: "mooncake_trace", trace },
  };
  const options = armOptions(`${TRACE_ENGINES}e`, input, null);
  if (!options.ok) return refuse(options.error);
  if (print === printRow) printHead();
  for (let run = 0; run < TRACE_RUNS; run++) print(measureSimulation(options.value, clock, false));
  if (print === printRow) printKinds(measureSimulation(options.value, clock, true));
  return EXIT.DONE;
}

/** Eight conversations an engine at a time; blocks of 256 tokens at 1/64 of their bytes. */
function fleetInput(nodes: number, tiers: TierLevel): object {
  return {
    engine: {
      model: "qwen3-8b",
      gpu: "h200",
      kv_scale: 1 / 64,
      block_tokens: 256,
      num_hbm_blocks: 128,
      max_num_batched_tokens: 8_192,
    },
    store: { tiers, segment_bytes: 64 * MIB, lease_ttl_ms: 5_000, disk: { capacity_bytes: GIB } },
    connector: { tier_log: false },
    link: { bandwidth_bytes_per_s: 25e9, latency_us: 10 },
    load: { concurrency: 8 * nodes, request_timeout_ms: 600_000 },
  };
}

/** `sessions` null: those of the workload. */
function armOptions(
  topology_name: string,
  input: object,
  sessions: readonly Session[] | null,
): Result<SimArmOptions, Problems> {
  const config = parseArmConfig({ topology: topology_name, seed: SEED, ...input });
  if (!config.ok) return config;
  const model = findModelProfile(config.value.engine.model);
  const gpu = findGpuProfile(config.value.engine.gpu);
  const generated = sessions === null ? generateSessions(config.value.workload, SEED) : ok(sessions);
  if (!generated.ok) return generated;
  if (!model.ok) return err([model.error]);
  if (!gpu.ok) return err([gpu.error]);
  const topology = parseTopology(topology_name);
  return ok({
    arm: { name: "only", factors: {}, config: config.value },
    pair_index: 0,
    seed: SEED,
    sessions: generated.value,
    topology: present(topology.ok ? topology.value : null, "a parsed configuration has a topology"),
    profiles: { model: model.value, gpu: gpu.value },
    host: CLUSTER_HOST,
    onRecord: () => {},
  });
}

function refuse(problems: Problems): ExitCode {
  for (const problem of problems) console.error(formatConfigProblem(problem));
  return EXIT.USAGE;
}
