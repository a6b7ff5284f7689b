/** Whether there are rows with lengths and hashes, and all have the hashes that blocks of this size make. */
export function hashesFit(
  objects: readonly Readonly<Record<string, unknown>>[],
  block_tokens: number,
): boolean {
  const rows = objects.flatMap(({ input_length, hash_ids }) =>
    typeof input_length === "number" && Array.isArray(hash_ids)
      ? [{ input_length, hashes: hash_ids.length }]
      : [],
  );
  return (
    rows.length > 0 &&
    rows.every(({ input_length, hashes }) => hashes === Math.ceil(input_length / block_tokens))
  );
}
