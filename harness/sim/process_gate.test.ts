import { expect, test } from "bun:test";
import { ProcessGate } from "./process_gate.ts";

function enterTwice(gate: ProcessGate): string[] {
  const seen: string[] = [];
  for (const call of ["first", "second"]) {
    gate.enter(
      () => seen.push(`${call} served`),
      () => seen.push(`${call} cut off`),
    );
  }
  return seen;
}

test("a running process takes calls up at once", () => {
  expect(enterTwice(new ProcessGate())).toEqual(["first served", "second served"]);
});

test("a stopped process takes them up in order when it goes on", () => {
  const gate = new ProcessGate();
  gate.stop();
  const seen = enterTwice(gate);
  expect(seen).toEqual([]);
  gate.goOn();
  expect(seen).toEqual(["first served", "second served"]);
});

test("the callers of a process killed while it stood still are cut off at once, and its next life runs", () => {
  const gate = new ProcessGate();
  gate.stop();
  const seen = enterTwice(gate);
  gate.kill();
  expect(seen).toEqual(["first cut off", "second cut off"]);
  expect(gate.stopped).toBe(false);
});
