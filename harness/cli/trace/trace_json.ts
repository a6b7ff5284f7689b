// What inspection found, as JSON: field names as in the tables, distributions described, the hit curve at the capacities shown.

import type { HitCurve } from "../../../workloads/inspect/hit_curve.ts";
import type { TraceInspection } from "../../../workloads/inspect/trace_inspection.ts";
import { describeSamples } from "../../stats/distribution.ts";
import { SAMPLE_NAMES, shownCapacities } from "./trace_tables.ts";

export function inspectionJson(inspection: TraceInspection): object {
  const { requests, input_tokens, output_tokens, sessions, arrivals, contents, samples } = inspection;
  const distributions = SAMPLE_NAMES.map((name) => {
    const values = samples[name];
    return [name, values.length === 0 ? null : describeSamples(Array.from(values))];
  });
  return {
    requests,
    input_tokens,
    output_tokens,
    sessions,
    arrivals,
    distributions: Object.fromEntries(distributions),
    contents: contents && {
      block_tokens: contents.block_tokens,
      ...contents.sharing,
      hit_curve: curveJson(contents.curve, shownCapacities(contents.curve)),
    },
  };
}

export function curveJson(curve: HitCurve, capacities_tokens: readonly number[]): object {
  return {
    block_tokens: curve.block_tokens,
    unbounded: curve.unbounded(),
    largest_useful_tokens: curve.largest_useful_blocks * curve.block_tokens,
    unchained_hits: curve.unchained_hits,
    at: capacities_tokens.map((capacity_tokens) => ({ capacity_tokens, ...curve.at(capacity_tokens) })),
  };
}
