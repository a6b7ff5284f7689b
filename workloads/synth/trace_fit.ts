// What a trace is fitted to, in columns: for every request its lengths, the gap before it, and the earlier request that it
// shares most with. No ids are kept.
//
// Requests fall into families: a request belongs to the family of the request that it shares with, unless all they share is a
// common opening (a system prompt). An opening is made of blocks in more than 1 % of all prompts, and more than 8. So the turns
// of a session are a family, and the questions to one document; what has nothing but an opening in common is not.

import { BlockColumn } from "../inspect/block_column.ts";
import { BlockTable } from "../inspect/block_table.ts";
import { PrefixReach } from "../inspect/prefix_reach.ts";
import { NumberColumn } from "../trace/number_column.ts";
import type { TraceRequest } from "../trace/trace_request.ts";

const NONE = -1;
const COMMON_RATIO = 0.01;
const COMMON_REQUESTS = 8;

export class TraceFit {
  /** Null: the trace says nothing of contents, and every request is a family. */
  readonly block_tokens: number | null;
  readonly input_tokens: NumberColumn = new NumberColumn();
  readonly output_tokens: NumberColumn = new NumberColumn();
  /** To the request before it in the file, not negative; 0 for the first. */
  readonly gap_ns: NumberColumn = new NumberColumn();
  /** The latest request with the longest prefix that it shares; −1 for none. */
  readonly #related: NumberColumn = new NumberColumn();
  readonly shared_blocks: NumberColumn = new NumberColumn();
  /** Last block of the prompt, as #table numbers them. */
  readonly #last_block: NumberColumn = new NumberColumn();
  readonly #last_shared_block: NumberColumn = new NumberColumn();
  readonly #table = new BlockTable();
  readonly #reach = new PrefixReach();
  /** [block]: the block before it, and how many prompts have it. */
  readonly #before = new BlockColumn(NONE);
  readonly #uses = new BlockColumn(0);
  #last_at_ns: number | null = null;

  constructor(block_tokens: number | null) {
    this.block_tokens = block_tokens;
  }

  get requests(): number {
    return this.input_tokens.length;
  }

  add({ at_ns, input_tokens, output_tokens, hash_ids }: TraceRequest): void {
    const last_at_ns = this.#last_at_ns;
    this.gap_ns.push(at_ns === null || last_at_ns === null ? 0 : Math.max(0, at_ns - last_at_ns));
    this.#last_at_ns = at_ns === null ? null : Math.max(at_ns, last_at_ns ?? 0);
    this.input_tokens.push(input_tokens);
    this.output_tokens.push(output_tokens);
    const blocks = (hash_ids ?? []).map((hash_id) => this.#table.number(hash_id));
    const { shared_blocks, last_request } = this.#reach.add(blocks);
    this.#related.push(last_request ?? NONE);
    this.shared_blocks.push(shared_blocks);
    this.#last_block.push(blocks.at(-1) ?? NONE);
    this.#last_shared_block.push(shared_blocks === 0 ? NONE : (blocks[shared_blocks - 1] ?? NONE));
    blocks.forEach((block, j) => {
      this.#uses.set(block, this.#uses.at(block) + 1);
      if (j > 0) this.#before.set(block, blocks[j - 1] ?? NONE);
    });
  }

  /** The earlier request of its family that it shares most with; −1: it is the first of its family. */
  relative(request: number): number {
    const last_shared_block = this.#last_shared_block.at(request);
    return last_shared_block === NONE || this.#isCommon(last_shared_block) ? NONE : this.#related.at(request);
  }

  /** The blocks of the opening that the prompt begins with, first to last: numbers that are the same for the same opening. */
  opening(request: number): number[] {
    const blocks: number[] = [];
    for (let block = this.#last_block.at(request); block !== NONE; block = this.#before.at(block)) {
      if (this.#isCommon(block)) blocks.push(block);
    }
    return blocks.reverse();
  }

  #isCommon(block: number): boolean {
    return this.#uses.at(block) > Math.max(COMMON_REQUESTS, COMMON_RATIO * this.requests);
  }
}
