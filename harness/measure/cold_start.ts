// Proof that an arm starts cold: no key, no allocated byte in memory or files at the master, no file in any disk tier's
// directory. Proved before the load, not assumed: a store that stayed warm flatters one arm. What cannot be read is not
// proof.

import { fail, notApplicable, pass } from "./checks/check_result.ts";
import { isAvailable, na, sumOf } from "./measured.ts";
import { MASTER_SERIES, NATIVE_SERIES } from "./metric_names.ts";
import type { Samples } from "./prometheus_text.ts";
import type { Measured, NotAvailable, ValidityCheck } from "./run_summary.ts";

export interface ColdStartFacts {
  readonly arm: string;
  readonly pair_index: number;
  readonly key_count: Measured;
  readonly allocated_bytes: Measured;
  readonly allocated_file_size_bytes: Measured;
  /**
   * Files under the disk tiers' directories, at any depth. Empty list of directories: 0. Null: the disks are others', and what the
   * master says of its files stands for them.
   */
  readonly disk_files: Measured | null;
}

/**
 * From the metrics of masters and engines before the load; an engine counts where it has a pool of its own. Null: it could not
 * be scraped. An arm without a store has nothing to be warm.
 */
export function coldStartFacts(
  run: { readonly arm: string; readonly pair_index: number },
  masters: readonly (Samples | null)[],
  engines: readonly (Samples | null)[],
  disk_files: ColdStartFacts["disk_files"],
): ColdStartFacts {
  const level = (series: string): Measured => {
    let sum = 0;
    for (const master of masters) {
      if (master === null) return na("a master was not scraped");
      const value = master.sum(series);
      if (value === undefined) return na(`a master does not export ${series}`);
      sum += value;
    }
    return sum;
  };
  return {
    ...run,
    key_count: sumOf([level(MASTER_SERIES.key_count), nativeKeys(engines)]),
    allocated_bytes: level(MASTER_SERIES.allocated_bytes),
    allocated_file_size_bytes: level(MASTER_SERIES.allocated_file_size_bytes),
    disk_files,
  };
}

function nativeKeys(engines: readonly (Samples | null)[]): Measured {
  let keys = 0;
  for (const engine of engines) {
    if (engine === null) return na("an engine was not scraped");
    keys += (engine.sum(NATIVE_SERIES.cpu_keys) ?? 0) + (engine.sum(NATIVE_SERIES.disk_keys) ?? 0);
  }
  return keys;
}

/** `runs`: one a start; not available where nobody could look. */
export function checkColdStart(runs: readonly (ColdStartFacts | NotAvailable)[]): ValidityCheck {
  const seen = runs.filter(isAvailable);
  const is_outside = seen.some(({ disk_files }) => disk_files === null);
  const check = is_outside
    ? "the store's master holds nothing at the start of every arm (engines' own blocks are not seen)"
    : "every tier is empty at the start of every arm";
  const warm = seen.flatMap(describeWarmth);
  const problems = runs.length === 0 ? ["no arm was examined"] : warm;
  if (problems.length > 0) {
    return fail(
      check,
      problems,
      "Find what filled a tier before the arm: another stack on store.disk.path, or files that a killed run left there.",
    );
  }
  const unseen = runs.flatMap((run) => (isAvailable(run) ? [] : [run.na]));
  if (unseen.length > 0) return notApplicable(check, [...new Set(unseen)].join("; "));
  const files = is_outside ? "" : ", 0 files";
  return pass(check, `${runs.length} starts: 0 keys, 0 bytes allocated, 0 file bytes${files}`);
}

function describeWarmth(facts: ColdStartFacts): string[] {
  const levels = {
    key_count: facts.key_count,
    allocated_bytes: facts.allocated_bytes,
    allocated_file_size_bytes: facts.allocated_file_size_bytes,
    ...(facts.disk_files === null ? {} : { disk_files: facts.disk_files }),
  };
  return Object.entries(levels).flatMap(([name, level]) => {
    const where = `${facts.arm}, pair ${facts.pair_index}`;
    if (!isAvailable(level)) return [`${where}: ${name} n/a (${level.na})`];
    return level === 0 ? [] : [`${where}: ${name} is ${level}`];
  });
}
