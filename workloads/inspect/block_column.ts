// A number for every block of a BlockTable, in 4 bytes each, with a value for those not set yet.

export class BlockColumn {
  readonly #unset: number;
  #values: Int32Array<ArrayBuffer>;

  constructor(unset: number) {
    this.#unset = unset;
    this.#values = new Int32Array(1024).fill(unset);
  }

  at(block: number): number {
    return block < this.#values.length ? (this.#values[block] as number) : this.#unset;
  }

  set(block: number, value: number): void {
    if (block >= this.#values.length) {
      const longer = new Int32Array(Math.max(2 * this.#values.length, block + 1)).fill(this.#unset);
      longer.set(this.#values);
      this.#values = longer;
    }
    this.#values[block] = value;
  }
}
