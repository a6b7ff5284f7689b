/** How many of the keys failed. codes: one a key, negative is why not. */
export function failedKeys(codes: readonly number[]): number {
  let failed_keys = 0;
  for (const code of codes) if (code < 0) failed_keys++;
  return failed_keys;
}
