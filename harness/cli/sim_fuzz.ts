// `bun run sim-fuzz [--seconds N] [--seed S]`: draws random scenarios one after the other, runs them on the simulator and
// checks what must hold in every run. A failure is made small and printed with the one command that repeats it.

import { OsClock } from "../clock/os_clock.ts";
import { formatConfigProblem } from "../config/config_problem.ts";
import { FlagReader } from "../config/flag_reader.ts";
import { NS_PER_S } from "../domain/units.ts";
import { describeFault } from "../sim/sim_fault.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { runFuzzScenario, shrinkScenario } from "./sim/fuzz_run.ts";
import { drawScenario, type FuzzScenario } from "./sim/fuzz_scenario.ts";

const HELP = `bun run sim-fuzz [--seconds N] [--seed S] [--json]

Runs random topologies, switches, workloads and faults on the simulator and checks that the ledger balances, no request is
lost or ends twice, no block leaks, no stale or corrupt block is used, every tier keeps to its size and nothing leased is evicted.

  --seconds N   draw scenarios for N seconds (default 30), seeds counting up from the clock's
  --seed S      run the one scenario of seed S
  --json        print what was run as JSON

Exit code 0: every scenario held. 1: one did not; what is printed repeats it.`;

const DEFAULT_SECONDS = 30;

process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<ExitCode> {
  const flags = new FlagReader(argv, { help: "switch", json: "switch", seconds: "value", seed: "value" });
  if (flags.has("help")) {
    console.log(HELP);
    return EXIT.DONE;
  }
  const seed = flags.integer("seed", 0);
  const seconds = flags.positive("seconds") ?? DEFAULT_SECONDS;
  if (flags.problems.length > 0) {
    for (const problem of flags.problems) console.error(formatConfigProblem(problem));
    return EXIT.USAGE;
  }
  return fuzz(seed, seconds, flags.has("json"));
}

async function fuzz(only_seed: number | undefined, seconds: number, json: boolean): Promise<ExitCode> {
  const clock = new OsClock();
  const end_ns = clock.now_ns() + seconds * NS_PER_S;
  const totals = { scenarios: 0, requests: 0, events: 0 };
  let seed = only_seed ?? Math.floor(Date.parse(clock.wallTime()) / 1_000);
  const first_seed = seed;
  do {
    const scenario = drawScenario(seed);
    const outcome = await runFuzzScenario(scenario);
    totals.scenarios++;
    totals.requests += outcome.requests;
    totals.events += outcome.events;
    if (outcome.failure !== null) {
      await reportFailure(scenario, outcome.failure);
      return EXIT.WORSE;
    }
    seed++;
  } while (only_seed === undefined && clock.now_ns() < end_ns);
  const summary = { first_seed, ...totals };
  console.log(
    json
      ? JSON.stringify(summary)
      : `${totals.scenarios} scenarios from seed ${first_seed} held: ${totals.requests} requests, ${totals.events} events`,
  );
  return EXIT.DONE;
}

async function reportFailure(scenario: FuzzScenario, failure: string): Promise<void> {
  console.log(`seed ${scenario.seed} fails: ${failure}`);
  console.log(`repeat: bun run sim-fuzz --seed ${scenario.seed}`);
  const small = await shrinkScenario(scenario, failure);
  console.log(`smallest scenario found that fails (${small.failure}):`);
  console.log(`faults: ${small.scenario.faults.map(describeFault).join("; ") || "none"}`);
  console.log(JSON.stringify(small.scenario.config, null, 2));
}
