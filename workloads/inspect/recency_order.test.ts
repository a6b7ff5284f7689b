import { expect, test } from "bun:test";
import { Random } from "../../harness/clock/random.ts";
import { RecencyOrder } from "./recency_order.ts";

test("the block used last has rank 1, and one never used has rank 0", () => {
  const order = new RecencyOrder();
  for (const block of [4, 2, 4, 7]) order.use(block);
  expect([7, 4, 2, 3].map((block) => order.rank(block))).toEqual([1, 2, 3, 0]);
});

test("ranks hold when slots have been used up and renumbered, many times over", () => {
  const order = new RecencyOrder();
  const random = new Random(3);
  const latest: number[] = []; // most recent last
  // 2^16 slots: 200,000 uses of 40 blocks renumber them three times.
  for (let i = 0; i < 200_000; i++) {
    const block = random.below(40);
    order.use(block);
    const at = latest.indexOf(block);
    if (at >= 0) latest.splice(at, 1);
    latest.push(block);
    if (i % 997 === 0 || i > 199_990) {
      expect(latest.map((known) => order.rank(known))).toEqual(
        latest.map((_, place) => latest.length - place),
      );
    }
  }
});

test("more blocks than the first slots are held", () => {
  const order = new RecencyOrder();
  for (let block = 0; block < 70_000; block++) order.use(block);
  expect([order.rank(0), order.rank(69_999)]).toEqual([70_000, 1]);
});
