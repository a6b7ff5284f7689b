import { expect, test } from "bun:test";
import { parseArmConfig } from "./arm_schema.ts";
import { formatConfigProblem } from "./config_problem.ts";
import { preferredSegment, preferredSegmentLine } from "./preferred_segment.ts";

test("spec §1.7: an explicit segment counts, trimmed", () => {
  expect(preferredSegment(" h:50053 ", undefined)).toEqual({ ok: true, value: "h:50053" });
});

test("spec §1.7: an explicit segment beats the environment's", () => {
  expect(preferredSegment("a:50053", "b:50053")).toEqual({ ok: true, value: "a:50053" });
});

test("spec §1.7: without one, or with null, the environment decides", () => {
  for (const absent of [null, undefined]) {
    expect(preferredSegment(absent, " b:50053 ")).toEqual({ ok: true, value: "b:50053" });
  }
  expect(preferredSegment(null, "  ")).toEqual({ ok: true, value: null });
  expect(preferredSegment(null, undefined)).toEqual({ ok: true, value: null });
});

test("spec §1.7: an empty or wrong explicit one is an error, and the environment is not asked", () => {
  for (const wrong of ["", "  ", 7, false, []]) {
    expect(preferredSegment(wrong, "b:50053")).toEqual({
      ok: false,
      error: "Mooncake preferred_segment override must be a non-empty string",
    });
  }
});

test("spec §1.7: a segment that the environment gives is said, a blank one is not", () => {
  expect(preferredSegmentLine(" b:50053 ")).toBe(
    "Mooncake preferred_segment from MOONCAKE_PREFERRED_SEGMENT: b:50053",
  );
  expect(preferredSegmentLine("  ")).toBeNull();
  expect(preferredSegmentLine(undefined)).toBeNull();
});

function parse(preferred_segment: unknown, environment?: string): string | string[] {
  const variables = environment === undefined ? {} : { MOONCAKE_PREFERRED_SEGMENT: environment };
  const parsed = parseArmConfig({ topology: "2e", connector: { preferred_segment } }, variables);
  return parsed.ok ? parsed.value.connector.preferred_segment : parsed.error.map(formatConfigProblem);
}

test("an arm's configuration holds what the environment decided, and off is not asked of it", () => {
  expect(parse(null, "node1:50053")).toBe("node1:50053");
  expect(parse(null)).toBe("off");
  expect(parse("off", "node1:50053")).toBe("off");
  expect(parse("node0:50053", "node1:50053")).toBe("node0:50053");
});

test("a segment that the stack does not have is refused, where the real store would fall back in silence", () => {
  expect(parse(null, "node7:50053")).toEqual([
    'connector.preferred_segment: must be off, local or a segment of the stack, got "node7:50053". Use one of node0:50053, node1:50053.',
  ]);
  expect(parse("")).toEqual([expect.stringContaining("must be a non-empty string")]);
});
