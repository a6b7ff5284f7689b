// The ranges that tile a segment, in address order, and the lists of free ones. A range is an index into typed arrays, so that a
// million ranges are a few flat arrays and no objects.

const NONE = -1;
const FIRST_CAPACITY = 256;

export class RangeTable {
  #offset = new Float64Array(FIRST_CAPACITY);
  #units = new Float64Array(FIRST_CAPACITY);
  #previous = new Int32Array(FIRST_CAPACITY);
  #next = new Int32Array(FIRST_CAPACITY);
  #bin_previous = new Int32Array(FIRST_CAPACITY);
  #bin_next = new Int32Array(FIRST_CAPACITY);
  #free = new Uint8Array(FIRST_CAPACITY);
  /** Indices that no range uses, in #next; then everything from #used on. */
  #spare = NONE;
  #used = 0;

  offset(range: number): number {
    return this.#offset[range] as number;
  }

  units(range: number): number {
    return this.#units[range] as number;
  }

  /** Neighbours by address, -1 at the ends. */
  previous(range: number): number {
    return this.#previous[range] as number;
  }

  next(range: number): number {
    return this.#next[range] as number;
  }

  bin_next(range: number): number {
    return this.#bin_next[range] as number;
  }

  isFree(range: number): boolean {
    return this.#free[range] === 1;
  }

  /** A new range between two neighbours, in no free list. */
  add(offset: number, units: number, previous: number, next: number): number {
    const range = this.#newIndex();
    this.#offset[range] = offset;
    this.#units[range] = units;
    this.#previous[range] = previous;
    this.#next[range] = next;
    this.#free[range] = 0;
    if (previous !== NONE) this.#next[previous] = range;
    if (next !== NONE) this.#previous[next] = range;
    return range;
  }

  /** Shortens `range` to `units` and returns the range of the rest. */
  split(range: number, units: number): number {
    const rest = this.units(range) - units;
    this.#units[range] = units;
    return this.add(this.offset(range) + units, rest, range, this.next(range));
  }

  /** Both ranges are in no free list; `range` takes over its next neighbour. */
  mergeWithNext(range: number): void {
    const gone = this.next(range);
    const after = this.next(gone);
    this.#units[range] = this.units(range) + this.units(gone);
    this.#next[range] = after;
    if (after !== NONE) this.#previous[after] = range;
    this.#next[gone] = this.#spare;
    this.#spare = gone;
  }

  /** Puts `range` before `head` of a free list. */
  linkFree(range: number, head: number): void {
    this.#free[range] = 1;
    this.#bin_previous[range] = NONE;
    this.#bin_next[range] = head;
    if (head !== NONE) this.#bin_previous[head] = range;
  }

  unlinkFree(range: number): void {
    const previous = this.#bin_previous[range] as number;
    const next = this.#bin_next[range] as number;
    if (previous !== NONE) this.#bin_next[previous] = next;
    if (next !== NONE) this.#bin_previous[next] = previous;
    this.#free[range] = 0;
  }

  #newIndex(): number {
    if (this.#spare !== NONE) {
      const range = this.#spare;
      this.#spare = this.next(range);
      return range;
    }
    if (this.#used === this.#free.length) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    const capacity = 2 * this.#free.length;
    this.#offset = copyInto(new Float64Array(capacity), this.#offset);
    this.#units = copyInto(new Float64Array(capacity), this.#units);
    this.#previous = copyInto(new Int32Array(capacity), this.#previous);
    this.#next = copyInto(new Int32Array(capacity), this.#next);
    this.#bin_previous = copyInto(new Int32Array(capacity), this.#bin_previous);
    this.#bin_next = copyInto(new Int32Array(capacity), this.#bin_next);
    this.#free = copyInto(new Uint8Array(capacity), this.#free);
  }
}

function copyInto<A extends Float64Array | Int32Array | Uint8Array>(larger: A, values: A): A {
  larger.set(values);
  return larger;
}
