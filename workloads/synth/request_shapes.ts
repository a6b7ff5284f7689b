// What a trace is fitted to: for every request its lengths, the gap before it and how its prompt relates to earlier ones, in
// columns. No content and no identity: which request is shared with is told as a distance back.
//
// Kinds of relation, of the longest prefix shared with earlier prompts (`shared_blocks`) to the latest request that used its
// end (`back` requests ago):
//   fresh    nothing is shared
//   branch   a part of that prompt (a system prompt, a document, an earlier turn)
//   extend   all its full blocks: the next turn of a session
//   repeat   the same prompt again

import { BlockTable } from "../inspect/block_table.ts";
import { PrefixReach } from "../inspect/prefix_reach.ts";
import { NumberColumn } from "../trace/number_column.ts";
import type { TraceRequest } from "../trace/trace_request.ts";

export const FRESH = 0;
export const BRANCH = 1;
export const EXTEND = 2;
export const REPEAT = 3;

export class RequestShapes {
  /** Null: the trace says nothing of contents, and all requests are fresh. */
  readonly block_tokens: number | null;
  readonly input_tokens: NumberColumn = new NumberColumn();
  readonly output_tokens: NumberColumn = new NumberColumn();
  /** Gap to the request before in file order, never negative; 0 for the first. */
  readonly gap_ns: NumberColumn = new NumberColumn();
  readonly kind: NumberColumn = new NumberColumn();
  readonly shared_blocks: NumberColumn = new NumberColumn();
  readonly back: NumberColumn = new NumberColumn();
  /** Of the shared blocks, those at the front that a request after that one has used too. */
  readonly busier_blocks: NumberColumn = new NumberColumn();
  /** Input tokens beyond those of the request `back` ago. */
  readonly grown_tokens: NumberColumn = new NumberColumn();
  readonly #table = new BlockTable();
  readonly #reach = new PrefixReach();
  #last_at_ns: number | null = null;

  constructor(block_tokens: number | null) {
    this.block_tokens = block_tokens;
  }

  get requests(): number {
    return this.input_tokens.length;
  }

  add({ at_ns, input_tokens, output_tokens, hash_ids }: TraceRequest): void {
    const gap_ns = at_ns === null || this.#last_at_ns === null ? 0 : Math.max(0, at_ns - this.#last_at_ns);
    this.#last_at_ns = Math.max(at_ns ?? 0, this.#last_at_ns ?? 0);
    const index = this.requests;
    this.#addRelation(index, input_tokens, hash_ids ?? []);
    this.input_tokens.push(input_tokens);
    this.output_tokens.push(output_tokens);
    this.gap_ns.push(gap_ns);
  }

  #addRelation(index: number, input_tokens: number, hash_ids: readonly number[]): void {
    const blocks = hash_ids.map((hash_id) => this.#table.number(hash_id));
    const { shared_blocks, last_request, busier_blocks } = this.#reach.add(blocks);
    this.shared_blocks.push(shared_blocks);
    this.busier_blocks.push(busier_blocks);
    this.back.push(last_request === null ? 0 : index - last_request);
    if (last_request === null || this.block_tokens === null) {
      this.kind.push(FRESH);
      this.grown_tokens.push(0);
      return;
    }
    const earlier_tokens = this.input_tokens.at(last_request);
    this.grown_tokens.push(input_tokens - earlier_tokens);
    this.kind.push(relation(shared_blocks, blocks.length, input_tokens, earlier_tokens, this.block_tokens));
  }
}

function relation(
  shared_blocks: number,
  blocks: number,
  input_tokens: number,
  earlier_tokens: number,
  block_tokens: number,
): number {
  if (shared_blocks === blocks && input_tokens === earlier_tokens) return REPEAT;
  const is_whole = shared_blocks === Math.floor(earlier_tokens / block_tokens);
  return is_whole && input_tokens > earlier_tokens ? EXTEND : BRANCH;
}
