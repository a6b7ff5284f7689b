// Hash ids as they come, numbered densely in the order of their first appearance, so that what is known of a block lies in
// a typed array. About 40 bytes a distinct block: the one thing here that grows with a trace's contents.

export class BlockTable {
  readonly #index_of = new Map<number, number>();

  get blocks(): number {
    return this.#index_of.size;
  }

  /** Undefined: never seen. */
  find(hash_id: number): number | undefined {
    return this.#index_of.get(hash_id);
  }

  /** The block's number; a new one is `blocks` before the call. */
  number(hash_id: number): number {
    const known = this.#index_of.get(hash_id);
    if (known !== undefined) return known;
    const index = this.#index_of.size;
    this.#index_of.set(hash_id, index);
    return index;
  }
}
