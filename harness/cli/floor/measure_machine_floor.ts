// The floor of this machine for a run's manifest, in under a second: what `bun run floor` measures at length.

import type { Clock } from "../../clock/clock.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { nsToMs } from "../../domain/units.ts";
import type { ClientCost } from "../../load/clients/clients_needed.ts";
import type { LoadClients } from "../../load/clients/load_clients.ts";
import type { RateFloor } from "../../load/floor/drive_rate.ts";
import { type LoadFloor, measureFloor } from "../../load/floor/measure_floor.ts";
import { type LatencyFloor, measureLatency } from "../../load/floor/measure_latency.ts";
import { measureRate } from "../../load/floor/measure_rate.ts";
import { mergeFloors } from "../../load/floor/merge_floors.ts";
import type { Pacer } from "../../load/wake_up.ts";
import type { MachineFloor } from "../../measure/machine_floor.ts";
import { na } from "../../measure/measured.ts";
import { quantile, sortAscending } from "../../stats/quantile.ts";

const LATENCY = { requests: 40, events_per_request: 40 };
const STREAMS = { streams: 200, events_per_stream: 50, event_gap_ns: null };
/** A rate that no laptop has trouble with: what lag there is, is the floor's. */
const RATE = { rate_per_s: 500, seconds: 0.25, prompt_tokens: 16, output_tokens: 1 };
/** Run first and thrown away: a client that was never used is slower than its floor. */
const WARM_UP_STREAMS = { ...STREAMS, streams: 100 };
const WARM_UP_RATE = { ...RATE, seconds: 0.1 };

export interface OwnFloor {
  readonly floor: MachineFloor;
  readonly cost: ClientCost;
}

/** Of a client inside this process. Pacer: the one that the run uses. The error is worded for the user. */
export async function measureMachineFloor(clock: Clock, pacer: Pacer): Promise<Result<OwnFloor, string>> {
  const started_ns = clock.now_ns();
  await measureFloor(WARM_UP_STREAMS, clock);
  const streams = await measureFloor(STREAMS, clock);
  const latency = await measureLatency(LATENCY, clock);
  await measureRate(WARM_UP_RATE, clock, pacer);
  const rate = await measureRate(RATE, clock, pacer);
  const failure = failureOf(streams, latency, rate);
  if (failure !== null) return err(`the client's own floor could not be measured: ${failure}`);
  const lag_ns = sortAscending(rate.lag_ns);
  const floor: MachineFloor = {
    ttft_ms_p50: nsToMs(quantile(sortAscending(latency.ttft_ns), 0.5)),
    itl_ms_p50:
      latency.gap_ns.length === 0
        ? na("every answer came in one read")
        : nsToMs(quantile(sortAscending(latency.gap_ns), 0.5)),
    streams: streams.streams_held,
    events_per_s: streams.events_per_s,
    cpu_us_per_event: streams.cpu_us_per_event,
    schedule_lag: {
      rate_per_s: rate.rate_per_s,
      schedule_lag_ms_p50: nsToMs(quantile(lag_ns, 0.5)),
      schedule_lag_ms_p99: nsToMs(quantile(lag_ns, 0.99)),
    },
    elapsed_ms: nsToMs(clock.now_ns() - started_ns),
  };
  const { cpu_us_per_request } = rate;
  return ok({ floor, cost: { cpu_us_per_request, cpu_us_per_event: streams.cpu_us_per_event } });
}

/** The same floor with the events per second of several clients, which are warm after it. */
export async function withClients(
  floor: MachineFloor,
  clients: LoadClients,
): Promise<Result<MachineFloor, string>> {
  const warm_up = await clients.holdStreams(WARM_UP_STREAMS);
  if (!warm_up.ok) return err(warm_up.error.detail);
  const held = await clients.holdStreams(STREAMS);
  if (!held.ok) return err(held.error.detail);
  const { streams_held, events_per_s, cpu_us_per_event, failure } = mergeFloors(held.value);
  if (failure !== null)
    return err(`the floor of ${clients.count} clients could not be measured: ${failure.detail}`);
  return ok({ ...floor, clients: clients.count, streams: streams_held, events_per_s, cpu_us_per_event });
}

function failureOf(streams: LoadFloor, latency: LatencyFloor, rate: RateFloor): string | null {
  const failure = streams.failure ?? latency.failure;
  if (failure !== null) return failure.detail;
  return rate.failed_requests === 0 ? null : `${rate.failed_requests} requests of its open loop failed`;
}
