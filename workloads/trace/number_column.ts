// A growing list of numbers in 8 bytes each: samples of a statistic, one a request.

const FIRST_CAPACITY = 1024;

export class NumberColumn {
  #values = new Float64Array(FIRST_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const longer = new Float64Array(2 * this.#length);
      longer.set(this.#values);
      this.#values = longer;
    }
    this.#values[this.#length++] = value;
  }

  at(index: number): number {
    return this.#values[index] as number;
  }

  /** Adds to an entry; entries between the end and it become 0. */
  add(index: number, amount: number): void {
    while (this.#length <= index) this.push(0);
    this.#values[index] = this.at(index) + amount;
  }

  /** A view, valid until the next push. */
  values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }
}
