// One of several load clients, seen from inside its process: does the jobs that the parent sends, and sends back every record
// as the interpreter made it. Records travel in batches, so that sending them does not disturb what they measure.

import type { Clock } from "../../clock/clock.ts";
import { Random } from "../../clock/random.ts";
import { assert } from "../../domain/assert.ts";
import type { RequestRecord } from "../../domain/request_record.ts";
import { msToNs } from "../../domain/units.ts";
import { collectGarbage } from "../collect_garbage.ts";
import { CoreWait } from "../floor/core_wait.ts";
import { measureFloor } from "../floor/measure_floor.ts";
import { runLoad } from "../interpreter.ts";
import type { LoadProgress } from "../load_result.ts";
import { createSource } from "../sources/create_source.ts";
import type { Pacer } from "../wake_up.ts";
import type { FromClient, MessageOf, ToClient } from "./client_messages.ts";

export interface ClientPort {
  readonly send: (message: FromClient) => void;
  readonly onMessage: (receive: (message: ToClient) => void) => void;
}

type LoadMessage = Extract<ToClient, { readonly kind: "load" }>;

const BATCH_RECORDS = 256;
const FLUSH_EVERY_NS = msToNs(100);

/** Answers for as long as messages come. The clock must be the machine's, not the process's. */
export function serveClient(port: ClientPort, clock: Clock, pacer: Pacer): void {
  const server = new ClientServer(port, clock, pacer);
  port.onMessage((message) => server.receive(message));
  port.send({ kind: "up" });
}

class ClientServer {
  readonly #port: ClientPort;
  readonly #clock: Clock;
  readonly #pacer: Pacer;
  #start: (starts_ns: number) => void = () => {};
  #beginPhase: () => void = () => {};
  #abort = new AbortController();

  constructor(port: ClientPort, clock: Clock, pacer: Pacer) {
    this.#port = port;
    this.#clock = clock;
    this.#pacer = pacer;
  }

  receive(message: ToClient): void {
    switch (message.kind) {
      case "load":
        void this.#load(message);
        return;
      case "start":
        this.#start(message.starts_ns);
        return;
      case "begin_phase":
        this.#beginPhase();
        return;
      case "abort":
        this.#abort.abort();
        return;
      case "hold_streams":
        void measureFloor(message.plan, this.#clock).then((floor) =>
          this.#port.send({ kind: "streams_done", floor }),
        );
    }
  }

  async #load({ job, share, target }: LoadMessage): Promise<void> {
    const { load, sessions, seed, model, arm, pair_index } = job;
    this.#abort = new AbortController();
    const source = createSource(load, sessions, new Random(seed), share);
    const started = new Promise<number>((resolve) => {
      this.#start = resolve;
    });
    collectGarbage();
    this.#port.send({ kind: "ready" });
    const starts_ns = await started;
    const outbox = new Outbox(this.#port, this.#clock);
    const cpu_before = process.cpuUsage();
    const wait = new CoreWait();
    const result = await runLoad({
      ...{ source, target, model, arm, pair_index, starts_ns },
      wording: load,
      request_timeout_ms: load.request_timeout_ms,
      clock: this.#clock,
      pacer: this.#pacer,
      onRecord: (record) => outbox.add(record),
      onProgress: (progress) => outbox.progress(progress),
      onPhaseEnd: (phase_index) => this.#phaseEnded(phase_index, outbox),
      signal: this.#abort.signal,
    });
    const { user, system } = process.cpuUsage(cpu_before);
    outbox.end();
    this.#port.send({ kind: "load_done", result, cpu_us: user + system, core_wait_ms: wait.ms() });
  }

  /** Until the parent says that every client has ended this phase. */
  async #phaseEnded(phase_index: number, outbox: Outbox): Promise<void> {
    const begun = new Promise<void>((resolve) => {
      this.#beginPhase = resolve;
    });
    const aborted = new Promise<void>((resolve) =>
      this.#abort.signal.addEventListener("abort", () => resolve()),
    );
    outbox.flush();
    this.#port.send({ kind: "phase_ended", phase_index });
    await Promise.race([begun, aborted]);
  }
}

/** Records on their way to the parent: sent when there are many, and a little after there is one. */
class Outbox {
  readonly #port: ClientPort;
  readonly #clock: Clock;
  readonly #ended = new AbortController();
  #records: RequestRecord[] = [];
  #progress: LoadProgress | null = null;

  constructor(port: ClientPort, clock: Clock) {
    this.#port = port;
    this.#clock = clock;
    void this.#flushNowAndThen();
  }

  add(record: RequestRecord): void {
    this.#records.push(record);
    if (this.#records.length >= BATCH_RECORDS) this.flush();
  }

  progress(progress: LoadProgress): void {
    this.#progress = progress;
  }

  flush(): void {
    const progress = this.#progress;
    if (progress === null) return;
    const message: MessageOf<"records"> = { kind: "records", records: this.#records, progress };
    this.#records = [];
    this.#progress = null;
    this.#port.send(message);
  }

  end(): void {
    this.flush();
    assert(this.#records.length === 0, "a record comes with progress");
    this.#ended.abort();
  }

  async #flushNowAndThen(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      await this.#clock.sleepUntil(this.#clock.now_ns() + FLUSH_EVERY_NS, this.#ended.signal);
      this.flush();
    }
  }
}
