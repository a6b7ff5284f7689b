import { expect, test } from "bun:test";
import { STORE_CODE } from "../../domain/store_error.ts";
import { SoftPins } from "./soft_pins.ts";
import { TestMaster } from "./test_master.ts";

const DAY_MS = 86_400_000;

function ended(pins: SoftPins, now_ns: number): number[] {
  const rows: number[] = [];
  pins.expire(now_ns, Number.POSITIVE_INFINITY, (row) => rows.push(row));
  return rows;
}

test("many pins that end together end a bounded number at a time, in the order in which they began", () => {
  const pins = new SoftPins();
  for (const row of [1, 2, 3]) {
    pins.want(row, 10);
    pins.begin(row, 0);
  }
  const rows: number[] = [];
  expect(pins.expire(10, 2, (row) => rows.push(row))).toBe(false);
  expect(rows).toEqual([1, 2]);
  expect(pins.expire(10, 2, (row) => rows.push(row))).toBe(true);
  expect(rows).toEqual([1, 2, 3]);
});

test("pins of different lengths end each at its own time", () => {
  const pins = new SoftPins();
  for (const [row, ttl_ns] of [
    [1, 30],
    [2, 10],
    [3, 30],
    [4, 0],
  ] as const)
    pins.want(row, ttl_ns);
  for (const row of [1, 2, 3, 4]) pins.begin(row, row); // ends at 31, 12, 33; 4 has none
  expect(pins.size).toBe(3);
  expect(ended(pins, 11)).toEqual([]);
  expect(ended(pins, 12)).toEqual([2]);
  expect(ended(pins, 32)).toEqual([1]);
  expect(ended(pins, 33)).toEqual([3]);
  expect(pins.size).toBe(0);
});

test("a forgotten pin neither begins nor ends", () => {
  const pins = new SoftPins();
  pins.want(1, 10);
  pins.want(2, 10);
  pins.forget(1);
  for (const row of [1, 2]) pins.begin(row, 0);
  pins.forget(2);
  expect([pins.has(1), pins.has(2), ended(pins, 100)]).toEqual([false, false, []]);
});

test("a put's own time counts from its end, 0 pins nothing, and the default is the master's", () => {
  const master = new TestMaster({ soft_pin_ttl_ms: 60_000 });
  master.mount("a", 2000);
  const pinned = (): number => master.core.stats(master.now_ns).soft_pin_key_count;
  master.put(["default"], 100, { soft_pin: true });
  master.put(["none"], 100, { soft_pin: true, soft_pin_ttl_ms: 0 });
  master.putStart(["short"], 100, { soft_pin: true, soft_pin_ttl_ms: 5_000 });
  expect(pinned()).toBe(1);
  master.at(4_000);
  master.putEnd(["short"]); // until 9 s
  expect(pinned()).toBe(2);
  master.at(8_999);
  expect(pinned()).toBe(2);
  master.at(9_000);
  expect(pinned()).toBe(1);
  master.at(60_000);
  expect(pinned()).toBe(0);
});

test("a time without a pin, a negative one and one of more than a day are refused", () => {
  const master = new TestMaster();
  master.mount("a", 2000);
  const code = (soft_pin: boolean, soft_pin_ttl_ms: number): number | undefined =>
    master.putStart(["k"], 100, { soft_pin, soft_pin_ttl_ms })[0]?.code;
  expect(code(false, 5)).toBe(STORE_CODE.INVALID_PARAMS);
  expect(code(true, -1)).toBe(STORE_CODE.INVALID_PARAMS);
  expect(code(true, DAY_MS + 1)).toBe(STORE_CODE.INVALID_PARAMS);
  expect(code(true, DAY_MS)).toBe(STORE_CODE.OK);
});
