// `bun run selftest-stats`: proves the statistics on simulated comparisons whose truth is known.

import { cell, left, type ReportTable, right } from "../../reports/tables/report_table.ts";
import { makePaint } from "../../reports/terminal/ansi.ts";
import { terminalTable } from "../../reports/terminal/terminal_table.ts";
import { OsClock } from "../clock/os_clock.ts";
import { formatConfigProblem } from "../config/config_problem.ts";
import { FlagReader } from "../config/flag_reader.ts";
import { checkProof, describe, proveStatistics, type StatisticsProof } from "../study/statistics_proof.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { Progress } from "./progress.ts";
import { GPU_SD, HOST_SD, POOL_METRICS, simulatePool } from "./selftest_stats_pool.ts";

const HELP = `selftest-stats [options]

Simulates comparisons of a configuration with itself and shows how often the statistics see what is not there, how often an
interval holds a known effect, and how likely a slowdown of each size is found with each number of pairs.

  --comparisons N   A/A comparisons of 6 pairs (default 400)
  --seed N          of traces and noise (default 1)
  --json            print the figures as JSON
  --help            this text

Exit codes: 0 every check holds; 1 one does not; 2 usage.
`;
const FLAGS = { comparisons: "value", help: "switch", json: "switch", seed: "value" } as const;
/** What bench takes. */
const DEFAULT_PAIRS = 6;
const DEFAULT_COMPARISONS = 400;

process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<ExitCode> {
  const flags = new FlagReader(argv, FLAGS);
  if (flags.has("help")) {
    console.log(HELP);
    return EXIT.DONE;
  }
  const comparisons = flags.integer("comparisons", 1) ?? DEFAULT_COMPARISONS;
  const seed = flags.integer("seed", 0) ?? 1;
  if (flags.problems.length > 0) {
    for (const problem of flags.problems) console.error(formatConfigProblem(problem));
    return EXIT.USAGE;
  }
  const progress = new Progress(new OsClock(), process.stderr.isTTY);
  const pairs = Math.max(comparisons * DEFAULT_PAIRS, 2 * DEFAULT_PAIRS);
  progress.stage(`simulating ${pairs} pairs`);
  const pool = await simulatePool(pairs, seed, (done) => progress.update(`${done} done`));
  progress.end();
  if (!pool.ok) {
    console.error(pool.error);
    return EXIT.USAGE;
  }
  const proofs = POOL_METRICS.map((metric) => ({
    metric,
    proof: proveStatistics(pool.value[metric], DEFAULT_PAIRS),
  }));
  if (flags.has("json"))
    console.log(JSON.stringify({ seed, gpu_sd: GPU_SD, host_sd: HOST_SD, proofs }, null, 2));
  else for (const { metric, proof } of proofs) console.log(render(metric, proof, seed));
  return proofs.every(({ proof }) => checkProof(proof).every(({ ok }) => ok)) ? EXIT.DONE : EXIT.WORSE;
}

function render(metric: string, proof: StatisticsProof, seed: number): string {
  const sd = proof.pair_sd_pct.toFixed(2);
  return [
    `${metric}: ${proof.comparisons} A/A comparisons of ${proof.pairs} pairs, simulated, seed ${seed}; noise put in: GPU speed ${100 * GPU_SD} %, host software ${100 * HOST_SD} % a run; one pair's change has ${sd} %`,
    ...checkProof(proof).map(({ what, ok }) => `  ${ok ? "holds" : "FAILS"}  ${what}`),
    `  false verdicts, minimum effect included: ${describe(proof.false_verdicts)}`,
    terminalTable(powerTable(proof), 120, makePaint(false)),
    "",
  ].join("\n");
}

/** Part of the comparisons that call a slowdown worse. */
function powerTable({ power }: StatisticsProof): ReportTable {
  const effects = [...new Set(power.map(({ effect_pct }) => effect_pct))];
  const rows = Map.groupBy(power, ({ pairs }) => pairs);
  return {
    title: "Power: how often a slowdown of this size is called worse (%)",
    columns: [left("pairs"), ...effects.map((effect) => right(`+${effect} %`))],
    rows: [...rows].map(([pairs, points]) => [
      cell(String(pairs)),
      ...points.map(({ detected }) => cell((100 * detected.ratio).toFixed(1))),
    ]),
  };
}
