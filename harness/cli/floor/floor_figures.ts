// What `floor` measures: streams and events, and how punctually requests are sent, by one client inside this process or by
// several processes, each against a null server of its own.

import { loadavg } from "node:os";
import type { DataPlane } from "../../../native/ffi/data_plane.ts";
import type { Clock } from "../../clock/clock.ts";
import { OsClock } from "../../clock/os_clock.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { nsToMs } from "../../domain/units.ts";
import type { LoadClients } from "../../load/clients/load_clients.ts";
import type { RateFloor } from "../../load/floor/drive_rate.ts";
import { measureClientsRate } from "../../load/floor/measure_clients_rate.ts";
import { type LoadFloor, measureFloor } from "../../load/floor/measure_floor.ts";
import { measureRate } from "../../load/floor/measure_rate.ts";
import { mergeFloors } from "../../load/floor/merge_floors.ts";
import type { RatePlan } from "../../load/floor/rate_sessions.ts";
import { readHostFacts } from "../../measure/host_facts.ts";
import type { HostFacts } from "../../measure/manifest.ts";
import { PlaneClock } from "../../stack/plane_clock.ts";
import { quantile, sortAscending } from "../../stats/quantile.ts";
import { startClients } from "../bench/open_clients.ts";
import { planePacer } from "../bench/plane_pacer.ts";
import { type CollectorShare, measureCollectorShare } from "./collector_share.ts";

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
  /** Of one client at its share of the highest rate. */
  readonly collector: CollectorShare;
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
const WARM_UP_STREAMS = 500;
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
  const measurement = new FloorMeasurement(options, clock, plane, processes, onStage);
  const streams = await measurement.streams();
  if (!streams.ok) return streams;
  const rates = await measurement.rates();
  if (!rates.ok) return rates;
  const collector = await measurement.collector();
  if (!collector.ok) return collector;
  const host = readHostFacts();
  return ok({ host, load_average, streams: streams.value, rates: rates.value, collector: collector.value });
}

class FloorMeasurement {
  readonly #options: FloorOptions;
  readonly #clock: Clock;
  readonly #plane: DataPlane;
  readonly #clients: LoadClients | null;
  readonly #onStage: (stage: string) => void;

  constructor(
    options: FloorOptions,
    clock: Clock,
    plane: DataPlane,
    clients: LoadClients | null,
    onStage: (stage: string) => void,
  ) {
    this.#options = options;
    this.#clock = clock;
    this.#plane = plane;
    this.#clients = clients;
    this.#onStage = onStage;
  }

  async streams(): Promise<Result<Clients<LoadFloor>, string>> {
    const { streams, events_per_stream, num_clients } = this.#options;
    const share = Math.ceil(streams / num_clients);
    this.#onStage("warming up the streams");
    const warm = await this.#hold(Math.min(share, WARM_UP_STREAMS));
    if (!warm.ok) return warm;
    this.#onStage(`${streams} streams of ${events_per_stream} events`);
    return await this.#hold(share);
  }

  async rates(): Promise<Result<Clients<RateFigures>[], string>> {
    this.#onStage("warming up the open loop");
    const warm = await this.#drive(WARM_UP);
    if (!warm.ok) return warm;
    const rates: Clients<RateFigures>[] = [];
    for (const rate_per_s of RATES_PER_S) {
      this.#onStage(`open loop at ${rate_per_s} requests/s`);
      const rate = await this.#drive({ rate_per_s, seconds: this.#options.seconds, ...RATE_REQUEST });
      if (!rate.ok) return rate;
      rates.push(rate.value);
    }
    return ok(rates);
  }

  async collector(): Promise<Result<CollectorShare, string>> {
    const { seconds, num_clients } = this.#options;
    this.#onStage("what the garbage collector takes");
    const rate_per_s = Math.max(...RATES_PER_S) / num_clients;
    return await measureCollectorShare({ rate_per_s, seconds, ...RATE_REQUEST }, WARM_UP);
  }

  /** share: streams of each client. */
  async #hold(share: number): Promise<Result<Clients<LoadFloor>, string>> {
    const { events_per_stream } = this.#options;
    const plan = { streams: share, events_per_stream, event_gap_ns: null };
    if (this.#clients === null) return ok({ merged: await measureFloor(plan, this.#clock), of_client: [] });
    const held = await this.#clients.holdStreams(plan);
    return held.ok ? ok({ merged: mergeFloors(held.value), of_client: held.value }) : err(held.error.detail);
  }

  /** plan: of all clients. */
  async #drive(plan: RatePlan): Promise<Result<Clients<RateFigures>, string>> {
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
