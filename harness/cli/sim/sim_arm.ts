// One arm of one pair, simulated: the stack that live would start, on virtual time. Yields what a live arm yields, from
// counters rendered and read in the same way, so that ledger, checks and reports need not know.

import { setImmediate } from "node:timers/promises";
import { Random } from "../../clock/random.ts";
import type { Arm } from "../../config/build_arms.ts";
import { MASTER_DEFAULTS } from "../../core/master/master_config.ts";
import type { HostProfile } from "../../domain/host_profile.ts";
import type { GpuProfile } from "../../domain/profile.ts";
import type { SegmentInfo } from "../../domain/replica.ts";
import type { RequestRecord } from "../../domain/request_record.ts";
import type { Session } from "../../domain/session.ts";
import type { Topology } from "../../domain/topology.ts";
import { NS_PER_US } from "../../domain/units.ts";
import type { LoadProgress, LoadResult } from "../../load/load_result.ts";
import { createSource } from "../../load/sources/create_source.ts";
import type { ArmRun, ProcessScrape } from "../../measure/arm_run.ts";
import { coldStartFacts } from "../../measure/cold_start.ts";
import { runDurationNs } from "../../measure/run_duration.ts";
import type { Sample } from "../../measure/sample_series.ts";
import { LAPTOP_HOST } from "../../sim/host_profile.ts";
import type { SimStackConfig } from "../../sim/sim_config.ts";
import type { SimEngineConfig } from "../../sim/sim_engine.ts";
import { describeFault, type SimFault } from "../../sim/sim_fault.ts";
import type { SimOwnerConfig } from "../../sim/sim_owner.ts";
import { type SimOptions, Simulation, UNWATCHED } from "../../sim/simulation.ts";
import type { NativePoolPlan, OwnerProcess } from "../../stack/process_config.ts";
import { type Profiles, planStack } from "../../stack/stack_plan.ts";
import type { ArmOutcome } from "../bench/arm_runner.ts";
import { sampleSimulation } from "./sim_samples.ts";
import { type SimScrape, scrapeSimulation } from "./sim_scrapes.ts";

export interface SimArmOptions {
  readonly arm: Arm;
  readonly pair_index: number;
  readonly seed: number;
  readonly sessions: readonly Session[];
  readonly topology: Topology;
  readonly profiles: Profiles;
  readonly host?: HostProfile;
  readonly faults?: readonly SimFault[];
  /** When it happens. */
  readonly onInjected?: (fault: SimFault, at_ns: number) => void;
  readonly onWeightsRefused?: (engine_name: string) => void;
  /** Gauges while the load runs; without it none are taken. */
  readonly onSample?: (sample: Sample) => void;
  /** Default on; see SimEngineConfig. */
  readonly fuse_decode_steps?: boolean;
  /** As in ArmRunOptions; left out: none. */
  readonly traced_requests?: number | null;
  /** Aborted: the run ends early, with the records that it has. Left out: it goes to its end. */
  readonly signal?: AbortSignal;
  /** Every EVENTS_BETWEEN_LOOKS events. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** In the order of finishing. */
  readonly onRecord: (record: RequestRecord) => void;
}

/** Tens of milliseconds of this host. */
const EVENTS_BETWEEN_LOOKS = 10_000;

/** No sockets, no memory, no disk is made: paths name nothing. */
const NO_PATHS = { socket_dir: "", shm_dir: "", disk_dir: "" };
const GENERATION = 1;

export async function runSimArm(options: SimArmOptions): Promise<ArmOutcome> {
  const { arm, pair_index } = options;
  const records: RequestRecord[] = [];
  const simulation = makeSimulation(options, (record) => {
    records.push(record);
    options.onRecord(record);
  });
  simulation.start();
  const { stack } = simulation;
  const traced = options.traced_requests == null ? [] : [stack.router, ...stack.engines];
  for (const process of traced) process.startTrace(options.traced_requests ?? 0);
  const before = await scrapeSimulation(simulation.stack);
  if (options.onSample !== undefined) sampleSimulation(simulation, options.onSample);
  await runToEnd(simulation, options);
  const after = await scrapeSimulation(simulation.stack);
  const run = armRunOf(options, simulation.injected, records, before, after);
  const beforeOf = (wanted: ProcessScrape["kind"]) =>
    run.scrapes.filter(({ kind }) => kind === wanted).map(({ before: samples }) => samples);
  const cold_start = coldStartFacts({ arm: arm.name, pair_index }, beforeOf("master"), beforeOf("engine"), 0);
  const traces = traced.flatMap((process) => {
    const log = process.traceLog();
    return log === null ? [] : [{ log, offset_ns: 0, clock_error_ns: 0 }];
  });
  return { run, load: loadResult(simulation, options.signal?.aborted === true), cold_start, traces };
}

/** Lets this process hear a signal, and show how far the run is, every few thousand events. */
async function runToEnd(simulation: Simulation, { signal, onProgress }: SimArmOptions): Promise<void> {
  simulation.begin();
  while (simulation.advance(EVENTS_BETWEEN_LOOKS)) {
    await setImmediate();
    if (signal?.aborted === true) return;
    onProgress?.(simulation.load);
  }
}

/** `before` and `after`: scrapes of the same processes in the same order. */
export function armRunOf(
  { pair_index }: SimArmOptions,
  injected: readonly SimFault[],
  records: readonly RequestRecord[],
  before: readonly SimScrape[],
  after: readonly SimScrape[],
): ArmRun {
  const scrapes = after.map(
    (scrape, i): ProcessScrape => ({ ...scrape, before: before[i]?.samples ?? null, after: scrape.samples }),
  );
  return {
    pair_index,
    duration_ns: runDurationNs(records),
    records,
    scrapes,
    faults: injected.map(describeFault),
  };
}

export function makeSimulation(
  options: SimArmOptions,
  onRecord: (record: RequestRecord) => void,
  sim_options: SimOptions = UNWATCHED,
): Simulation {
  const { arm, pair_index, seed, sessions } = options;
  return new Simulation(
    {
      stack: simStackConfig(options),
      source: createSource(arm.config.load, sessions, new Random(seed)),
      arm: arm.name,
      pair_index,
      request_timeout_ms: arm.config.load.request_timeout_ms,
      weight_reset: arm.config.engine.weight_reset,
      faults: options.faults ?? [],
      onInjected: options.onInjected ?? (() => {}),
      onWeightsRefused: options.onWeightsRefused ?? (() => {}),
      onRecord,
    },
    sim_options,
  );
}

export function simStackConfig({
  arm,
  seed,
  topology,
  profiles,
  host = LAPTOP_HOST,
  fuse_decode_steps = true,
}: SimArmOptions): SimStackConfig {
  const late_profiles = { ...profiles, gpu: withLateness(profiles.gpu, host) };
  const plan = planStack({ ...arm.config, seed }, topology, late_profiles, NO_PATHS, GENERATION);
  const { policy, kv_aware, engines } = plan.router([]);
  return {
    nodes: plan.links.nodes,
    link: {
      bandwidth_bytes_per_s: plan.links.bandwidth_bytes_per_s,
      latency_ns: Math.round(plan.links.latency_us * NS_PER_US),
    },
    host,
    masters: plan.masters.map(({ name, store, seed: master_seed }) => ({
      name,
      core: { ...MASTER_DEFAULTS, ...store },
      seed: master_seed,
    })),
    owners: [...plan.owners, ...plan.engines.flatMap(({ segment }) => segment ?? [])].map(ownerConfig),
    engines: plan.engines.map(({ core, weights_version, native }) => ({
      core,
      weights_version,
      fuse_decode_steps,
      native: native && nativeConfig(native),
    })),
    router: { policy, kv_aware, engines },
  };
}

/** A live step ends a little after its modelled time; here that is part of its time. */
function withLateness(gpu: GpuProfile, host: HostProfile): GpuProfile {
  return { ...gpu, step_overhead_us: gpu.step_overhead_us + host.step_lateness_us };
}

function nativeConfig({ slot_bytes, pool_bytes, disk }: NativePoolPlan): SimEngineConfig["native"] {
  return { slot_bytes, cpu_slots: Math.floor(pool_bytes / slot_bytes), disk_files: disk?.files ?? 0 };
}

function ownerConfig(owner: OwnerProcess): SimOwnerConfig {
  const segment: SegmentInfo = {
    segment_name: owner.segment_name,
    node: owner.node,
    segment_bytes: owner.segment_bytes,
    shm_path: owner.shm_path,
    generation: owner.generation,
    owner_address: owner.rpc_address,
    enable_offload: owner.disk !== null,
    fabric_keys: null,
  };
  return { client_id: owner.name, segment, disk: owner.disk };
}

/** A modelled client is never behind and opens no sockets: every event comes alone. */
function loadResult({ load, loop }: Simulation, interrupted: boolean): LoadResult {
  return {
    planned_requests: load.planned_requests,
    sent_requests: load.sent_requests,
    finished_requests: load.finished_requests,
    failed_requests: load.failed_requests,
    started_ns: load.started_ns,
    ended_ns: loop.now_ns,
    interrupted,
    not_sent_requests: load.planned_requests - load.sent_requests,
    events: load.output_tokens,
    token_events: load.output_tokens,
    token_reads: load.output_tokens,
    merge_ratio: load.output_tokens === 0 ? null : 1,
    peak_streams: load.peak_running,
    connections_opened: 0,
    reconnects: 0,
  };
}
