// Comparisons grouped as a reader takes them: one candidate against the baseline at a time.

import type { Comparison, RunSummary } from "../../harness/measure/run_summary.ts";
import { labelArms } from "./arm_labels.ts";

export interface ComparedPair {
  /** `preferred_segment: off → local` */
  readonly title: string;
  /** Repetitions; rows may have fewer. */
  readonly pairs: number;
  /** One per metric, in the summary's order; at least one. */
  readonly rows: readonly Comparison[];
}

/** More candidates than these are many: each is given less room. */
export const MANY_CANDIDATES = 2;

export function groupComparisons({ arms, comparisons }: RunSummary): ComparedPair[] {
  const labels = labelArms(arms.map((arm) => arm.name));
  const groups = Map.groupBy(comparisons, ({ factor, baseline, candidate }) =>
    JSON.stringify([factor, baseline, candidate]),
  );
  return [...groups.values()].flatMap((rows) => {
    const first = rows[0];
    if (first === undefined) return [];
    const { factor, baseline, candidate } = first;
    const title = `${factor}: ${labels.of(baseline)} → ${labels.of(candidate)}`;
    return [{ title, pairs: Math.max(...rows.map((row) => row.pairs)), rows }];
  });
}
