// Scrapes for tests: counters that grew from nothing to what is given.

import type { EngineRole } from "../domain/topology.ts";
import type { ProcessScrape } from "./arm_run.ts";
import { Samples } from "./prometheus_text.ts";

/** `series`: `name`, `name{tier}` or `name{rank}` → value after the load; before it, every one was 0. */
export function samplesOf(series: Readonly<Record<string, number>>, process: string, factor = 1): Samples {
  const samples = new Samples();
  for (const [key, value] of Object.entries(series)) {
    const [name = "", level] = key.replace("}", "").split("{");
    samples.add(name, { engine: process, ...labelOf(level) }, factor * value);
  }
  return samples;
}

function labelOf(level: string | undefined): Record<string, string> {
  if (level === undefined) return {};
  return /^\d+$/.test(level) ? { rank: level } : { tier: level };
}

export function engineScrape(
  process: string,
  role: EngineRole,
  series: Readonly<Record<string, number>>,
): ProcessScrape {
  return {
    process,
    kind: "engine",
    role,
    before: samplesOf(series, process, 0),
    after: samplesOf(series, process),
  };
}

export function masterScrape(series: Readonly<Record<string, number>>): ProcessScrape {
  const before = samplesOf(series, "master", 0);
  return { process: "master", kind: "master", role: null, before, after: samplesOf(series, "master") };
}
