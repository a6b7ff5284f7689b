// Benjamini–Hochberg adjustment (1995, Journal of the Royal Statistical Society B 57:289): of what is called a finding at
// adjusted p ≤ q, at most a part q is expected to be false. For screening many series, where Holm would see too little.

/** Adjusted p-values, in the order given. */
export function adjustBenjaminiHochberg(p_values: readonly number[]): number[] {
  const order = p_values.map((_, i) => i).sort((a, b) => Number(p_values[b]) - Number(p_values[a]));
  const adjusted = new Array<number>(p_values.length);
  let ceiling = 1;
  for (const [below, index] of order.entries()) {
    const rank = p_values.length - below;
    ceiling = Math.min(ceiling, (Number(p_values[index]) * p_values.length) / rank);
    adjusted[index] = ceiling;
  }
  return adjusted;
}
