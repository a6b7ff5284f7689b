import { expect, test } from "bun:test";
import { KIB, NS_PER_S } from "../../domain/units.ts";
import { rowProgress } from "./row_progress.ts";

const CELL = { object_bytes: 64 * KIB, batch: 8, requesters: 2 };

test("a row says what it was and how long the others will take at the pace so far", () => {
  // 4 rows in 6 s are 1.5 s a row: 6 more take 9 s, 96 more 144 s.
  expect(rowProgress(CELL, 4, 10, 6 * NS_PER_S)).toBe("row 4 of 10: 64.0 KiB × 8 by 2, about 9 s left");
  expect(rowProgress(CELL, 4, 100, 6 * NS_PER_S)).toBe("row 4 of 100: 64.0 KiB × 8 by 2, about 3 min left");
});

test("the last row leaves nothing", () => {
  expect(rowProgress(CELL, 10, 10, 6 * NS_PER_S)).toBe("row 10 of 10: 64.0 KiB × 8 by 2");
});
