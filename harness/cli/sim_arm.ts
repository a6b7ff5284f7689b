// One arm of one pair, simulated: the stack that live would start, on virtual time. Yields what a live arm yields, from
// counters rendered and read in the same way, so that ledger, checks and reports need not know.

import { Random } from "../clock/random.ts";
import type { Arm } from "../config/build_arms.ts";
import { MASTER_DEFAULTS } from "../core/master/master_config.ts";
import type { HostProfile } from "../domain/host_profile.ts";
import type { GpuProfile } from "../domain/profile.ts";
import type { SegmentInfo } from "../domain/replica.ts";
import type { RequestRecord } from "../domain/request_record.ts";
import type { Session } from "../domain/session.ts";
import type { Topology } from "../domain/topology.ts";
import { NS_PER_US } from "../domain/units.ts";
import type { LoadResult } from "../load/load_result.ts";
import { createSource } from "../load/sources/create_source.ts";
import type { ArmRun, ProcessScrape } from "../measure/arm_run.ts";
import { coldStartFacts } from "../measure/cold_start.ts";
import { runDurationNs } from "../measure/run_duration.ts";
import { LAPTOP_HOST } from "../sim/host_profile.ts";
import type { SimStackConfig } from "../sim/sim_config.ts";
import { describeFault, type SimFault } from "../sim/sim_fault.ts";
import type { SimOwnerConfig } from "../sim/sim_owner.ts";
import { type SimOptions, Simulation, UNWATCHED } from "../sim/simulation.ts";
import type { OwnerProcess } from "../stack/process_config.ts";
import { type Profiles, planStack } from "../stack/stack_plan.ts";
import type { ArmOutcome } from "./arm_runner.ts";
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
  /** Default on; see SimEngineConfig. */
  readonly fuse_decode_steps?: boolean;
  /** In the order of finishing. */
  readonly onRecord: (record: RequestRecord) => void;
}

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
  const before = await scrapeSimulation(simulation.stack);
  simulation.run();
  const after = await scrapeSimulation(simulation.stack);
  const run = armRunOf(options, records, before, after);
  const masters = run.scrapes.filter(({ kind }) => kind === "master");
  const cold_start = coldStartFacts(
    { arm: arm.name, pair_index },
    masters.map(({ before: samples }) => samples),
    0,
  );
  return { run, load: loadResult(simulation), cold_start };
}

/** `before` and `after`: scrapes of the same processes in the same order. */
export function armRunOf(
  { pair_index, faults = [] }: SimArmOptions,
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
    faults: faults.map(describeFault),
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
      sessions,
      arm: arm.name,
      pair_index,
      request_timeout_ms: arm.config.load.request_timeout_ms,
      weight_reset: arm.config.engine.weight_reset,
      faults: options.faults ?? [],
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
    masters: plan.masters.map(({ store, seed: master_seed }) => ({
      core: { ...MASTER_DEFAULTS, ...store },
      seed: master_seed,
    })),
    owners: plan.owners.map(ownerConfig),
    engines: plan.engines.map(({ core, weights_version }) => ({ core, weights_version, fuse_decode_steps })),
    router: { policy, kv_aware, engines },
  };
}

/** A live step ends a little after its modelled time; here that is part of its time. */
function withLateness(gpu: GpuProfile, host: HostProfile): GpuProfile {
  return { ...gpu, step_overhead_us: gpu.step_overhead_us + host.step_lateness_us };
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
  };
  return { client_id: owner.name, segment, disk: owner.disk };
}

/** A modelled client is never behind and opens no sockets: every event comes alone. */
function loadResult({ load, loop }: Simulation): LoadResult {
  return {
    planned_requests: load.planned_requests,
    sent_requests: load.sent_requests,
    finished_requests: load.finished_requests,
    failed_requests: load.failed_requests,
    started_ns: load.started_ns,
    ended_ns: loop.now_ns,
    interrupted: false,
    not_sent_requests: load.planned_requests - load.sent_requests,
    events: load.output_tokens,
    merge_ratio: load.output_tokens === 0 ? null : 1,
    peak_streams: load.peak_running,
    connections_opened: 0,
    reconnects: 0,
  };
}
