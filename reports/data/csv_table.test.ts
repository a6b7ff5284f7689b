import { expect, test } from "bun:test";
import { csvTable } from "./csv_table.ts";

test("lines end in CRLF, and only what needs quotes has them", () => {
  expect(csvTable(["a", "b"], [["x y", 'say "1,2"']])).toBe('a,b\r\nx y,"say ""1,2"""\r\n');
});

test("a missing value is an empty field, and 0 and false are not", () => {
  expect(csvTable(["a", "b", "c"], [[null, 0, false]])).toBe("a,b,c\r\n,0,false\r\n");
});
