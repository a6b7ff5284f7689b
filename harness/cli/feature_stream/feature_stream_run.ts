// One run of a feature stream: starts producers and consumers, hands refs from the ones to the others, and counts. A consumer that
// dies leaves its samples to the others; with a producer the samples end that it has not put.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Subprocess } from "bun";
import type { FeatureStreamConfig } from "../../../workloads/feature_stream.ts";
import { err, type Result } from "../../domain/result.ts";
import { sendToChild } from "../../load/clients/send_to_child.ts";
import type { FeatureBackendKind } from "../../stack/feature/feature_backend.ts";
import type {
  FromWorker,
  SentSample,
  StreamRequester,
  StreamWorkerConfig,
  ToWorker,
} from "./feature_stream_messages.ts";
import { type StreamFigures, StreamTally } from "./feature_stream_tally.ts";

export interface StreamRunOptions {
  readonly backend: FeatureBackendKind;
  readonly stream: FeatureStreamConfig;
  readonly seed: number;
  /** Directories of the run: sockets and files; shared memory. */
  readonly work_dir: string;
  readonly shm_dir: string;
  /** Where a store is; empty for other backends. */
  readonly master_address: string;
  /** How a Mooncake is reached; null for other backends. */
  readonly requester: StreamRequester | null;
  readonly hold_s: number;
  /** The first of its role is killed when half of the samples are put. */
  readonly crash: "producer" | "consumer" | null;
  /** Tells the directories of this run from those of others. */
  readonly name: string;
}

interface Worker {
  readonly config: StreamWorkerConfig;
  readonly process: Subprocess;
  /** Of a consumer: handed out and not acknowledged. */
  readonly open: Map<string, SentSample>;
  /** Of a consumer: handed out in all. */
  taken: number;
  /** Of a producer: it has ended its warm-up. */
  warm: boolean;
  alive: boolean;
  finished: boolean;
}

const NO_CONSUMER = "every consumer has died: nobody takes the samples.";

export async function runFeatureStream(options: StreamRunOptions): Promise<Result<StreamFigures, string>> {
  const run = new StreamRun(options);
  try {
    return await run.done;
  } finally {
    await run.stop();
  }
}

class StreamRun {
  readonly done: Promise<Result<StreamFigures, string>>;
  readonly #options: StreamRunOptions;
  readonly #workers: Worker[] = [];
  readonly #settle: (result: Result<StreamFigures, string>) => void;
  readonly #tally = new StreamTally();
  #ready = 0;
  #has_started = false;

  constructor(options: StreamRunOptions) {
    const settled = Promise.withResolvers<Result<StreamFigures, string>>();
    this.done = settled.promise;
    this.#settle = settled.resolve;
    this.#options = options;
    const { producers, consumers } = options.stream;
    mkdirSync(join(options.work_dir, options.name), { recursive: true });
    if (options.backend === "local") {
      this.#start("colocated", 0);
      return;
    }
    for (let i = 0; i < producers; i++) this.#start("producer", i);
    for (let i = 0; i < consumers; i++) this.#start("consumer", i);
  }

  async stop(): Promise<void> {
    for (const worker of this.#workers) worker.process.kill("SIGKILL");
    await Promise.all(this.#workers.map((worker) => worker.process.exited));
  }

  #start(role: StreamWorkerConfig["role"], index: number): void {
    const { work_dir, shm_dir, crash: _, name, ...shared } = this.#options;
    const { stream } = shared;
    const store_ids = Array.from({ length: stream.producers }, (_, i) => `${name}-p${i}`);
    const staging_path = join(shm_dir, `${name}-${role}-${index}`);
    const root = join(work_dir, name);
    const config = { ...shared, role, index, store_ids, root, staging_path };
    const process_ = Bun.spawn(
      [process.execPath, join(import.meta.dir, "feature_stream_worker.ts"), JSON.stringify(config)],
      {
        ipc: (message: FromWorker) => this.#hear(worker, message),
        serialization: "json",
        stdio: ["ignore", "ignore", "inherit"],
        // Not its exit: what it has said before is heard before this.
        onDisconnect: () => this.#ended(worker),
      },
    );
    const worker: Worker = {
      config,
      process: process_,
      open: new Map(),
      taken: 0,
      warm: false,
      alive: true,
      finished: false,
    };
    this.#workers.push(worker);
  }

  #hear(worker: Worker, message: FromWorker): void {
    switch (message.kind) {
      case "ready":
        this.#ready += 1;
        if (this.#ready === this.#workers.length) this.#sayToProducers({ kind: "warm_up" });
        return;
      case "warm":
        worker.warm = true;
        this.#startIfWarm();
        return;
      case "failed":
        this.#settle(err(`${worker.config.role} ${worker.config.index}: ${message.detail}`));
        return;
      case "put":
        this.#tally.put(message.sent);
        this.#handOut(message.sent);
        if (!message.sent.is_warm_up) this.#crashAtHalf();
        return;
      case "produced":
        worker.finished = true;
        this.#tally.produced(message);
        this.#endIfDone();
        return;
      case "consumed":
        this.#consumed(worker, message);
    }
  }

  #consumed(worker: Worker, message: FromWorker & { readonly kind: "consumed" }): void {
    const sent = worker.open.get(message.sample_id);
    worker.open.delete(message.sample_id);
    if (sent !== undefined) this.#tally.consumed(sent, message);
    const producer = this.#of("producer").find(({ config }) => config.index === message.producer_index);
    const { sample_id, problem } = message;
    if (producer !== undefined) say(producer, { kind: "consumed", sample_id, freed: problem === null });
    this.#endIfDone();
  }

  /** The living producers begin together. */
  #startIfWarm(): void {
    if (this.#has_started || this.#of("producer").some(({ warm }) => !warm)) return;
    this.#has_started = true;
    this.#sayToProducers({ kind: "start" });
  }

  #sayToProducers(message: ToWorker): void {
    for (const producer of this.#of("producer")) say(producer, message);
  }

  /** To the consumer with the fewest samples open; of equals to the one that has had the fewest. */
  #handOut(sent: SentSample): void {
    const [consumer] = this.#of("consumer").sort((a, b) => a.open.size - b.open.size || a.taken - b.taken);
    if (consumer === undefined) {
      this.#settle(err(NO_CONSUMER));
      return;
    }
    consumer.taken += 1;
    consumer.open.set(sent.ref.sample_id, sent);
    say(consumer, { kind: "sample", sent });
  }

  #ended(worker: Worker): void {
    worker.alive = false;
    const { role, index } = worker.config;
    if (this.#ready < this.#workers.length) this.#settle(err(`${role} ${index} died before it was ready.`));
    if (this.#of("consumer").length === 0) this.#settle(err(NO_CONSUMER));
    if (role !== "producer") {
      for (const sent of worker.open.values()) {
        this.#tally.redelivered(sent);
        this.#handOut(sent);
      }
      worker.open.clear();
    }
    this.#startIfWarm();
    this.#endIfDone();
  }

  #crashAtHalf(): void {
    const { crash, stream } = this.#options;
    if (crash === null || this.#tally.put_count !== Math.ceil((stream.producers * stream.samples) / 2))
      return;
    this.#of(crash)[0]?.process.kill("SIGKILL");
  }

  /** Living workers that have a role. */
  #of(role: "producer" | "consumer"): Worker[] {
    return this.#workers.filter(
      ({ config, alive }) => alive && (config.role === role || config.role === "colocated"),
    );
  }

  #endIfDone(): void {
    const is_open = this.#workers.some((worker) => worker.open.size > 0);
    if (is_open || this.#of("producer").some(({ finished }) => !finished)) return;
    this.#settle(this.#tally.figures());
  }
}

/** What is said to a process that has just died is lost: its end is heard next, and its samples are handed out again. */
function say(worker: Worker, message: ToWorker): void {
  if (worker.alive) sendToChild(worker.process, message);
}
