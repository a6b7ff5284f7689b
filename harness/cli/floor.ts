// `bun run floor`: what this machine's load client can do, against a null server in another process. A result near these
// figures says something about the client, not about the system under test.

import { loadavg } from "node:os";
import { openDataPlane } from "../../native/ffi/open_data_plane.ts";
import { cell, left, type ReportTable, right } from "../../reports/tables/report_table.ts";
import { makePaint } from "../../reports/terminal/ansi.ts";
import { terminalTable } from "../../reports/terminal/terminal_table.ts";
import { formatCount, formatNumber } from "../../reports/wording/format_value.ts";
import { OsClock } from "../clock/os_clock.ts";
import { formatConfigProblem } from "../config/config_problem.ts";
import { FlagReader } from "../config/flag_reader.ts";
import { nsToMs } from "../domain/units.ts";
import { type LoadFloor, measureFloor } from "../load/floor/measure_floor.ts";
import { measureRate, type RateFloor } from "../load/floor/measure_rate.ts";
import { readHostFacts } from "../measure/host_facts.ts";
import type { HostFacts } from "../measure/manifest.ts";
import { PlaneClock } from "../stack/plane_clock.ts";
import { quantile, sortAscending } from "../stats/quantile.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { Progress } from "./progress.ts";

const HELP = `floor [options]

Measures this machine's load client against a null server in another process: concurrent streams and SSE events per second,
CPU per event, and how late requests are sent in an open loop.

  --streams N   streams at the same time (default 2000)
  --events N    events of each stream (default 50)
  --seconds S   of each open loop (default 3)
  --json        print the figures as JSON
  --help        this text

Exit codes: 0 measured, whatever the figures are; 2 usage; 4 the native library or the null server failed.
`;
const FLAGS = {
  events: "value",
  help: "switch",
  json: "switch",
  seconds: "value",
  streams: "value",
} as const;

const RATES_PER_S = [1_000, 5_000, 10_000];
/** One short answer: what is measured is the sending. */
const RATE_REQUEST = { prompt_tokens: 16, output_tokens: 1 };
/** Of other processes, before anything is measured. */
const BUSY_LOAD = 0.5;
const GOALS = { events_per_s: 100_000, lag_p99_ms: 1, streams: 10_000 };

interface FloorFigures {
  readonly host: HostFacts;
  /** One-minute load average before: what others do to this machine is not its floor. */
  readonly load_average: number;
  readonly streams: LoadFloor;
  readonly rates: readonly RateFigures[];
}
interface RateFigures extends Omit<RateFloor, "lag_ns"> {
  readonly lag_ms_p50: number;
  readonly lag_ms_p99: number;
  readonly lag_ms_p999: number;
}

process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<ExitCode> {
  const flags = new FlagReader(argv, FLAGS);
  if (flags.has("help")) {
    console.log(HELP);
    return EXIT.DONE;
  }
  const streams = flags.integer("streams", 1) ?? 2_000;
  const events_per_stream = flags.integer("events", 1) ?? 50;
  const seconds = flags.positive("seconds") ?? 3;
  if (flags.problems.length > 0) {
    for (const problem of flags.problems) console.error(formatConfigProblem(problem));
    return EXIT.USAGE;
  }
  const progress = new Progress(new OsClock(), process.stderr.isTTY);
  const figures = await measure({ streams, events_per_stream, seconds }, progress);
  progress.end();
  if (figures === null) return EXIT.STACK_FAILED;
  console.log(flags.has("json") ? JSON.stringify(figures, null, 2) : render(figures));
  return EXIT.DONE;
}

async function measure(
  { streams, events_per_stream, seconds }: { streams: number; events_per_stream: number; seconds: number },
  progress: Progress,
): Promise<FloorFigures | null> {
  progress.stage("preparing the native library");
  const plane = openDataPlane();
  if (!plane.ok) {
    console.error(plane.error.detail);
    return null;
  }
  const load_average = loadavg()[0] ?? 0;
  const clock = new PlaneClock(plane.value, new OsClock());
  const pacer = (deadline_ns: number): Promise<void> =>
    plane.value.submit([{ kind: "wait_until", deadline_ns }]).then(() => undefined);
  progress.stage(`${streams} streams of ${events_per_stream} events`);
  const held = await measureFloor({ streams, events_per_stream, event_gap_ns: null }, clock);
  const rates: RateFigures[] = [];
  for (const rate_per_s of RATES_PER_S) {
    progress.stage(`open loop at ${rate_per_s} requests/s`);
    rates.push(describeRate(await measureRate({ rate_per_s, seconds, ...RATE_REQUEST }, clock, pacer)));
  }
  await plane.value.close();
  return { host: readHostFacts(), load_average, streams: held, rates };
}

function describeRate({ lag_ns, ...rest }: RateFloor): RateFigures {
  const ascending = sortAscending(lag_ns.map(nsToMs));
  return {
    ...rest,
    lag_ms_p50: quantile(ascending, 0.5),
    lag_ms_p99: quantile(ascending, 0.99),
    lag_ms_p999: quantile(ascending, 0.999),
  };
}

function render({ host, load_average, streams, rates }: FloorFigures): string {
  const { events_per_s, streams_held, cpu_us_per_event, cpu_load, merge_ratio, failure } = streams;
  const merged = merge_ratio === null ? "n/a (no event came)" : merge_ratio.toFixed(2);
  return [
    `floor of ${host.cpu_model}, ${host.cpu_cores} cores; one client process, the null server in another`,
    load_average > BUSY_LOAD
      ? `BUSY: others keep this machine at a load of ${load_average.toFixed(1)}, so its floor is better than these figures; run it again when it is quiet`
      : "",
    failure === null ? "" : `FAILED: ${failure.code}: ${failure.detail}`,
    `streams at the same time   ${formatCount(streams_held)} (goal ${formatCount(GOALS.streams)}; ask for it with --streams)`,
    `SSE events per second      ${formatCount(Math.round(events_per_s))} (goal ${formatCount(GOALS.events_per_s)}): ${formatNumber(cpu_us_per_event)} µs CPU an event, ${(100 * cpu_load).toFixed(0)} % of a core, merge ratio ${merged}`,
    "",
    terminalTable(ratesTable(rates), 110, makePaint(false)),
  ]
    .filter((line, i) => line !== "" || i > 2)
    .join("\n");
}

function ratesTable(rates: readonly RateFigures[]): ReportTable {
  return {
    title: "Schedule lag, open loop: actual send − intended send",
    columns: [
      right("rate_per_s"),
      right("achieved_per_s"),
      right("lag_ms_p50"),
      right("lag_ms_p99"),
      right("lag_ms_p999"),
      right("cpu_us_per_request"),
      right("failed"),
      left(`p99 ≤ ${GOALS.lag_p99_ms} ms`),
    ],
    rows: rates.map((rate) => [
      cell(formatCount(rate.rate_per_s)),
      cell(formatCount(Math.round(rate.achieved_per_s))),
      cell(rate.lag_ms_p50.toFixed(3)),
      cell(rate.lag_ms_p99.toFixed(3)),
      cell(rate.lag_ms_p999.toFixed(3)),
      cell(rate.cpu_us_per_request.toFixed(1)),
      cell(formatCount(rate.failed_requests)),
      cell(
        rate.lag_ms_p99 <= GOALS.lag_p99_ms ? "yes" : "no",
        rate.lag_ms_p99 <= GOALS.lag_p99_ms ? "good" : "bad",
      ),
    ]),
  };
}
