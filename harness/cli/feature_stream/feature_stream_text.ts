// Figures of feature streams as Markdown: means over the pairs, and the candidate's change with its 95 % interval.

import type { FeatureStreamConfig } from "../../../workloads/feature_stream.ts";
import { formatBytes } from "../../domain/units.ts";
import type { FeatureBackendKind } from "../../stack/feature/feature_backend.ts";
import { mean } from "../../stats/distribution.ts";
import { pairInterval } from "../../stats/pair_interval.ts";
import type { StreamFigures } from "./feature_stream_tally.ts";

/** [backends]: one run of each level. */
export type StreamPair = readonly StreamFigures[];

type FigureOf = (run: StreamFigures) => number | null;

const METRICS: readonly { readonly name: string; readonly figureOf: FigureOf }[] = [
  { name: "samples/s", figureOf: (run) => run.samples_per_s },
  { name: "MB/s", figureOf: (run) => run.mb_per_s },
  { name: "put → consumed ms p50", figureOf: (run) => run.latency_ms_p50 },
  { name: "put → consumed ms p99", figureOf: (run) => run.latency_ms_p99 },
  { name: "producer hold ms, longest", figureOf: (run) => run.held_ms_max },
  { name: "puts that waited for consumers", figureOf: (run) => run.waits },
  { name: "samples put", figureOf: (run) => run.put },
  { name: "samples consumed", figureOf: (run) => run.consumed },
  { name: "samples redelivered after a consumer's death", figureOf: (run) => run.redelivered },
  { name: "of those, freed by the dead", figureOf: (run) => run.freed_by_the_dead },
];
const COMPARED = 4;

export function renderStream(
  backends: readonly FeatureBackendKind[],
  stream: FeatureStreamConfig,
  pairs: readonly StreamPair[],
): string {
  const { producers, consumers, samples, puts_in_flight, warm_up_samples, max_resident_bytes } = stream;
  const candidates = backends.map((_, level) => level).slice(1);
  const headers = [...backends, ...candidates.map((level) => `${backends[level]} % [95 %]`)];
  const problems = pairs.flat().flatMap((run) => run.problems);
  return [
    `# feature-stream: ${producers} producer(s) × ${samples} samples, ${puts_in_flight} at a time, ${consumers} consumer(s), at most ${formatBytes(max_resident_bytes)} unconsumed, ${warm_up_samples} to warm up, ${pairs.length} run(s) a backend`,
    "",
    `Real: processes, refs over IPC, bytes through ${backends.map((backend) => BYTES_GO_THROUGH[backend]).join(", ")}; every byte checked. Modelled: nothing.`,
    ...(candidates.length === 0
      ? []
      : [`Factor feature_backend, baseline ${backends[0]}; changes are against it.`]),
    "",
    `| | ${headers.join(" | ")} |`,
    `|---|${headers.map(() => "---:|").join("")}`,
    ...METRICS.map(({ name, figureOf }, i) => {
      const cells = backends.map((_, level) => meanText(valuesOf(pairs, level, figureOf)));
      const changes = candidates.map((level) => (i < COMPARED ? changeOf(pairs, level, figureOf) : ""));
      return `| ${[name, ...cells, ...changes].join(" | ")} |`;
    }),
    "",
    ...problems.map((problem) => `Problem: ${problem}`),
    "",
  ].join("\n");
}

const BYTES_GO_THROUGH: Readonly<Record<FeatureBackendKind, string>> = {
  local: "the memory of one process (local)",
  shared_dir: "files in /tmp (shared_dir)",
  store: "an owner's shared memory (store)",
  mooncake: "a real Mooncake over tcp on loopback (mooncake)",
};

function meanText(values: readonly number[]): string {
  return values.length === 0 ? "n/a (no producer lived to the end)" : mean(values).toFixed(2);
}

function valuesOf(pairs: readonly StreamPair[], backend: number, figureOf: FigureOf): number[] {
  return pairs.flatMap((pair) => {
    const run = pair[backend];
    const figure = run === undefined ? null : figureOf(run);
    return figure === null ? [] : [figure];
  });
}

function changeOf(pairs: readonly StreamPair[], level: number, figureOf: FigureOf): string {
  const candidates = valuesOf(pairs, level, figureOf);
  const values = valuesOf(pairs, 0, figureOf).map((baseline, i) => ({
    baseline,
    candidate: candidates[i] ?? Number.NaN,
  }));
  const interval = pairInterval(values, "percent");
  if (interval === null) return "n/a (the baseline is 0)";
  const { estimate, lo, hi } = interval;
  return `${estimate.toFixed(1)} [${lo.toFixed(1)}, ${hi.toFixed(1)}]`;
}
