// Records the router's traffic as a trace that can be replayed: Mooncake JSONL, a whole prompt a row, with two fields more:
//   {"timestamp": ms from the first request, "input_length", "output_length", "hash_ids": [ceil(input_length / block_tokens)],
//    "thread_id": session, "block_tokens"}
// The session is not called session_id, which in Mooncake's extension says that a row holds only what is new. Sessions and
// blocks are numbers in order of first sight; text is written where it is asked for, as "text".
//
// Requests and answers are looked at as they pass and never held up. What costs time, tokenising and hashing, waits until an
// answer has ended and is done in slices; a failure there costs a row and no request.

import type { Clock } from "../../clock/clock.ts";
import { ok, type Result } from "../../domain/result.ts";
import { msToNs, nsToMs } from "../../domain/units.ts";
import type { JsonObject } from "../openai/openai_fields.ts";
import type { Log, RouterRecording } from "../process_config.ts";
import type { StartError } from "../start_error.ts";
import { RouterRecordAnswer } from "./router_record_answer.ts";
import { RouterRecordBlocks } from "./router_record_blocks.ts";
import { RouterRecordCounters } from "./router_record_counters.ts";
import { RouterRecordFile } from "./router_record_file.ts";
import { recordedPrompt } from "./router_record_prompt.ts";

export interface RecordedRequest {
  readonly arrived_ns: number;
  readonly session_id: string | null;
  readonly body: JsonObject;
}

/** One request under way. */
export interface RecordedExchange {
  /** Sees the bytes of the answer as they pass. */
  readonly tap: (bytes: Uint8Array) => void;
  /** The answer has ended; a null status: there is none. Later calls have no effect. */
  end(status: number | null): void;
}

interface Job extends RecordedRequest {
  readonly answer: RouterRecordAnswer;
}

const SLICE_MS = 1;
/** Answers that ended and wait for their row; beyond it they are lost. */
const MAX_JOBS = 10_000;

export class RouterRecorder {
  readonly counters: RouterRecordCounters;
  readonly #config: RouterRecording;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #file: RouterRecordFile;
  readonly #blocks: RouterRecordBlocks;
  readonly #sessions = new Map<string, number>();
  readonly #open = new Set<RecordedExchange>();
  #first_ns: number | null = null;
  #jobs: Job[] = [];
  #working: Promise<void> | null = null;

  static async start(
    config: RouterRecording,
    clock: Clock,
    log: Log,
  ): Promise<Result<RouterRecorder, StartError>> {
    const counters = new RouterRecordCounters();
    const file = await RouterRecordFile.create(config.path, clock, log, counters);
    return file.ok ? ok(new RouterRecorder(config, clock, log, file.value, counters)) : file;
  }

  private constructor(
    config: RouterRecording,
    clock: Clock,
    log: Log,
    file: RouterRecordFile,
    counters: RouterRecordCounters,
  ) {
    this.#config = config;
    this.#clock = clock;
    this.#log = log;
    this.#file = file;
    this.counters = counters;
    this.#blocks = new RouterRecordBlocks(config.salt, config.block_tokens);
  }

  begin(request: RecordedRequest): RecordedExchange {
    this.counters.requests++;
    this.#first_ns ??= request.arrived_ns;
    const answer = new RouterRecordAnswer(request.body["stream"] === true, this.#config.include_text);
    const exchange: RecordedExchange = {
      tap: (bytes) => answer.feed(bytes),
      end: (status) => {
        if (!this.#open.delete(exchange)) return;
        if (status === null || status >= 400) this.counters.unanswered_requests++;
        else this.#enqueue({ ...request, answer });
      },
    };
    this.#open.add(exchange);
    return exchange;
  }

  /** Requests still under way count as far as they got. */
  async close(): Promise<void> {
    for (const exchange of [...this.#open]) exchange.end(200);
    await this.#working;
    await this.#file.close();
  }

  #enqueue(job: Job): void {
    if (this.#jobs.length >= MAX_JOBS) {
      this.counters.lost_rows++;
      return;
    }
    this.#jobs.push(job);
    this.#working ??= this.#work();
  }

  /** A slice, then a pause at least as long, in which requests are served. */
  async #work(): Promise<void> {
    while (this.#jobs.length > 0) {
      await this.#clock.sleepUntil(this.#clock.now_ns() + msToNs(SLICE_MS));
      const jobs = this.#jobs;
      const until_ns = this.#clock.now_ns() + msToNs(SLICE_MS);
      let done = 0;
      while (done < jobs.length && (done === 0 || this.#clock.now_ns() < until_ns))
        this.#tryRow(jobs[done++]);
      this.#jobs = jobs.slice(done);
    }
    this.#working = null;
  }

  #tryRow(job: Job | undefined): void {
    if (job === undefined) return;
    try {
      this.#row(job);
    } catch (error) {
      if (this.counters.lost_rows++ === 0) this.#log(`WARNING a request is not recorded: ${String(error)}`);
    }
  }

  #row({ arrived_ns, session_id, body, answer }: Job): void {
    const { block_tokens, include_text } = this.#config;
    answer.end();
    if (answer.output_tokens === 0) {
      this.counters.unanswered_requests++;
      return;
    }
    const tokens = recordedPrompt(body);
    if (tokens === null || tokens.length === 0) {
      this.counters.unreadable_requests++;
      return;
    }
    if (answer.prompt_tokens !== null) {
      this.counters.server_prompt_tokens += answer.prompt_tokens;
      this.counters.counted_prompt_tokens += tokens.length;
    }
    const row = {
      timestamp: nsToMs(arrived_ns - (this.#first_ns ?? arrived_ns)),
      input_length: tokens.length,
      output_length: answer.output_tokens,
      hash_ids: this.#blocks.ids(tokens),
      ...(session_id === null ? {} : { thread_id: this.#sessionNumber(session_id) }),
      block_tokens,
      ...(include_text ? { text: recordedText(body, answer.text) } : {}),
    };
    this.#file.add(arrived_ns, JSON.stringify(row));
  }

  #sessionNumber(session_id: string): number {
    const number = this.#sessions.get(session_id) ?? this.#sessions.size;
    this.#sessions.set(session_id, number);
    return number;
  }
}

function recordedText({ prompt, messages }: JsonObject, answer: string): object {
  return { ...(messages === undefined ? { prompt } : { messages }), answer };
}
