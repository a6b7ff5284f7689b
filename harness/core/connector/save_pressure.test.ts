import { expect, test } from "bun:test";
import { SavePressure } from "./save_pressure.ts";

const NO_SPACE = -200;

test("spec §1.9: no space makes later batches of that request be skipped, and of no other", () => {
  const pressure = new SavePressure("cleared");
  expect(pressure.putDone("a", [0, NO_SPACE])?.line).toBe(
    "Detected Mooncake CPU/disk offloading pressure (NO_AVAILABLE_HANDLE); skipping future store batches for request a until a later store batch succeeds",
  );
  expect(pressure.skips("a")).toBe(true);
  expect(pressure.skips("b")).toBe(false);
});

test("spec §1.9: it warns once a request", () => {
  const pressure = new SavePressure("cleared");
  pressure.putDone("a", [NO_SPACE]);
  expect(pressure.putDone("a", [NO_SPACE])).toBeNull();
  expect(pressure.putDone("b", [NO_SPACE])?.level).toBe("warning");
});

test("spec §1.9: other failures do not skip", () => {
  const pressure = new SavePressure("cleared");
  expect(pressure.putDone("a", [-800])).toBeNull();
  expect(pressure.skips("a")).toBe(false);
});

test("spec §1.9: a batch with any failure does not clear, a fully successful one of anybody does", () => {
  const pressure = new SavePressure("cleared");
  pressure.putDone("a", [NO_SPACE]);
  pressure.putDone("b", [0, -800]);
  expect(pressure.skips("a")).toBe(true);
  expect(pressure.putDone("b", [0, 0])).toEqual({
    level: "info",
    line: "cleared",
  });
  expect(pressure.skips("a")).toBe(false);
});

test("spec §1.9: success without pressure says nothing", () => {
  expect(new SavePressure("cleared").putDone("a", [0])).toBeNull();
});
