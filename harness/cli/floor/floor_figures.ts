// What `floor` measures: streams and events, and how punctually requests are sent, by one client inside this process or by
// several processes, each against a null server of its own.

import { loadavg } from "node:os";
import type { DataPlane } from "../../../native/ffi/data_plane.ts";
import type { Clock } from "../../clock/clock.ts";
import { OsClock } from "../../clock/os_clock.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { nsToMs } from "../../domain/units.ts";
import type { LoadClients } from "../../load/clients/load_clients.ts";
import { measureClientsRate } from "../../load/floor/measure_clients_rate.ts";
import { type LoadFloor, measureFloor } from "../../load/floor/measure_floor.ts";
import { measureRate, type RateFloor } from "../../load/floor/measure_rate.ts";
import { mergeFloors } from "../../load/floor/merge_floors.ts";
import type { RatePlan } from "../../load/floor/rate_sessions.ts";
import { readHostFacts } from "../../measure/host_facts.ts";
import type { HostFacts } from "../../measure/manifest.ts";
import { PlaneClock } from "../../stack/plane_clock.ts";
import { quantile, sortAscending } from "../../stats/quantile.ts";
import { startClients } from "../bench/open_clients.ts";
import { planePacer } from "../bench/plane_pacer.ts";

export interface FloorOptions {
  readonly streams: number;
  readonly events_per_stream: number;
  readonly seconds: number;
  readonly num_clients: number;
}

export interface FloorFigures {
  readonly host: HostFacts;
  /** One-minute load average before: what others do to this machine is not its floor. */
  readonly load_average: number;
  readonly streams: Clients<LoadFloor>;
  readonly rates: readonly Clients<RateFigures>[];
}

/** `of_client` is empty when there is one. */
export interface Clients<T> {
  readonly merged: T;
  readonly of_client: readonly T[];
}

export interface RateFigures extends Omit<RateFloor, "lag_ns"> {
  readonly lag_ms_p50: number;
  readonly lag_ms_p99: number;
  readonly lag_ms_p999: number;
}

const RATES_PER_S = [1_000, 5_000, 10_000];
/** One short answer: what is measured is the sending. */
const RATE_REQUEST = { prompt_tokens: 16, output_tokens: 1 };
/** Run first and thrown away: a client that was never used is slower than its floor. */
const WARM_UP: RatePlan = { rate_per_s: 10_000, seconds: 0.5, ...RATE_REQUEST };

/** The error is worded for the user. */
export async function measureFloors(
  options: FloorOptions,
  plane: DataPlane,
  onStage: (stage: string) => void,
): Promise<Result<FloorFigures, string>> {
  const load_average = loadavg()[0] ?? 0;
  const clock = new PlaneClock(plane, new OsClock());
  const clients = options.num_clients === 1 ? ok(null) : await startClients(options.num_clients, clock);
  if (!clients.ok) return clients;
  await using processes = clients.value;
  const measured = new FloorMeasurement(clock, plane, processes);
  const share = Math.ceil(options.streams / options.num_clients);
  onStage(`${options.streams} streams of ${options.events_per_stream} events`);
  const streams = await measured.streams(share, options.events_per_stream);
  if (!streams.ok) return streams;
  onStage("warming up the open loop");
  const warm = await measured.rate(WARM_UP);
  if (!warm.ok) return warm;
  const rates: Clients<RateFigures>[] = [];
  for (const rate_per_s of RATES_PER_S) {
    onStage(`open loop at ${rate_per_s} requests/s`);
    const rate = await measured.rate({ rate_per_s, seconds: options.seconds, ...RATE_REQUEST });
    if (!rate.ok) return rate;
    rates.push(rate.value);
  }
  return ok({ host: readHostFacts(), load_average, streams: streams.value, rates });
}

class FloorMeasurement {
  readonly #clock: Clock;
  readonly #plane: DataPlane;
  readonly #clients: LoadClients | null;

  constructor(clock: Clock, plane: DataPlane, clients: LoadClients | null) {
    this.#clock = clock;
    this.#plane = plane;
    this.#clients = clients;
  }

  async streams(streams: number, events_per_stream: number): Promise<Result<Clients<LoadFloor>, string>> {
    const plan = { streams, events_per_stream, event_gap_ns: null };
    if (this.#clients === null) return ok({ merged: await measureFloor(plan, this.#clock), of_client: [] });
    const held = await this.#clients.holdStreams(plan);
    return held.ok ? ok({ merged: mergeFloors(held.value), of_client: held.value }) : err(held.error.detail);
  }

  async rate(plan: RatePlan): Promise<Result<Clients<RateFigures>, string>> {
    if (this.#clients === null) {
      const rate = await measureRate(plan, this.#clock, planePacer(this.#plane));
      return ok({ merged: describeRate(rate), of_client: [] });
    }
    const rates = await measureClientsRate(plan, this.#clients);
    if (!rates.ok) return err(rates.error.detail);
    const { merged, of_client } = rates.value;
    return ok({ merged: describeRate(merged), of_client: of_client.map(describeRate) });
  }
}

function describeRate({ lag_ns, ...rest }: RateFloor): RateFigures {
  const ascending = sortAscending(lag_ns.map(nsToMs));
  return {
    ...rest,
    lag_ms_p50: quantile(ascending, 0.5),
    lag_ms_p99: quantile(ascending, 0.99),
    lag_ms_p999: quantile(ascending, 0.999),
  };
}
