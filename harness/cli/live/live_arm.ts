// One arm of one pair, live: a fresh stack, the proof that it is cold, the load, the counters of every process around it.

import { join } from "node:path";
import type { Clock } from "../../clock/clock.ts";
import type { RequestRecord } from "../../domain/request_record.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { msToNs, NS_PER_S, NS_PER_US } from "../../domain/units.ts";
import { scrape } from "../../launch/scrape.ts";
import type { LostProcess } from "../../launch/stack_launcher.ts";
import { updateWeights } from "../../launch/weight_update.ts";
import { type HttpTarget, parseHttpTarget } from "../../load/http/http_target.ts";
import type { LoadResult } from "../../load/load_result.ts";
import type { ArmRun, ProcessScrape } from "../../measure/arm_run.ts";
import { type ColdStartFacts, checkColdStart, coldStartFacts } from "../../measure/cold_start.ts";
import { parsePrometheusText, type Samples } from "../../measure/prometheus_text.ts";
import { runDurationNs } from "../../measure/run_duration.ts";
import { SAMPLE_TIMEOUT_MS, sampleSeries } from "../../measure/sample_series.ts";
import type { ArmOutcome, ArmRunner, ArmRunOptions, StackFailure } from "../bench/arm_runner.ts";
import { driveLoad, type LoadHost } from "../bench/drive_load.ts";
import { LiveStack, type StackMember } from "./live_stack.ts";
import { readTraces, startTraces } from "./live_trace.ts";
import { warmUp } from "./warm_up.ts";

interface LiveArmOptions extends ArmRunOptions, LoadHost {}

export function liveArmRunner(host: LoadHost): ArmRunner {
  return (options) => runLiveArm({ ...options, ...host });
}

async function runLiveArm(options: LiveArmOptions): Promise<Result<ArmOutcome, StackFailure>> {
  const { arm, pair_index } = options;
  const name = `pair${pair_index}_${arm.name}`;
  options.onStage("starting the stack");
  const stack = await LiveStack.start({
    clock: options.clock,
    // What a stack draws at random follows the pair, as the workload does.
    arm: { ...arm.config, seed: options.seed },
    topology: options.topology,
    profiles: options.profiles,
    generation: generationOf(options),
    log_dir: join(options.logs_path, name),
    disk_dir: diskDirOf(options, name),
  });
  if (!stack.ok) return stack;
  try {
    return await measureOn(stack.value, options);
  } finally {
    await stack.value.stop();
  }
}

/** A number that no stack before this one had: names what belongs to which stack. */
function generationOf({ clock, run_index }: LiveArmOptions): number {
  return (Math.floor(clock.now_ns() / NS_PER_US) % 2 ** 30) + run_index + 1;
}

/** In the run directory unless the user names a disk; of this arm only, and removed with the stack. */
function diskDirOf({ arm, run_path }: LiveArmOptions, name: string): string {
  return join(arm.config.store.disk.path ?? run_path, `disk_${name}`);
}

async function measureOn(
  stack: LiveStack,
  options: LiveArmOptions,
): Promise<Result<ArmOutcome, StackFailure>> {
  const target = parseHttpTarget(stack.router_url);
  if (!target.ok) return err({ code: "process", message: target.error });
  const broken = new AbortController();
  stack.onLost((lost) => {
    options.onFault(`${lost.name} ${lost.how}`);
    const kind = stack.members.find((member) => member.name === lost.name)?.kind;
    // Without its master or an owner a stack serves on and recomputes; without an engine or the router it is another stack.
    if (kind === "engine" || kind === "router") broken.abort(describeLoss(stack.lost()));
  });

  options.onStage("warming up");
  const { clock, seed, signal, arm } = options;
  const { engine } = arm.config;
  await warmUp({ clock, router_url: stack.router_url, members: stack.members, engine, seed, signal });
  const { before, cold_start } = await proveCold(stack, options);
  if (options.traced_requests !== null) await startTraces(stack.members, options.traced_requests);
  options.onStage("load");
  const records: RequestRecord[] = [];
  const load = await loadStack(stack, options, target.value, broken, records);
  if (broken.signal.aborted) return err({ code: "process", message: String(broken.signal.reason) });
  if (!load.ok) return err({ code: "process", message: load.error });

  if (!options.signal.aborted) {
    options.onStage("settling");
    await settle(stack.members, options.clock);
  }
  const after = await scrapeAll(stack.members);
  const run = armRun(stack, options, load.value, records, before, after);
  const traces = options.traced_requests === null ? [] : await readTraces(stack.members, options.clock);
  return ok({ run, load: load.value, cold_start, traces });
}

/** The load with everything that goes on beside it: faults, samples, weight updates. Fills `records`. */
async function loadStack(
  stack: LiveStack,
  options: LiveArmOptions,
  target: HttpTarget,
  broken: AbortController,
  records: RequestRecord[],
): Promise<Result<LoadResult, string>> {
  const { arm, pair_index, clock, seed, sessions } = options;
  const loaded = new AbortController();
  const sampling = sampleSeries({
    clock,
    processes: stack.members,
    scrapeAll: (members) => scrapeAll(members, SAMPLE_TIMEOUT_MS),
    onSample: options.onSample,
    ended: loaded.signal,
  });
  const { model } = arm.config.engine;
  const load = await driveLoad(options, {
    onStart: (starts_ns) => injectFaults(stack, options, starts_ns, loaded.signal),
    job: { load: arm.config.load, sessions, seed, model, arm: arm.name, pair_index },
    target,
    onRecord: (record) => {
      records.push(record);
      options.onRecord(record);
    },
    onProgress: options.onProgress,
    onPhaseEnd: async (phase_index) => {
      const updated = await newWeights(stack, options, phase_index);
      if (!updated.ok) broken.abort(updated.error);
    },
    signal: AbortSignal.any([options.signal, broken.signal]),
  }).finally(() => loaded.abort());
  await sampling;
  return load;
}

/** Phases of a workload are the time between two weight updates. */
async function newWeights(
  stack: LiveStack,
  { arm, onStage }: LiveArmOptions,
  phase_index: number,
): Promise<Result<null, string>> {
  const { weights_version, weight_reset } = arm.config.engine;
  const next_version = weights_version + phase_index + 1;
  onStage(`weights ${next_version}, ${weight_reset} reset`);
  const engines = stack.members.filter((member) => member.kind === "engine");
  const urls = engines.map((engine) => engine.url);
  const updated = await updateWeights(urls, next_version, weight_reset);
  return updated.ok ? updated : err(`the weights were not updated: ${updated.error}`);
}

const SIGNAL_OF = { kill: "SIGKILL", pause: "SIGSTOP", resume: "SIGCONT" } as const;

/** Each at its time after the start of the load, unless the load ends before. */
function injectFaults(
  stack: LiveStack,
  { arm, clock, onFault }: LiveArmOptions,
  started_ns: number,
  ended: AbortSignal,
): void {
  for (const { at_ms, process: name, action } of arm.config.faults) {
    void clock.sleepUntil(started_ns + msToNs(at_ms), ended).then(() => {
      if (!ended.aborted && stack.signal(name, SIGNAL_OF[action])) onFault(`injected ${name}: ${action}`);
    });
  }
}

function armRun(
  stack: LiveStack,
  { pair_index }: LiveArmOptions,
  load: LoadResult,
  records: readonly RequestRecord[],
  before: readonly (Samples | null)[],
  after: readonly (Samples | null)[],
): ArmRun {
  const scrapes = stack.members.map(
    ({ name, kind, role }, i): ProcessScrape => ({
      process: name,
      kind,
      role,
      before: before[i] ?? null,
      after: after[i] ?? null,
    }),
  );
  return {
    pair_index,
    duration_ns: runDurationNs(records),
    records,
    scrapes,
    faults: stack.lost().map((lost) => describeLost(lost, load.started_ns)),
  };
}

interface ColdStart {
  readonly before: readonly (Samples | null)[];
  readonly cold_start: ColdStartFacts;
}

const EMPTY_POLL_MS = 50;
/** Owners hear of a wipe with a heartbeat, and remove their files then. */
const EMPTY_LIMIT_S = 5;

/** Once what the warm-up left is gone, or with what is still there when the time for that is over. */
async function proveCold(stack: LiveStack, { arm, pair_index, clock }: LiveArmOptions): Promise<ColdStart> {
  const deadline_ns = clock.now_ns() + EMPTY_LIMIT_S * NS_PER_S;
  for (;;) {
    const before = await scrapeAll(stack.members);
    const of = (kind: StackMember["kind"]) => before.filter((_, i) => stack.members[i]?.kind === kind);
    const run = { arm: arm.name, pair_index };
    const cold_start = coldStartFacts(run, of("master"), of("engine"), stack.countDiskFiles());
    if (checkColdStart([cold_start]).ok || clock.now_ns() > deadline_ns) return { before, cold_start };
    await clock.sleepUntil(clock.now_ns() + msToNs(EMPTY_POLL_MS));
  }
}

async function scrapeAll(
  members: readonly StackMember[],
  timeout_ms?: number,
): Promise<readonly (Samples | null)[]> {
  return Promise.all(
    members.map(async ({ url }) => {
      const text = await scrape(`${url}/metrics`, timeout_ms);
      if (!text.ok) return null;
      const samples = parsePrometheusText(text.value);
      return samples.ok ? samples.value : null;
    }),
  );
}

const SETTLE_POLL_MS = 100;
const SETTLE_LIMIT_S = 5;
/** What still moves after the last token: saves on their way to the store, blocks held for a decode engine. */
const SETTLING_SERIES = ["tierbench:put_keys", "tierbench:get_keys", "tierbench:store_read_keys"];

/** Until two polls in a row see the same counts: every counter of the ledger has then been counted. */
async function settle(members: readonly StackMember[], clock: Clock): Promise<void> {
  const engines = members.filter((member) => member.kind === "engine");
  const deadline_ns = clock.now_ns() + SETTLE_LIMIT_S * NS_PER_S;
  let last = "";
  while (clock.now_ns() < deadline_ns) {
    const samples = await scrapeAll(engines);
    const counts = samples.map((one) => SETTLING_SERIES.map((series) => one?.sum(series) ?? 0)).join();
    if (counts === last) return;
    last = counts;
    await clock.sleepUntil(clock.now_ns() + msToNs(SETTLE_POLL_MS));
  }
}

function describeLost(lost: LostProcess, started_ns: number): string {
  return `${lost.name} ${lost.how} ${((lost.at_ns - started_ns) / NS_PER_S).toFixed(2)} s into the load`;
}

function describeLoss(lost: readonly LostProcess[]): string {
  return `the stack died under load: ${lost.map(({ name, how }) => `${name} ${how}`).join(", ")}`;
}
