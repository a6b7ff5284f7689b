// Which rank puts a block that several ranks hold (spec: vllm_mooncake_store_connector.md §1.2): they take turns, block by
// block, so that each block is put once and every rank does its part.

/** Where the ranks of one KV head begin to count their turns: at the prompt's start, or at each save's. */
export type PutTurns = "by_prompt" | "by_batch";

/**
 * Whether block `index` of a save, the first of which is the prompt's `first_block`, is this rank's turn. With by_batch, as in
 * vllm_2026_05, a block's rank depends on where its save began.
 */
export function isTurnOf(
  tp_rank: number,
  put_step: number,
  index: number,
  first_block: number,
  turns: PutTurns,
): boolean {
  const offset = turns === "by_prompt" ? first_block : 0;
  return (offset + index) % put_step === tp_rank % put_step;
}
