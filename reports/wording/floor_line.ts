// The floor of the machine in one line, for reports that have no room for its table.

import { FLOOR_NOT_MEASURED } from "../../harness/measure/machine_floor.ts";
import type { Manifest } from "../../harness/measure/manifest.ts";
import { isAvailable } from "../../harness/measure/measured.ts";
import { formatCount, formatMeasured, formatNumber } from "./format_value.ts";

export function floorLine({ floor = FLOOR_NOT_MEASURED }: Manifest): string {
  if (!isAvailable(floor)) return `Floor of the load client: n/a (${floor.na}).`;
  const { ttft_ms_p50, itl_ms_p50, events_per_s, cpu_us_per_event, schedule_lag } = floor;
  const itl = formatMeasured(itl_ms_p50, (ms) => `${formatNumber(ms)} ms`);
  const lag = `${formatNumber(schedule_lag.schedule_lag_ms_p99)} ms at ${formatCount(schedule_lag.rate_per_s)} requests/s`;
  const who = floor.clients === undefined ? "the load client" : `${floor.clients} load clients`;
  return `Floor of ${who}: TTFT ${formatNumber(ttft_ms_p50)} ms, ITL ${itl}; ${formatCount(Math.round(events_per_s))} events/s, ${formatNumber(cpu_us_per_event)} µs CPU each; p99 schedule lag ${lag}.`;
}
