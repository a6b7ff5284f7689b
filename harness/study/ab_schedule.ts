// In which order the arms of a comparison run, and with which seed.
//
// A pair is one run of every arm on the same trace and seed; pairs differ in seed. Orders are counterbalanced, so that a
// drift of the machine (heat, page cache, a neighbour) falls on every arm alike: AB BA AB … for two arms, rows of a Williams
// design for more: each arm is equally often in each place and follows each other arm equally often, exactly after k pairs
// (k even) or 2k pairs (k odd), and nearly before. Source: Williams (1949), Australian Journal of Scientific Research A 2:149.

import { Random } from "../clock/random.ts";
import { assert } from "../domain/assert.ts";

export interface ScheduledRun {
  readonly pair_index: number;
  /** Place within the pair. */
  readonly position: number;
  readonly arm_index: number;
  /** Of the workload and of every random choice; the same for all arms of a pair. */
  readonly seed: number;
}

/** [pairs × arm_count], in the order to run. */
export function scheduleRuns(arm_count: number, pairs: number, base_seed: number): ScheduledRun[] {
  assert(arm_count >= 1 && pairs >= 1, "a schedule has at least one arm and one pair");
  const rows = williamsRows(arm_count);
  return Array.from({ length: pairs }, (_, pair_index) => {
    const seed = pairSeed(base_seed, pair_index);
    const row = rows[pair_index % rows.length] ?? [];
    return row.map((arm_index, position) => ({ pair_index, position, arm_index, seed }));
  }).flat();
}

/** Depends on nothing but the base seed and the pair: more pairs later leave the earlier ones as they are. */
export function pairSeed(base_seed: number, pair_index: number): number {
  return new Random(base_seed).fork(`pair ${pair_index}`).u32();
}

/** Row r of the Latin square is 0, 1, k−1, 2, k−2, … plus r; an odd k needs every row mirrored too. */
function williamsRows(k: number): number[][] {
  const first = Array.from({ length: k }, (_, i) => (i % 2 === 1 ? (i + 1) / 2 : (k - i / 2) % k));
  const square = Array.from({ length: k }, (_, r) => first.map((arm) => (arm + r) % k));
  return k % 2 === 0 || k === 1 ? square : [...square, ...square.map((row) => row.toReversed())];
}
