import { expect, test } from "bun:test";
import { testCount } from "./test_count.ts";

test("tests are counted by their lines, and failed ones named", () => {
  const output = [
    "(pass) a path > moves bytes [12.00ms]",
    "a line of the test itself (pass)",
    "(fail) a fault [of a device] > is told [1.00ms]",
    "(skip) a device that is not here",
    "\u001b[0m\u001b[31m(fail)\u001b[0m a coloured one",
    "",
  ].join("\n");
  expect(testCount(output)).toEqual({
    passed: 1,
    skipped: 1,
    failed: ["a fault [of a device] > is told", "a coloured one"],
  });
});
