// What sim-bench prints: a row for each run, and the shares of one.

import { formatBytes } from "../../domain/units.ts";
import type { HostSpeed } from "./host_speed.ts";
import type { SimBenchResult } from "./sim_bench_run.ts";

const COLUMNS = [
  "nodes",
  "requests",
  "wall s",
  "CPU s",
  "set-up s",
  "µs/request",
  "µs/event",
  "requests/s",
  "events/s",
  "steps/req",
  "hits",
  "RSS",
];
const WIDTH = 11;

const KIND_WIDTH = 12;

export function printHead(): void {
  console.log(COLUMNS.map((name) => name.padStart(WIDTH)).join(""));
}

/** µs are of CPU time behind the set-up, which does not grow with the requests; a second of wall is one of this host, other work on it included. */
export function printRow(result: SimBenchResult): void {
  const { nodes, requests, wall_s, cpu_s, set_up_cpu_s, events, steps } = result;
  const { hit_ratio, rss_bytes, failed_requests } = result;
  const run_us = (cpu_s - set_up_cpu_s) * 1e6;
  const cells = [
    nodes,
    requests,
    wall_s.toFixed(2),
    cpu_s.toFixed(2),
    set_up_cpu_s.toFixed(2),
    (run_us / requests).toFixed(1),
    (run_us / events).toFixed(2),
    Math.round(requests / wall_s),
    Math.round(events / wall_s),
    (steps / requests).toFixed(1),
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
      `${kind.padEnd(KIND_WIDTH)}${String(events).padStart(WIDTH)} events${share.toFixed(1).padStart(8)} %${each_us.toFixed(2).padStart(8)} µs each`,
    );
  }
}

/** What to compare by where the figures are another host's, or another hour's. */
export function printHostSpeed({ mix_ns, read_ns }: HostSpeed): void {
  console.log(
    `\nthis host now: ${mix_ns.toFixed(2)} ns a multiply, shift and xor; ${read_ns.toFixed(0)} ns a read of memory that waits for the one before`,
  );
}
