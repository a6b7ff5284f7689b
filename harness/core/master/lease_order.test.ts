import { expect, test } from "bun:test";
import { LeaseOrder } from "./lease_order.ts";
import { NO_ROW, type Row } from "./object_row.ts";
import { ObjectRows } from "./object_rows.ts";

class Lane {
  readonly rows = new ObjectRows();
  readonly order = new LeaseOrder(this.rows, "normal");

  /** Rows are numbered in the order of put, from 0. */
  object(lease_ns: number): Row {
    const row = this.rows.add(1, 0, []);
    this.rows.setLeaseNs(row, lease_ns);
    return row;
  }

  /** Adds an object for each lease. */
  add(...leases_ns: number[]): Row[] {
    return leases_ns.map((lease_ns) => {
      const row = this.object(lease_ns);
      this.order.add(row);
      return row;
    });
  }

  drain(now_ns: number): Row[] {
    this.order.beginCycle(4096);
    const taken: Row[] = [];
    for (let row = this.order.takeExpired(now_ns); row !== NO_ROW; row = this.order.takeExpired(now_ns)) {
      taken.push(row);
    }
    return taken;
  }
}

test("objects come out by lease end, then by order of put, and not before their lease ends", () => {
  const lane = new Lane();
  lane.add(30, 10, 20, 10);
  expect(lane.drain(20)).toEqual([1, 3, 2]);
  expect(lane.order.size).toBe(1);
  expect(lane.drain(30)).toEqual([0]);
});

test("a lease renewed after the push counts", () => {
  const lane = new Lane();
  lane.add(10, 20);
  lane.rows.setLeaseNs(0, 30);
  expect(lane.drain(25)).toEqual([1]);
  expect(lane.drain(30)).toEqual([0]);
});

test("a removed object does not come out; added again, it comes out once", () => {
  const lane = new Lane();
  const row = lane.object(0);
  lane.order.add(row);
  lane.order.remove(row);
  expect(lane.order.size).toBe(0);
  lane.order.add(row);
  expect(lane.drain(10)).toEqual([row]);
  lane.order.add(row);
  lane.order.remove(row);
  expect(lane.drain(10)).toEqual([]);
});

test("the entry of an object that is gone is not taken for the next object of its row", () => {
  const lane = new Lane();
  const row = lane.object(5);
  lane.order.add(row);
  lane.order.remove(row);
  lane.rows.setState(row, "removed");
  lane.rows.release(row);
  expect(lane.object(20)).toBe(row);
  lane.order.add(row);
  expect(lane.drain(10)).toEqual([]); // the entry with lease 5 is dead
  expect(lane.drain(20)).toEqual([row]);
});

test("dead entries are swept out and the order of the living stays", () => {
  const lane = new Lane();
  const rows = lane.add(...Array.from({ length: 3000 }, (_, i) => 3000 - i));
  for (const row of rows.slice(3)) lane.order.remove(row); // 2997 dead against 3 living
  expect(lane.order.entries).toBeLessThan(2000);
  expect(lane.drain(3000)).toEqual([2, 1, 0]);
});

test("dead entries that never had a lease are swept out too", () => {
  const lane = new Lane();
  const rows = lane.add(...new Array<number>(6000).fill(0));
  for (const row of rows) if (row % 5 !== 0) lane.order.remove(row); // 4800 dead against 1200 living
  expect(lane.order.entries).toBeLessThan(2 * 1200 + 1024 + 4);
  expect(lane.drain(0)).toEqual(rows.filter((row) => row % 5 === 0));
});

test("the order stands whichever entries are swept out of the middle", () => {
  const lane = new Lane();
  const rows = lane.add(...Array.from({ length: 6000 }, (_, i) => (i * 7919) % 6007)); // leases all different, in no order
  for (const row of rows) if (row % 5 !== 0) lane.order.remove(row); // 4800 dead against 1200 living
  expect(lane.order.entries).toBeLessThan(2 * 1200 + 1024 + 4);
  const wanted = rows
    .filter((row) => row % 5 === 0)
    .sort((a, b) => lane.rows.leaseNs(a) - lane.rows.leaseNs(b));
  expect(lane.drain(6007)).toEqual(wanted);
});

test("dead entries at the top are dropped a bounded number at a time", () => {
  const lane = new Lane();
  const rows = lane.add(...Array.from({ length: 1000 }, (_, i) => i));
  for (const row of rows.slice(0, 900)) lane.order.remove(row); // too few to be swept out
  lane.order.beginCycle(500);
  expect(lane.order.takeExpired(2000)).toBe(NO_ROW);
  expect(lane.order.is_exhausted).toBe(true);
  lane.order.beginCycle(500);
  expect(lane.order.takeExpired(2000)).toBe(900);
});

test("a cycle corrects a bounded number of renewed leases, and the next one goes on", () => {
  const lane = new Lane();
  const renewed = lane.add(...new Array<number>(5_000).fill(10));
  lane.add(15);
  for (const row of renewed) lane.rows.setLeaseNs(row, 100);
  expect(lane.drain(50)).toEqual([]); // 4096 of the 5000 corrected
  expect(lane.order.is_exhausted).toBe(true);
  expect(lane.drain(50)).toEqual([5_000]);
  expect(lane.order.is_exhausted).toBe(false);
});

test("an object whose put ends after later ones have gone is taken first", () => {
  const lane = new Lane();
  const late = lane.object(0);
  lane.add(0, 0);
  expect(lane.order.takeExpired(1)).toBe(NO_ROW); // no cycle has begun
  lane.order.beginCycle(10);
  expect(lane.order.takeExpired(1)).toBe(1);
  lane.order.add(late);
  expect(lane.drain(1)).toEqual([late, 2]);
});

/** The objects of the lane, sorted for each answer. */
class SortedReference {
  readonly living = new Set<Row>();
  readonly #rows: ObjectRows;

  constructor(rows: ObjectRows) {
    this.#rows = rows;
  }

  takeExpired(now_ns: number): Row {
    const rows = this.#rows;
    const expired = [...this.living].filter((row) => rows.leaseNs(row) <= now_ns);
    expired.sort((a, b) => rows.leaseNs(a) - rows.leaseNs(b) || rows.sequence(a) - rows.sequence(b));
    const row = expired[0] ?? NO_ROW;
    this.living.delete(row);
    return row;
  }
}

/** A lane and its reference under the same random puts, reads, removals and returns. */
class Duel {
  readonly lane = new Lane();
  readonly reference = new SortedReference(this.lane.rows);
  /** Objects that are not in the lane, in order of put but for those that came back. */
  readonly #outside: Row[] = [];
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  step(now_ns: number): void {
    const { lane, reference } = this;
    const dice = this.#below(100);
    if (dice < 45) this.#outside.push(lane.object(0));
    else if (dice < 65 || reference.living.size === 0) this.#enter();
    else if (dice < 75) lane.rows.setLeaseNs(this.#living(), now_ns + 100);
    else if (dice < 85) this.#leave(this.#living());
    else expect(lane.order.takeExpired(now_ns)).toBe(reference.takeExpired(now_ns));
    expect(lane.order.size).toBe(reference.living.size);
  }

  /** A few in order, or one of any age. */
  #enter(): void {
    const first = this.#below(3) > 0 ? 0 : this.#below(this.#outside.length);
    for (const row of this.#outside.splice(first, first === 0 ? 4 : 1)) {
      this.lane.order.add(row);
      this.reference.living.add(row);
    }
  }

  /** For a time, or for good. */
  #leave(row: Row): void {
    this.reference.living.delete(row);
    this.lane.order.remove(row);
    if (this.#below(2) === 0) {
      this.#outside.push(row);
      return;
    }
    this.lane.rows.setState(row, "removed");
    this.lane.rows.release(row);
  }

  #living(): Row {
    return [...this.reference.living][this.#below(this.reference.living.size)] ?? NO_ROW;
  }

  #below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }
}

for (let seed = 1; seed <= 8; seed++) {
  test(`seed ${seed}: whatever comes, is read, leaves and comes back, what goes is the first of a sorted list`, () => {
    const duel = new Duel(seed);
    for (let now_ns = 0; now_ns < 6_000; now_ns++) {
      duel.lane.order.beginCycle(4096);
      duel.step(now_ns);
    }
    expect(duel.lane.drain(1e9).length).toBe(duel.reference.living.size);
  });
}
