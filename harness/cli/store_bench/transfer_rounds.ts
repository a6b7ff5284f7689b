// Rounds of one cell of store-bench: a put of new objects by every requester, then a get of the same. Rounds walk through the
// requesters' memory and, as the store is emptied only now and then, through the segment, so that no cache holds what they move.

import type { BlockIdentity, Region } from "../../../native/ffi/data_plane.ts";
import { present } from "../../domain/assert.ts";
import type { BlockHash } from "../../domain/block_hash.ts";
import { DEFAULT_REPLICATE_CONFIG } from "../../domain/replica.ts";
import { MIB } from "../../domain/units.ts";
import type { TransferCell } from "../../measure/store_bench_figures.ts";
import type { GetItem } from "../../stack/store_items.ts";
import type { BenchRequester } from "./store_bench_stack.ts";

/** The store is emptied before it holds more than this, or than one round. */
const STORED_BYTES_MAX: number = 256 * MIB;
const STORED_KEYS_MAX = 8192;

/** A block of a requester's memory. */
interface Piece {
  readonly region: Region;
  readonly offset: number;
  readonly bytes: number;
  readonly identity: BlockIdentity;
}

let keys_made = 0;

export class TransferRounds {
  failed_keys = 0;
  /** Whether rounds come back to memory of the segment that an earlier one has touched: to do so for the first time takes longer. */
  has_walked_round = false;
  readonly #requesters: readonly BenchRequester[];
  readonly #cell: TransferCell;
  readonly #first: BenchRequester;
  #rounds = 0;
  #stored_rounds = 0;

  constructor(requesters: readonly BenchRequester[], cell: TransferCell) {
    this.#requesters = requesters;
    this.#cell = cell;
    this.#first = present(requesters[0], "a cell has a requester");
  }

  now_ns(): number {
    return this.#first.plane.now_ns();
  }

  /** Writes what is put: every piece of every requester's memory. To be called before the first round. */
  async fill(): Promise<void> {
    for (const { plane, memory } of this.#requesters) {
      const pieces = Math.floor(memory.bytes / this.#cell.object_bytes);
      await plane.submit(
        Array.from({ length: pieces }, (_, piece) => ({
          kind: "fill" as const,
          ...this.#pieceOf(memory, piece),
        })),
      );
    }
  }

  /** New keys every time: a put of a key that exists copies nothing. */
  async run(): Promise<{ readonly put_ns: number; readonly get_ns: number }> {
    await this.#makeRoom();
    const work = this.#requesters.map((requester) => ({ requester, items: this.#itemsOf(requester) }));
    this.#rounds++;
    this.#stored_rounds++;
    const start_ns = this.now_ns();
    const puts = await Promise.all(
      work.map(({ requester, items }) => requester.client.put(items, DEFAULT_REPLICATE_CONFIG)),
    );
    const put_end_ns = this.now_ns();
    const gets = await Promise.all(work.map(({ requester, items }) => requester.client.get(items)));
    const get_end_ns = this.now_ns();
    const { object_bytes } = this.#cell;
    this.failed_keys += puts.flat().filter((code) => code !== 0).length;
    this.failed_keys += gets.flat().filter(({ code, stale }) => code !== object_bytes || stale).length;
    return { put_ns: put_end_ns - start_ns, get_ns: get_end_ns - put_end_ns };
  }

  /** Leaves the store empty. */
  async end(): Promise<void> {
    await this.#first.client.removeAll(true);
  }

  async #makeRoom(): Promise<void> {
    const { object_bytes, batch, requesters } = this.#cell;
    const keys = (this.#stored_rounds + 1) * batch * requesters;
    if (this.#stored_rounds === 0) return;
    if (keys <= STORED_KEYS_MAX && keys * object_bytes <= STORED_BYTES_MAX) return;
    await this.end();
    this.#stored_rounds = 0;
    this.has_walked_round = true;
  }

  #itemsOf({ memory }: BenchRequester): GetItem[] {
    const { object_bytes, batch } = this.#cell;
    const batches = Math.floor(memory.bytes / (object_bytes * batch));
    const first = (this.#rounds % batches) * batch;
    return Array.from({ length: batch }, (_, i) => ({
      key: `bench@${(keys_made++).toString(16).padStart(16, "0")}`,
      ...this.#pieceOf(memory, first + i),
    }));
  }

  #pieceOf(region: Region, piece: number): Piece {
    const { object_bytes } = this.#cell;
    const identity = { model_id: 1, hash: piece as BlockHash, weights_version: 1 };
    return { region, offset: piece * object_bytes, bytes: object_bytes, identity };
  }
}
