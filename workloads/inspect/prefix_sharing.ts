// How prompts share prefixes, seen as a tree: a block's parent is the block before it in the prompt (chained ids have one).

import { BlockColumn } from "./block_column.ts";

export interface SharingSummary {
  /** Prompts' blocks in all. */
  readonly references: number;
  /** Different blocks: nodes of the tree. */
  readonly distinct: number;
  /** Blocks in more than one prompt. */
  readonly shared: number;
  /** Different first blocks. */
  readonly roots: number;
  /** Blocks behind which prompts go different ways. */
  readonly forks: number;
  readonly leaves: number;
  /** Blocks of the longest prompt. */
  readonly deepest: number;
  /** The tree from its roots down, at depths 1, 2, 4, … up to the deepest. */
  readonly levels: readonly TreeLevel[];
  /** The most used openings. */
  readonly openings: readonly Opening[];
}

/** A prefix that many prompts open with: from a root on, as long as half of the root's prompts go along. */
export interface Opening {
  readonly hash_id: number;
  readonly requests: number;
  readonly blocks: number;
}

/** The blocks at one depth of the tree. */
export interface TreeLevel {
  /** In blocks from the start of a prompt; 1 is a root. */
  readonly depth: number;
  /** Prompts that reach so far. */
  readonly prompts: number;
  /** Different blocks there: so many ways have parted. */
  readonly distinct: number;
  /** Of those: in more than one prompt. */
  readonly shared: number;
}

const SHOWN_OPENINGS = 5;
const NONE = -1;

export class PrefixSharing {
  /** [block] */
  readonly #uses = new BlockColumn(0);
  readonly #children = new BlockColumn(0);
  readonly #root = new BlockColumn(NONE);
  readonly #depth = new BlockColumn(0);
  /** Root block → its hash id. */
  readonly #roots = new Map<number, number>();
  #blocks = 0;
  #references = 0;

  /** `blocks`: the request's blocks as BlockTable numbers them, with their ids. */
  add(blocks: ArrayLike<number>, hash_ids: readonly number[]): void {
    this.#references += blocks.length;
    for (let j = 0; j < blocks.length; j++) {
      const block = blocks[j] as number;
      const uses = this.#uses.at(block);
      this.#uses.set(block, uses + 1);
      if (uses > 0) continue;
      this.#blocks = Math.max(this.#blocks, block + 1);
      const parent = j === 0 ? NONE : (blocks[j - 1] as number);
      this.#root.set(block, parent === NONE ? block : this.#root.at(parent));
      this.#depth.set(block, j + 1);
      if (parent === NONE) this.#roots.set(block, hash_ids[0] as number);
      else this.#children.set(parent, this.#children.at(parent) + 1);
    }
  }

  summary(): SharingSummary {
    const count = (holds: (block: number) => boolean): number => {
      let blocks = 0;
      for (let block = 0; block < this.#blocks; block++) if (holds(block)) blocks++;
      return blocks;
    };
    let deepest = 0;
    for (let block = 0; block < this.#blocks; block++) deepest = Math.max(deepest, this.#depth.at(block));
    return {
      references: this.#references,
      distinct: this.#blocks,
      shared: count((block) => this.#uses.at(block) > 1),
      roots: this.#roots.size,
      forks: count((block) => this.#children.at(block) > 1),
      leaves: count((block) => this.#children.at(block) === 0),
      deepest,
      levels: this.#levels(deepest),
      openings: this.#openings(),
    };
  }

  #levels(deepest: number): TreeLevel[] {
    const prompts = new Float64Array(deepest + 1);
    const distinct = new Float64Array(deepest + 1);
    const shared = new Float64Array(deepest + 1);
    for (let block = 0; block < this.#blocks; block++) {
      const depth = this.#depth.at(block);
      const uses = this.#uses.at(block);
      prompts[depth] = (prompts[depth] ?? 0) + uses;
      distinct[depth] = (distinct[depth] ?? 0) + 1;
      if (uses > 1) shared[depth] = (shared[depth] ?? 0) + 1;
    }
    return depthsTo(deepest).map((depth) => ({
      depth,
      prompts: prompts[depth] ?? 0,
      distinct: distinct[depth] ?? 0,
      shared: shared[depth] ?? 0,
    }));
  }

  #openings(): Opening[] {
    const most_used = [...this.#roots]
      .map(([block, hash_id]) => ({ block, hash_id, requests: this.#uses.at(block), blocks: 1 }))
      .filter(({ requests }) => requests > 1)
      .sort((a, b) => b.requests - a.requests || a.block - b.block)
      .slice(0, SHOWN_OPENINGS);
    const by_root = new Map(most_used.map((opening) => [opening.block, opening]));
    for (let block = 0; block < this.#blocks; block++) {
      const opening = by_root.get(this.#root.at(block));
      if (opening === undefined || 2 * this.#uses.at(block) < opening.requests) continue;
      opening.blocks = Math.max(opening.blocks, this.#depth.at(block));
    }
    return most_used.map(({ hash_id, requests, blocks }) => ({ hash_id, requests, blocks }));
  }
}

/** 1, 2, 4, … and the deepest. */
function depthsTo(deepest: number): number[] {
  const depths: number[] = [];
  for (let depth = 1; depth < deepest; depth *= 2) depths.push(depth);
  return deepest === 0 ? depths : [...depths, deepest];
}
