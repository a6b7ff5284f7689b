// A load over several client processes, for when one core is not enough. The sessions are dealt out (sources/client_share.ts),
// all clients start at one time of the clock that they share, phases end when they have ended for all, and every record comes
// back whole: quantiles are computed from records, never merged from quantiles. A client that ends early fails the load.

import type { Clock } from "../../clock/clock.ts";
import { present } from "../../domain/assert.ts";
import type { RequestRecord } from "../../domain/request_record.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { msToNs } from "../../domain/units.ts";
import type { FloorPlan, LoadFloor } from "../floor/measure_floor.ts";
import type { HttpTarget } from "../http/http_target.ts";
import { PREPARE_NS } from "../interpreter.ts";
import type { LoadProgress, LoadResult } from "../load_result.ts";
import type { FromClient, LoadJob, MessageOf } from "./client_messages.ts";
import { ClientProcess, type LoadClientFailure } from "./client_process.ts";
import { mergeProgress, mergeResults } from "./merge_results.ts";

export interface ClientsLoadOptions {
  readonly job: LoadJob;
  /** [clients] */
  readonly targets: readonly HttpTarget[];
  /** When the load's time 0 is, as soon as it is known. */
  readonly onStart: (starts_ns: number) => void;
  /** In the order of coming, which is not that of finishing. Must not throw. */
  readonly onRecord: (record: RequestRecord, client_index: number) => void;
  readonly onProgress: (progress: LoadProgress) => void;
  /** Every client has ended the phase. */
  readonly onPhaseEnd: (phase_index: number) => Promise<void>;
  /** Aborted: as for a load of one client. */
  readonly signal: AbortSignal;
}

export interface ClientsLoad {
  readonly merged: LoadResult;
  /** [clients] */
  readonly results: readonly LoadResult[];
  /** [clients] what the load took of each process. */
  readonly costs: readonly ClientLoadCost[];
}

export type ClientLoadCost = Pick<MessageOf<"load_done">, "cpu_us" | "core_wait_ms">;

type Failed<T> = Result<T, LoadClientFailure>;

/** For the start to reach every client. */
const START_MARGIN_NS = msToNs(50);
const NOTHING_YET: LoadProgress = {
  planned_requests: 0,
  sent_requests: 0,
  finished_requests: 0,
  failed_requests: 0,
};

export class LoadClients implements AsyncDisposable {
  readonly #clients: readonly ClientProcess[];
  readonly #clock: Clock;

  private constructor(clients: readonly ClientProcess[], clock: Clock) {
    this.#clients = clients;
    this.#clock = clock;
  }

  /** entry: the module that each process runs. clock: the machine's, as the clients' is. */
  static async start(num_clients: number, entry: string, clock: Clock): Promise<Failed<LoadClients>> {
    const started = await Promise.all(
      Array.from({ length: num_clients }, (_, client_index) => ClientProcess.start(entry, client_index)),
    );
    const up = started.flatMap((one) => (one.ok ? [one.value] : []));
    const clients = new LoadClients(up, clock);
    const failed = started.find((one) => !one.ok);
    if (failed === undefined || failed.ok) return ok(clients);
    await clients[Symbol.asyncDispose]();
    return failed;
  }

  get count(): number {
    return this.#clients.length;
  }

  async load(options: ClientsLoadOptions): Promise<Failed<ClientsLoad>> {
    const num_clients = this.count;
    const { job, targets, signal } = options;
    const merging = new RecordMerge(options, num_clients);
    for (const [client_index, client] of this.#clients.entries())
      client.onMessage = (message) => merging.receive(message, client_index);
    const ready = await this.#all((client, client_index) => {
      const target = present(targets[client_index], "every client has a target");
      return client.ask({ kind: "load", job, share: { client_index, num_clients }, target }, "ready");
    });
    if (!ready.ok) return ready;
    const abort = (): void => this.#tellAll({ kind: "abort" });
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    const starts_ns = this.#clock.now_ns() + PREPARE_NS + START_MARGIN_NS;
    options.onStart(starts_ns);
    const done = this.#all((client) => client.ask({ kind: "start", starts_ns }, "load_done"));
    void this.#passBarriers(options.onPhaseEnd);
    const outcome = await done;
    signal.removeEventListener("abort", abort);
    if (!outcome.ok) {
      this.#tellAll({ kind: "abort" });
      return outcome;
    }
    if (merging.twice !== null)
      return err({ code: "record_twice", detail: `request ${merging.twice} came from two clients` });
    const results = outcome.value.map(({ result }) => result);
    return ok({ merged: mergeResults(results), results, costs: outcome.value });
  }

  /** Every client against a null server of its own, all at once. */
  async holdStreams(plan: FloorPlan): Promise<Failed<LoadFloor[]>> {
    const held = await this.#all((client) => client.ask({ kind: "hold_streams", plan }, "streams_done"));
    return held.ok ? ok(held.value.map(({ floor }) => floor)) : held;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client[Symbol.asyncDispose]()));
  }

  async #passBarriers(onPhaseEnd: ClientsLoadOptions["onPhaseEnd"]): Promise<void> {
    for (;;) {
      const ended = await this.#all((client) => client.next("phase_ended"));
      if (!ended.ok) return;
      await onPhaseEnd(present(ended.value[0], "a load has a client").phase_index);
      this.#tellAll({ kind: "begin_phase" });
    }
  }

  #tellAll(message: { readonly kind: "abort" | "begin_phase" }): void {
    for (const client of this.#clients) client.send(message);
  }

  /** As soon as one fails, its failure. */
  async #all<T>(
    ask: (client: ClientProcess, client_index: number) => Promise<Failed<T>>,
  ): Promise<Failed<T[]>> {
    const answers = this.#clients.map(ask);
    const failed = Promise.withResolvers<Failed<T[]>>();
    for (const answer of answers) void answer.then((one) => one.ok || failed.resolve(one));
    const all = Promise.all(answers).then((list) => ok(list.flatMap((one) => (one.ok ? [one.value] : []))));
    return await Promise.race([failed.promise, all]);
  }
}

/** Records and progress of all clients on their way to one listener. */
class RecordMerge {
  readonly #options: ClientsLoadOptions;
  readonly #seen = new Set<string>();
  readonly #progress: LoadProgress[];
  /** A request that two clients reported. */
  twice: string | null = null;

  constructor(options: ClientsLoadOptions, num_clients: number) {
    this.#options = options;
    this.#progress = Array.from({ length: num_clients }, () => NOTHING_YET);
  }

  receive(message: FromClient, client_index: number): void {
    if (message.kind !== "records") return;
    for (const record of message.records) {
      if (this.#seen.has(record.request_id)) this.twice ??= record.request_id;
      this.#seen.add(record.request_id);
      this.#options.onRecord(record, client_index);
    }
    this.#progress[client_index] = message.progress;
    this.#options.onProgress(mergeProgress(this.#progress));
  }
}
