// Runs one fuzz scenario, and makes a failing one small.

import { generateSessions } from "../../../workloads/generate.ts";
import { findGpuProfile } from "../../config/profiles/gpus.ts";
import { findModelProfile } from "../../config/profiles/models.ts";
import { assert } from "../../domain/assert.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import { parseTopology } from "../../domain/topology.ts";
import { balanceLedger } from "../../measure/ledger.ts";
import { InvariantWatch } from "../../sim/fuzz/invariant_watch.ts";
import type { SimFault } from "../../sim/sim_fault.ts";
import type { FuzzScenario } from "./fuzz_scenario.ts";
import { armRunOf, makeSimulation, type SimArmOptions } from "./sim_arm.ts";
import { type SimScrape, scrapeSimulation } from "./sim_scrapes.ts";

export interface FuzzOutcome {
  readonly requests: number;
  readonly events: number;
  /** Copies that ended after their lease. */
  readonly expired_reads: number;
  /** Null: every invariant held. */
  readonly failure: string | null;
}

export function fuzzOptions({ seed, config, faults }: FuzzScenario): SimArmOptions {
  const topology = parseTopology(config.topology);
  const sessions = generateSessions(config.workload, seed);
  const model = findModelProfile(config.engine.model);
  const gpu = findGpuProfile(config.engine.gpu);
  assert(topology.ok && sessions.ok && model.ok && gpu.ok, "a drawn configuration names what exists");
  return {
    arm: { name: "only", factors: {}, config },
    pair_index: 0,
    seed,
    sessions: sessions.value,
    topology: topology.value,
    profiles: { model: model.value, gpu: gpu.value },
    faults,
    onRecord: () => {},
  };
}

export async function runFuzzScenario(scenario: FuzzScenario): Promise<FuzzOutcome> {
  const options = fuzzOptions(scenario);
  const watch = new InvariantWatch(scenario.faults);
  const simulation = makeSimulation(options, (record) => watch.record(record), {
    stopwatch: null,
    watch: watch.watch,
    onEvent: watch.onEvent,
  });
  let failure: string | null = null;
  try {
    const before = await scrapeSimulation(simulation.stack);
    watch.run(simulation);
    failure = unbalanced(
      options,
      simulation.injected,
      watch,
      before,
      await scrapeSimulation(simulation.stack),
    );
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  let expired_reads = 0;
  for (const { store } of simulation.stack.engines) {
    expired_reads += store?.counts().faults[STORE_CODE.LEASE_EXPIRED] ?? 0;
  }
  const { event_count: events } = simulation.loop;
  return { requests: watch.records.length, events, expired_reads, failure };
}

/** Rows that a fault explains are not looked at: a restarted master has forgotten what it counted. */
function unbalanced(
  options: SimArmOptions,
  injected: readonly SimFault[],
  { records }: InvariantWatch,
  before: readonly SimScrape[],
  after: readonly SimScrape[],
): string | null {
  const run = armRunOf(options, injected, records, before, after);
  const { block_tokens, tp_size } = options.arm.config.engine;
  const ledger = balanceLedger({ runs: [run], block_tokens, keys_per_block: tp_size });
  const forgot = injected.some(({ kind }) => kind === "master_restart");
  const wrong = ledger.rows.filter(
    ({ what, agrees }) => !agrees && !(forgot && what === "keys found at the master"),
  );
  return wrong.length === 0 ? null : `the ledger does not balance: ${JSON.stringify(wrong)}`;
}

/** Fewer faults, sessions and turns as long as the scenario still fails; what is left, and how it fails. */
export async function shrinkScenario(
  scenario: FuzzScenario,
  failure: string,
): Promise<{ readonly scenario: FuzzScenario; readonly failure: string }> {
  for (const smaller of smallerScenarios(scenario)) {
    const outcome = await runFuzzScenario(smaller);
    if (outcome.failure !== null) return shrinkScenario(smaller, outcome.failure);
  }
  return { scenario, failure };
}

function* smallerScenarios(scenario: FuzzScenario): Generator<FuzzScenario> {
  const { config, faults } = scenario;
  for (const dropped of faults) yield { ...scenario, faults: faults.filter((fault) => fault !== dropped) };
  if (config.workload.name !== "multi_turn") return;
  const { sessions, turns } = config.workload;
  const resized = (size: object): FuzzScenario => {
    return { ...scenario, config: { ...config, workload: { ...config.workload, ...size } } };
  };
  if (sessions > 1) yield resized({ sessions: Math.ceil(sessions / 2) });
  if (sessions > 1) yield resized({ sessions: sessions - 1 });
  if (turns > 1) yield resized({ turns: turns - 1 });
}
