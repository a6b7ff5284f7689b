// The figures of `floor` as text.

import { cell, left, missingCell, type ReportTable, right } from "../../../reports/tables/report_table.ts";
import { makePaint } from "../../../reports/terminal/ansi.ts";
import { terminalTable } from "../../../reports/terminal/terminal_table.ts";
import { formatCount, formatNumber } from "../../../reports/wording/format_value.ts";
import type { LoadFloor } from "../../load/floor/measure_floor.ts";
import type { CollectorShare } from "./collector_share.ts";
import type { Clients, FloorFigures, RateFigures } from "./floor_figures.ts";

/** Of other processes, before anything is measured. */
const BUSY_LOAD = 0.5;
const GOALS = { events_per_s: 100_000, lag_p99_ms: 1, streams: 10_000 };
const WIDTH = 130;

export function renderFloor({ host, load_average, streams, rates, collector }: FloorFigures): string {
  const clients = Math.max(1, streams.of_client.length);
  const who =
    clients === 1
      ? "one client process, the null server in another"
      : `${clients} client processes, each with a null server of its own`;
  const { failure } = streams.merged;
  const notes = [
    load_average > BUSY_LOAD
      ? `BUSY: others keep this machine at a load of ${load_average.toFixed(1)}, so its floor is better than these figures; run it again when it is quiet, or as chrt -f 50 bun run floor`
      : null,
    2 * clients > host.cpu_cores
      ? `${clients} clients and ${clients} null servers share ${host.cpu_cores} cores: more clients than half the cores measure each other`
      : null,
    failure === null ? null : `FAILED: ${failure.code}: ${failure.detail}`,
  ].filter((note) => note !== null);
  const paint = makePaint(false);
  return [
    `floor of ${host.cpu_model}, ${host.cpu_cores} cores; ${who}`,
    ...notes,
    "",
    terminalTable(streamsTable(streams), WIDTH, paint),
    "",
    terminalTable(ratesTable(rates), WIDTH, paint),
    "",
    terminalTable(collectorTable(collector), WIDTH, paint),
  ].join("\n");
}

function streamsTable(streams: Clients<LoadFloor>): ReportTable {
  return {
    title: `Streams at the same time and their events (goals: ${formatCount(GOALS.streams)} streams, ${formatCount(GOALS.events_per_s)} events/s)`,
    columns: [
      left("client"),
      right("streams"),
      right("events_per_s"),
      right("cpu_us_per_event"),
      right("% of a core"),
      right("merge_ratio"),
    ],
    rows: withClients(streams).map(({ client, figures }) => [
      cell(client),
      cell(formatCount(figures.streams_held)),
      cell(formatCount(Math.round(figures.events_per_s))),
      cell(formatNumber(figures.cpu_us_per_event)),
      cell((100 * figures.cpu_load).toFixed(0)),
      figures.merge_ratio === null ? missingCell("no event came") : cell(figures.merge_ratio.toFixed(2)),
    ]),
  };
}

function ratesTable(rates: readonly Clients<RateFigures>[]): ReportTable {
  const goal = `p99 ≤ ${GOALS.lag_p99_ms} ms`;
  return {
    title: "Schedule lag, open loop: right before the first bytes go to the kernel − intended send",
    columns: [
      ...[left("client"), right("rate_per_s"), right("achieved_per_s")],
      ...[right("lag_ms_p50"), right("lag_ms_p99"), right("lag_ms_p999")],
      ...[right("cpu_us_per_request"), right("core_wait_ms"), right("failed"), left(goal)],
    ],
    rows: rates.flatMap((rate) =>
      withClients(rate).map(({ client, figures }) => [
        cell(client),
        ...rateCells(figures),
        cell(
          figures.lag_ms_p99 <= GOALS.lag_p99_ms ? "yes" : "no",
          figures.lag_ms_p99 <= GOALS.lag_p99_ms ? "good" : "bad",
        ),
      ]),
    ),
  };
}

function collectorTable(collector: CollectorShare): ReportTable {
  return {
    title: "Garbage collector of one client: a request that is due during a pause is sent behind it",
    columns: [
      ...[right("rate_per_s"), right("% of the time"), right("pauses_per_s")],
      ...[right("pause_ms_p50"), right("pause_ms_max")],
    ],
    rows: [
      [
        cell(formatCount(collector.rate_per_s)),
        cell((100 * collector.paused_ratio).toFixed(2)),
        cell(collector.pauses_per_s.toFixed(1)),
        cell(collector.pause_ms_p50.toFixed(2)),
        cell(collector.pause_ms_max.toFixed(2)),
      ],
    ],
  };
}

function rateCells(rate: RateFigures): ReturnType<typeof cell>[] {
  return [
    cell(formatCount(rate.rate_per_s)),
    cell(formatCount(Math.round(rate.achieved_per_s))),
    cell(rate.lag_ms_p50.toFixed(3)),
    cell(rate.lag_ms_p99.toFixed(3)),
    cell(rate.lag_ms_p999.toFixed(3)),
    cell(rate.cpu_us_per_request.toFixed(1)),
    rate.core_wait_ms === null ? missingCell("not told") : cell(rate.core_wait_ms.toFixed(0)),
    cell(formatCount(rate.failed_requests)),
  ];
}

function withClients<T>({
  merged,
  of_client,
}: Clients<T>): { readonly client: string; readonly figures: T }[] {
  const each = of_client.map((figures, i) => ({ client: `client ${i}`, figures }));
  return [{ client: of_client.length === 0 ? "this process" : "all", figures: merged }, ...each];
}
