// A master process that says how long its event loop stood still: `store-bench --objects` starts it. It is the master that every stack
// runs, with a ticker of 1 ms beside it. Argument: its configuration. A line on stdin is answered with a line of figures since the last.

import { OsClock } from "../../clock/os_clock.ts";
import { msToNs, nsToMs } from "../../domain/units.ts";
import type { StallFigures } from "../../measure/store_bench_objects_figures.ts";
import { startMaster } from "../../stack/master/master_server.ts";
import type { MasterProcess } from "../../stack/process_config.ts";
import { quantile, sortAscending } from "../../stats/quantile.ts";

const TICK_NS: number = msToNs(1);

const clock = new OsClock();
const config = JSON.parse(process.argv[2] ?? "") as MasterProcess;
const started = await startMaster(config, clock, () => {});
if (!started.ok) {
  console.error(`store-bench: ${started.error.detail}`);
  process.exit(4);
}
let late_ns: number[] = [];
let busy_us: number[] = [];
await tickOnce();
void tick();
for await (const line of console) {
  if (line === "stop") break;
  if (late_ns.length === 0) await tickOnce();
  console.log(JSON.stringify(takeFigures()));
}
await started.value.stop();
process.exit(0);

async function tick(): Promise<void> {
  for (;;) await tickOnce();
}

function takeFigures(): StallFigures {
  const late_ms = sortAscending(late_ns.map(nsToMs));
  const busy_ms = sortAscending(busy_us.map((us) => us / 1e3));
  late_ns = [];
  busy_us = [];
  return {
    rss_bytes: process.memoryUsage().rss,
    ticks: late_ms.length,
    late_ms_p99: quantile(late_ms, 0.99),
    late_ms_max: quantile(late_ms, 1),
    busy_ms_p99: quantile(busy_ms, 0.99),
    busy_ms_max: quantile(busy_ms, 1),
  };
}

/** How much later than asked a millisecond's timer came, and what processor time this process took meanwhile. */
async function tickOnce(): Promise<void> {
  const due_ns = clock.now_ns() + TICK_NS;
  const before = process.cpuUsage();
  await clock.sleepUntil(due_ns);
  late_ns.push(clock.now_ns() - due_ns);
  const { user, system } = process.cpuUsage(before);
  busy_us.push(user + system);
}
