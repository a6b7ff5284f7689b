import { expect, test } from "bun:test";
import type { ProcessScrape } from "./arm_run.ts";
import { counterDelta } from "./counter_delta.ts";
import { Samples } from "./prometheus_text.ts";
import { engineScrape } from "./scrape_fixture.ts";

function scrape(before: number | null, after: number | null): ProcessScrape {
  const samples = (value: number | null): Samples => {
    const made = new Samples();
    if (value !== null) made.add("gets", { tier: "cpu" }, value);
    return made;
  };
  return { process: "p", kind: "engine", role: "both", before: samples(before), after: samples(after) };
}

test("growth is summed over processes", () => {
  expect(counterDelta([scrape(10, 14), scrape(0, 3)], "gets")).toBe(7); // 4 + 3
});

test("a counter that shows up during the run started at 0, and a label that never counted is 0", () => {
  expect(counterDelta([scrape(null, 3)], "gets")).toBe(3);
  expect(counterDelta([scrape(1, 3)], "gets", { tier: "disk" })).toBe(0);
});

test("what one process does not export is missing, and says which", () => {
  expect(counterDelta([scrape(0, 3), scrape(null, null)], "gets")).toEqual({ na: "p does not export gets" });
  expect(counterDelta([], "gets")).toEqual({ na: "no process exports gets" });
});

test("a process that is gone or restarted has no count", () => {
  const engine = engineScrape("prefill-0", "prefill", { gets: 5 });
  expect(counterDelta([{ ...engine, after: null }], "gets")).toEqual({
    na: "prefill-0 could not be scraped after the load",
  });
  expect(counterDelta([{ ...engine, before: null }], "gets")).toHaveProperty("na");
  expect(counterDelta([scrape(9, 2)], "gets")).toEqual({ na: "p restarted: gets went from 9 to 2" });
});
