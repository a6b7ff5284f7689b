// Holm's step-down adjustment (Holm, 1979, Scandinavian Journal of Statistics 6:65): the chance that any of the adjusted
// p ≤ 0.05 is a false alarm stays ≤ 5 %, whatever the dependence between the tests.

/** Adjusted p-values, in the order given. */
export function adjustHolm(p_values: readonly number[]): number[] {
  const order = p_values.map((_, i) => i).sort((a, b) => Number(p_values[a]) - Number(p_values[b]));
  const adjusted = new Array<number>(p_values.length);
  let floor = 0;
  for (const [rank, index] of order.entries()) {
    floor = Math.max(floor, Math.min(1, Number(p_values[index]) * (p_values.length - rank)));
    adjusted[index] = floor;
  }
  return adjusted;
}
