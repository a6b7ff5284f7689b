// Hash ids in blocks of another size, one of the two sizes being a multiple of the other. What was shared stays shared, down to
// the larger of the two blocks. To smaller blocks: block j of id h becomes (h, 0), (h, 1) …; to larger ones: a group takes the
// id of its last block, which as a chained hash names all before it.

import { assert } from "../../harness/domain/assert.ts";
import { chainBlockHash, ROOT_HASH } from "../../harness/domain/block_hash.ts";

/** [ceil(input_tokens / to_tokens)] */
export function reblock(
  hash_ids: readonly number[],
  input_tokens: number,
  from_tokens: number,
  to_tokens: number,
): readonly number[] {
  if (from_tokens === to_tokens) return hash_ids;
  const blocks = Math.ceil(input_tokens / to_tokens);
  const last = hash_ids.length - 1;
  if (to_tokens % from_tokens === 0) {
    const group = to_tokens / from_tokens;
    return Array.from({ length: blocks }, (_, j) => hash_ids[Math.min(last, (j + 1) * group - 1)] ?? 0);
  }
  assert(from_tokens % to_tokens === 0, "one block size is a multiple of the other");
  const parts = from_tokens / to_tokens;
  return Array.from({ length: blocks }, (_, j) =>
    partId(hash_ids[Math.floor(j / parts)] ?? 0, j % parts, parts),
  );
}

/** h × parts + part where that is a safe integer, else a hash of both. */
function partId(hash_id: number, part: number, parts: number): number {
  const id = hash_id * parts + part;
  if (Number.isSafeInteger(id)) return id;
  return chainBlockHash(ROOT_HASH, [hash_id % 2 ** 32, Math.floor(hash_id / 2 ** 32), part], 0, 3);
}
