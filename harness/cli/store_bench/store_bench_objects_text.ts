// Figures of `store-bench --objects` as Markdown.

import { formatBytes } from "../../domain/units.ts";
import type { ObjectsFigures, PhaseFigures } from "../../measure/store_bench_objects_figures.ts";

export function renderObjects(figures: ObjectsFigures): string {
  const { objects, key_bytes, rss_bytes, bytes_per_object, evicted_keys, refused_keys, phases } = figures;
  const size = `${(rss_bytes / 1e9).toFixed(2)} GB (${formatBytes(rss_bytes)}) resident at most`;
  return [
    `A master process with ${objects.toLocaleString("en")} objects, keys of ${key_bytes} bytes: ${size}, ${bytes_per_object.toFixed(0)} bytes an object.`,
    "A timer of 1 ms beside it says how late it came: what a request may have waited for the event loop, the kernel's scheduling included.",
    "Busy is the processor time of the process between two of them, all its threads: no neighbour's load adds to it. GC: the pauses that the collector logs.",
    "",
    "| phase | keys/s | timers | late ms p99 | late ms max | busy ms p99 | busy ms max | GC pauses | GC ms max | resident |",
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ...phases.map(phaseRow),
    "",
    `${evicted_keys.toLocaleString("en")} objects were evicted while others were put; ${refused_keys.toLocaleString("en")} puts came faster than that, found no room and are in no rate.`,
    "",
  ].join("\n");
}

function phaseRow(phase: PhaseFigures): string {
  const { late_ms_p99, late_ms_max, busy_ms_p99, busy_ms_max } = phase;
  const times = [late_ms_p99, late_ms_max, busy_ms_p99, busy_ms_max].map((ms) => ms.toFixed(2));
  const gc = [phase.gc_pauses, phase.gc_pause_ms_max.toFixed(2)];
  const rate = Math.round(phase.keys_per_s).toLocaleString("en");
  return `| ${[phase.name, rate, phase.ticks, ...times, ...gc, formatBytes(phase.rss_bytes)].join(" | ")} |`;
}
