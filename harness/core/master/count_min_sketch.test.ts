import { expect, test } from "bun:test";
import { CountMinSketch } from "./count_min_sketch.ts";

test("a hash is counted at least as often as it was added, and others do not disturb it while they are few", () => {
  const sketch = new CountMinSketch();
  for (let other = 0; other < 1000; other++) sketch.add(Math.imul(other, 0x01000193));
  expect([sketch.add(7_777_777), sketch.add(7_777_777), sketch.add(7_777_777)]).toEqual([1, 2, 3]);
});

test("a count ends at 255", () => {
  const sketch = new CountMinSketch();
  for (let i = 0; i < 300; i++) sketch.add(5);
  expect(sketch.add(5)).toBe(255);
});

test("what was counted long ago fades", () => {
  const sketch = new CountMinSketch();
  for (let i = 0; i < 100; i++) sketch.add(5);
  for (let other = 0; other < 2 * 65_536; other++) sketch.add(6); // 131,072 additions: halved once
  expect(sketch.add(5)).toBe(51);
});
