// How far a prompt goes along with earlier ones, and when the end of that way was last gone.

import { BlockColumn } from "./block_column.ts";

export interface Reach {
  /** Blocks of the longest prefix that earlier prompts had too. */
  readonly shared_blocks: number;
  /** The latest request, from 0, whose prompt held the last of them; null where nothing is shared. */
  readonly last_request: number | null;
}

const NEVER = -1;

export class PrefixReach {
  /** [block]: the latest request with it. */
  readonly #last_request = new BlockColumn(NEVER);
  #requests = 0;

  /** `blocks`: the request's blocks as BlockTable numbers them. */
  add(blocks: ArrayLike<number>): Reach {
    let shared_blocks = 0;
    let last_request = NEVER;
    for (; shared_blocks < blocks.length; shared_blocks++) {
      const request = this.#last_request.at(blocks[shared_blocks] as number);
      if (request === NEVER) break;
      last_request = request;
    }
    for (let j = 0; j < blocks.length; j++) this.#last_request.set(blocks[j] as number, this.#requests);
    this.#requests++;
    return { shared_blocks, last_request: last_request === NEVER ? null : last_request };
  }
}
