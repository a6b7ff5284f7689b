import { expect, test } from "bun:test";
import { reportFixture } from "../report_fixture.ts";
import { switchLine } from "./switch_line.ts";

test("the switch is told with what is claimed of it, and a file that does not say tells nothing", () => {
  const { manifest } = reportFixture();
  expect(switchLine(manifest)).toBe("");
  const factor = { name: "pool", description: "One store or one a node", claim: "one is better" };
  expect(switchLine({ ...manifest, factor })).toBe(
    "The switch, pool: One store or one a node. What is claimed of it: one is better.",
  );
});
