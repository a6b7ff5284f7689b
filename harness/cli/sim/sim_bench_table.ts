// What sim-bench prints: a row for each run, and the shares of one.

import { formatBytes } from "../../domain/units.ts";
import type { SimBenchResult } from "./sim_bench_run.ts";

const COLUMNS = [
  "nodes",
  "requests",
  "wall s",
  "µs/request",
  "requests/s",
  "events/s",
  "steps",
  "hits",
  "RSS",
];
const WIDTH = 12;

export function printHead(): void {
  console.log(COLUMNS.map((name) => name.padStart(WIDTH)).join(""));
}

export function printRow(result: SimBenchResult): void {
  const { nodes, requests, wall_s, events, steps, hit_ratio, rss_bytes, failed_requests } = result;
  const cells = [
    nodes,
    requests,
    wall_s.toFixed(2),
    ((wall_s * 1e6) / requests).toFixed(1),
    Math.round(requests / wall_s),
    Math.round(events / wall_s),
    steps,
    hit_ratio.toFixed(3),
    formatBytes(rss_bytes),
  ];
  const failed = failed_requests > 0 ? `  ${failed_requests} failed` : "";
  console.log(cells.map((cell) => String(cell).padStart(WIDTH)).join("") + failed);
}

export function printKinds({ requests, kinds }: SimBenchResult): void {
  const total_s = kinds.reduce((sum, { host_s }) => sum + (host_s ?? 0), 0);
  console.log(`\nwhere the time goes, ${requests} requests (clock readings included):`);
  for (const { kind, events, host_s } of kinds) {
    if (events === 0) continue;
    const share = (100 * (host_s ?? 0)) / total_s;
    const each_us = ((host_s ?? 0) * 1e6) / events;
    console.log(
      `${kind.padEnd(WIDTH)}${String(events).padStart(WIDTH)} events${share.toFixed(1).padStart(8)} %${each_us.toFixed(2).padStart(8)} µs each`,
    );
  }
}
