import { expect, test } from "bun:test";
import type { ArmRun } from "../measure/arm_run.ts";
import { ENGINE_SERIES } from "../measure/metric_names.ts";
import { requestRecord } from "../measure/request_fixture.ts";
import { engineScrape } from "../measure/scrape_fixture.ts";
import { type MetricValues, metricValuesOf } from "./metric_values.ts";

function valuesOf(run: Partial<ArmRun>): MetricValues {
  const nothing = { pair_index: 0, duration_ns: 1_000_000_000, records: [], scrapes: [], faults: [] };
  return metricValuesOf({ ...nothing, ...run });
}

test("get_batches are the GETs of all engines, and absent where engines do not say", () => {
  const scrapes = [
    engineScrape("prefill-0", "prefill", { [ENGINE_SERIES.get_batches]: 7 }),
    engineScrape("prefill-1", "prefill", { [ENGINE_SERIES.get_batches]: 5 }),
  ];
  expect(valuesOf({ scrapes })["get_batches"]).toBe(12);
  expect(valuesOf({})["get_batches"]).toBeUndefined();
});

test("load_ms_mean is of the requests that loaded, whatever the others waited", () => {
  const from = (cpu: number, disk: number) => ({ cached_tokens: { hbm: 16, cpu, disk } });
  const records = [
    requestRecord({ ...from(32, 0), load_ms: 10 }),
    requestRecord({ ...from(16, 16), load_ms: 30, turn_index: 1, request_id: "s0/1" }),
    requestRecord({ ...from(0, 0), load_ms: 0, session_id: "s1", request_id: "s1/0" }),
  ];
  expect(valuesOf({ records })["load_ms_mean"]).toBe(20); // (10 + 30) ÷ 2
  expect(valuesOf({ records: records.slice(2) })["load_ms_mean"]).toBeUndefined();
});
