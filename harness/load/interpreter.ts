// Drives a LoadSource against a live OpenAI-compatible server and makes one RequestRecord of each request.
//
// The loop asks the source what is due, sends it without waiting for an answer, and sleeps to the next absolute deadline
// or the next finished request. It never throws for a request: how a request went wrong is in its record. A record's times
// are on the clock given, so intended_ns of a source (from the start of the run) is moved by started_ns.

import type { Clock } from "../clock/clock.ts";
import type { LoadConfig } from "../config/arm_config.ts";
import type { RequestError, RequestRecord } from "../domain/request_record.ts";
import { msToNs } from "../domain/units.ts";
import type { HttpTarget } from "./http/http_target.ts";
import { SseClient } from "./http/sse_client.ts";
import type { LoadProgress, LoadResult } from "./load_result.ts";
import { mergeRatio } from "./merge_ratio.ts";
import { buildCompletionRequest } from "./openai/completion_request.ts";
import { CompletionStream } from "./openai/completion_stream.ts";
import { Conversation } from "./openai/conversation.ts";
import { answeredRecord, type RequestIdentity, unsentRecord } from "./request_outcome.ts";
import type { LoadSource, ScheduledRequest } from "./sources/load_source.ts";
import { type Pacer, WakeUp } from "./wake_up.ts";

export interface LoadOptions {
  readonly source: LoadSource;
  readonly target: HttpTarget;
  /** Model name to ask for. */
  readonly model: string;
  readonly arm: string;
  readonly pair_index: number;
  readonly prompt_as: LoadConfig["prompt_as"];
  readonly request_timeout_ms: number;
  readonly clock: Clock;
  /** Null: the clock's own sleep. */
  readonly pacer: Pacer | null;
  /** In the order of finishing. Must not throw. */
  readonly onRecord: (record: RequestRecord) => void;
  /** After every send and every finish. */
  readonly onProgress: ((progress: LoadProgress) => void) | null;
  /** A phase has ended: what is to happen before the next begins. Must not throw. Absent: nothing. */
  readonly onPhaseEnd?: (phase_index: number) => Promise<void>;
  /** Aborted: nothing more is sent, running requests end as "cancelled". */
  readonly signal: AbortSignal | null;
}

export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const run = new LoadRun(options);
  const interrupt = (): void => run.interrupt();
  options.signal?.addEventListener("abort", interrupt, { once: true });
  if (options.signal?.aborted === true) run.interrupt();
  const result = await run.toEnd();
  options.signal?.removeEventListener("abort", interrupt);
  return result;
}

const NEVER_SENT: RequestError = { code: "cancelled", detail: "the run was interrupted before it was due" };

/** Requests are made ready so long before they are due: a prompt of 100,000 tokens takes milliseconds to put together. */
const PREPARE_NS = msToNs(100);
/** The loop looks again at least this often, so that no timer outlives a run by more. */
const LONGEST_SLEEP_NS = msToNs(100);
/** After so much sending in a row, sockets are read before the next send. */
const LONGEST_BURST_NS = msToNs(1);

class LoadRun {
  readonly #options: LoadOptions;
  readonly #client: SseClient;
  readonly #pacer: Pacer;
  readonly #wake: WakeUp;
  readonly #conversations = new Map<string, Conversation>();
  readonly #running = new Set<Promise<void>>();
  readonly #started_ns: number;
  /** Since when the loop has had the thread. */
  #awake_ns: number;
  readonly #reads = { token_events: 0, token_reads: 0 };
  #sent_requests = 0;
  #finished_requests = 0;
  #failed_requests = 0;
  #interrupted = false;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#client = new SseClient(options.target, options.clock);
    this.#pacer = options.pacer ?? ((deadline_ns) => options.clock.sleepUntil(deadline_ns));
    this.#wake = new WakeUp(this.#pacer);
    this.#started_ns = options.clock.now_ns();
    this.#awake_ns = this.#started_ns;
  }

  interrupt(): void {
    this.#interrupted = true;
    this.#client.cancelAll("the run was interrupted");
    this.#wake.signal();
  }

  async toEnd(): Promise<LoadResult> {
    await this.#sendAll();
    await Promise.all(this.#running);
    this.#client.close();
    const { counters } = this.#client;
    return {
      ...this.#progress(),
      started_ns: this.#started_ns,
      ended_ns: this.#options.clock.now_ns(),
      interrupted: this.#interrupted,
      not_sent_requests: this.#options.source.planned_requests - this.#sent_requests,
      events: counters.events,
      merge_ratio: mergeRatio(this.#reads),
      peak_streams: counters.peak_streams,
      connections_opened: counters.connections_opened,
      reconnects: counters.reconnects,
    };
  }

  async #sendAll(): Promise<void> {
    const { source, clock } = this.#options;
    while (!this.#interrupted) {
      const now_ns = clock.now_ns();
      const next = source.next(now_ns - this.#started_ns + PREPARE_NS);
      if (next.state === "done") return;
      if (next.state === "send") {
        this.#send(next.request);
        if (clock.now_ns() - this.#awake_ns >= LONGEST_BURST_NS) await this.#letSocketsBeRead();
        continue;
      }
      if (next.state === "barrier") {
        await this.#options.onPhaseEnd?.(next.phase_index);
        next.begin(clock.now_ns() - this.#started_ns);
      } else if (next.state === "blocked") await this.#wake.signalled();
      else await this.#wake.until(this.#nextLookNs(next.until_ns, now_ns));
      this.#awake_ns = clock.now_ns();
    }
  }

  #nextLookNs(until_ns: number, now_ns: number): number {
    return Math.min(this.#started_ns + until_ns - PREPARE_NS, now_ns + LONGEST_SLEEP_NS);
  }

  #send(scheduled: ScheduledRequest): void {
    this.#sent_requests++;
    const task = this.#exchange(scheduled).then((record) => {
      this.#running.delete(task);
      this.#finish(scheduled, record);
    });
    this.#running.add(task);
    this.#options.onProgress?.(this.#progress());
  }

  async #exchange(scheduled: ScheduledRequest): Promise<RequestRecord> {
    const { clock, model, prompt_as, arm, pair_index, request_timeout_ms } = this.#options;
    const { session_id, turn, request_id, turn_index } = scheduled;
    const conversation = this.#conversation(session_id);
    const request = buildCompletionRequest(model, prompt_as, turn, conversation);
    const intended_ns = this.#started_ns + scheduled.intended_ns;
    await this.#untilDue(intended_ns);
    const tried_ns = clock.now_ns();
    const identity: RequestIdentity = {
      arm,
      pair_index,
      scheduled,
      intended_ns,
      tried_ns,
      planned_tokens: conversation.promptTokens(turn.prompt),
      sent_tokens: request.ok ? request.value.prompt_tokens : null,
    };
    if (!request.ok) return unsentRecord(identity, request.error);
    if (this.#interrupted) return unsentRecord(identity, NEVER_SENT);
    const stream = new CompletionStream();
    const reply = await this.#client.post({
      path: request.value.path,
      headers: { "x-session-id": session_id, "x-request-id": request_id },
      body: request.value.body,
      deadline_ns: tried_ns + msToNs(request_timeout_ms),
      onEvent: (data, at_ns) => stream.event(data, at_ns),
    });
    this.#reads.token_events += stream.token_events;
    this.#reads.token_reads += stream.token_reads;
    const record = answeredRecord(identity, reply, stream);
    const { output_tokens } = record;
    conversation.answered(turn_index, { text: stream.text, output_tokens, token_ids: stream.token_ids });
    return record;
  }

  async #untilDue(intended_ns: number): Promise<void> {
    if (intended_ns <= this.#options.clock.now_ns() || this.#interrupted) return;
    await this.#pacer(intended_ns);
  }

  #finish({ request_id, session_id }: ScheduledRequest, record: RequestRecord): void {
    const failed = record.error !== null;
    this.#finished_requests++;
    if (failed) {
      this.#failed_requests++;
      this.#conversations.delete(session_id);
    }
    this.#options.onRecord(record);
    // Think time runs from the last token, not from the usage event behind it.
    const end_ns = failed ? null : record.last_token_ns;
    this.#options.source.finished(
      request_id,
      (end_ns ?? this.#options.clock.now_ns()) - this.#started_ns,
      failed,
    );
    this.#options.onProgress?.(this.#progress());
    this.#wake.signal();
  }

  #conversation(session_id: string): Conversation {
    const known = this.#conversations.get(session_id) ?? new Conversation();
    this.#conversations.set(session_id, known);
    return known;
  }

  /** A long burst of sends would hold up the stamping of events that have come: the event loop has its turn in between. */
  async #letSocketsBeRead(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#awake_ns = this.#options.clock.now_ns();
  }

  #progress(): LoadProgress {
    return {
      planned_requests: this.#options.source.planned_requests,
      sent_requests: this.#sent_requests,
      finished_requests: this.#finished_requests,
      failed_requests: this.#failed_requests,
    };
  }
}
