import { expect, test } from "bun:test";
import { LeaseHeap } from "./lease_heap.ts";
import { NO_ROW, type Row } from "./object_row.ts";
import { ObjectRows } from "./object_rows.ts";

class Lane {
  readonly rows = new ObjectRows();
  readonly heap = new LeaseHeap(this.rows, "normal");

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
      this.heap.add(row);
      return row;
    });
  }

  drain(now_ns: number): Row[] {
    this.heap.beginCycle(4096);
    const taken: Row[] = [];
    for (let row = this.heap.takeExpired(now_ns); row !== NO_ROW; row = this.heap.takeExpired(now_ns)) {
      taken.push(row);
    }
    return taken;
  }
}

test("objects come out by lease end, then by order of put, and not before their lease ends", () => {
  const lane = new Lane();
  lane.add(30, 10, 20, 10);
  expect(lane.drain(20)).toEqual([1, 3, 2]);
  expect(lane.heap.size).toBe(1);
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
  lane.heap.add(row);
  lane.heap.remove(row);
  expect(lane.heap.size).toBe(0);
  lane.heap.add(row);
  expect(lane.drain(10)).toEqual([row]);
  lane.heap.add(row);
  lane.heap.remove(row);
  expect(lane.drain(10)).toEqual([]);
});

test("the entry of an object that is gone is not taken for the next object of its row", () => {
  const lane = new Lane();
  const row = lane.object(5);
  lane.heap.add(row);
  lane.heap.remove(row);
  lane.rows.setState(row, "removed");
  lane.rows.release(row);
  expect(lane.object(20)).toBe(row);
  lane.heap.add(row);
  expect(lane.drain(10)).toEqual([]); // the entry with lease 5 is dead
  expect(lane.drain(20)).toEqual([row]);
});

test("dead entries are swept out and the order of the living stays", () => {
  const lane = new Lane();
  const rows = lane.add(...Array.from({ length: 3000 }, (_, i) => 3000 - i));
  for (const row of rows.slice(3)) lane.heap.remove(row); // 2997 dead against 3 living
  expect(lane.heap.entries).toBeLessThan(2000);
  expect(lane.drain(3000)).toEqual([2, 1, 0]);
});

test("the order stands whichever entries are swept out of the middle", () => {
  const lane = new Lane();
  const rows = lane.add(...Array.from({ length: 6000 }, (_, i) => (i * 7919) % 6007)); // leases all different, in no order
  for (const row of rows) if (row % 5 !== 0) lane.heap.remove(row); // 4800 dead against 1200 living
  expect(lane.heap.entries).toBeLessThan(2 * 1200 + 1024 + 4);
  const wanted = rows
    .filter((row) => row % 5 === 0)
    .sort((a, b) => lane.rows.leaseNs(a) - lane.rows.leaseNs(b));
  expect(lane.drain(6007)).toEqual(wanted);
});

test("dead entries at the top are dropped a bounded number at a time", () => {
  const lane = new Lane();
  const rows = lane.add(...Array.from({ length: 1000 }, (_, i) => i));
  for (const row of rows.slice(0, 900)) lane.heap.remove(row); // too few to be swept out
  lane.heap.beginCycle(500);
  expect(lane.heap.takeExpired(2000)).toBe(NO_ROW);
  expect(lane.heap.is_exhausted).toBe(true);
  lane.heap.beginCycle(500);
  expect(lane.heap.takeExpired(2000)).toBe(900);
});

test("a cycle corrects a bounded number of renewed leases, and the next one goes on", () => {
  const lane = new Lane();
  const renewed = lane.add(...new Array<number>(5_000).fill(10));
  lane.add(15);
  for (const row of renewed) lane.rows.setLeaseNs(row, 100);
  expect(lane.drain(50)).toEqual([]); // 4096 of the 5000 corrected
  expect(lane.heap.is_exhausted).toBe(true);
  expect(lane.drain(50)).toEqual([5_000]);
  expect(lane.heap.is_exhausted).toBe(false);
});
