// The few Python literals that appear in vLLM's log lines.

/** `[('k1', -704), ('k2', -10)]` */
export function keyCodeList(pairs: readonly (readonly [string, number])[]): string {
  return `[${pairs.map(([key, code]) => `('${key}', ${code})`).join(", ")}]`;
}

/** `{-800, -200}`, ascending. */
export function codeSet(codes: readonly number[]): string {
  return `{${[...new Set(codes)].sort((a, b) => a - b).join(", ")}}`;
}
