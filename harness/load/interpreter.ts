// Drives a LoadSource against a live OpenAI-compatible server and makes one RequestRecord of each request.
//
// One loop with one alarm: it sends what is due without waiting for an answer, makes ready what is due soon, and sleeps to the
// next absolute deadline or the next finished request. It never throws for a request: how a request went wrong is in its
// record. A record's times are on the clock given, so intended_ns of a source (from the start of the run) is moved by
// started_ns.

import type { RequestError, RequestRecord } from "../domain/request_record.ts";
import type { Result } from "../domain/result.ts";
import { msToNs } from "../domain/units.ts";
import { DueQueue } from "./due_queue.ts";
import { SseClient } from "./http/sse_client.ts";
import type { LoadOptions } from "./load_options.ts";
import type { LoadProgress, LoadResult } from "./load_result.ts";
import { mergeRatio } from "./merge_ratio.ts";
import { buildCompletionRequest, type CompletionRequest } from "./openai/completion_request.ts";
import { CompletionStream } from "./openai/completion_stream.ts";
import { Conversation } from "./openai/conversation.ts";
import { answeredRecord, type RequestIdentity, unsentRecord } from "./request_outcome.ts";
import type { ScheduledRequest } from "./sources/load_source.ts";
import { WakeUp } from "./wake_up.ts";

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

/**
 * Requests are made ready so long before they are due: a prompt of 100,000 tokens takes milliseconds to put together. The run
 * starts so long after the call, so that the burst with which a load begins is made ready too.
 */
export const PREPARE_NS: number = msToNs(100);
/** Looking for what to make ready next may wait so long for a wake-up that is due anyway. */
const LOOK_SLACK_NS = msToNs(5);
/** The loop looks again at least this often, so that no timer outlives a run by more. */
const LONGEST_SLEEP_NS = msToNs(100);
/** After so much sending in a row, sockets are read before the next send. */
const LONGEST_BURST_NS = msToNs(1);

/** Made ready, and not due yet. */
interface ReadyRequest {
  readonly scheduled: ScheduledRequest;
  /** On the run's clock. */
  readonly intended_ns: number;
  readonly built: Result<CompletionRequest, RequestError>;
  readonly planned_tokens: number;
}

class LoadRun {
  readonly #options: LoadOptions;
  readonly #client: SseClient;
  readonly #wake: WakeUp;
  readonly #conversations = new Map<string, Conversation>();
  readonly #ready = new DueQueue<ReadyRequest>();
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
    const { clock, pacer, starts_ns } = options;
    this.#options = options;
    this.#client = new SseClient(options.target, clock);
    this.#wake = new WakeUp(pacer ?? ((deadline_ns) => clock.sleepUntil(deadline_ns)));
    this.#awake_ns = clock.now_ns();
    this.#started_ns = starts_ns ?? this.#awake_ns + PREPARE_NS;
  }

  interrupt(): void {
    this.#interrupted = true;
    this.#client.cancelAll("the run was interrupted");
    this.#wake.signal();
  }

  async toEnd(): Promise<LoadResult> {
    await this.#sendAll();
    for (const ready of this.#ready.takeAll()) this.#send(ready);
    await Promise.all(this.#running);
    this.#client.close();
    const { counters } = this.#client;
    return {
      ...this.#progress(),
      started_ns: this.#started_ns,
      // An interruption may come before the start.
      ended_ns: Math.max(this.#started_ns, this.#options.clock.now_ns()),
      interrupted: this.#interrupted,
      not_sent_requests: this.#options.source.planned_requests - this.#sent_requests,
      events: counters.events,
      ...this.#reads,
      merge_ratio: mergeRatio(this.#reads),
      peak_streams: counters.peak_streams,
      connections_opened: counters.connections_opened,
      reconnects: counters.reconnects,
    };
  }

  async #sendAll(): Promise<void> {
    const { source, clock } = this.#options;
    while (!this.#interrupted) {
      this.#sendDue();
      const now_ns = clock.now_ns();
      if (now_ns - this.#awake_ns >= LONGEST_BURST_NS) {
        await this.#letSocketsBeRead();
        continue;
      }
      const next = source.next(Math.max(0, now_ns - this.#started_ns + PREPARE_NS));
      if (next.state === "done") return;
      if (next.state === "send") this.#prepare(next.request);
      else if (next.state === "barrier") {
        await this.#options.onPhaseEnd?.(next.phase_index);
        next.begin(clock.now_ns() - this.#started_ns);
      } else await this.#rest(next.state === "wait" ? next.until_ns : Number.POSITIVE_INFINITY, now_ns);
    }
  }

  /** until_ns: when the source has something again, from the start. */
  async #rest(until_ns: number, now_ns: number): Promise<void> {
    const look_ns = this.#started_ns + until_ns - PREPARE_NS + LOOK_SLACK_NS;
    const wake_ns = Math.min(this.#ready.next_ns, look_ns);
    if (wake_ns === Number.POSITIVE_INFINITY) await this.#wake.signalled();
    else await this.#wake.until(Math.min(wake_ns, now_ns + LONGEST_SLEEP_NS));
    this.#awake_ns = this.#options.clock.now_ns();
  }

  #prepare(scheduled: ScheduledRequest): void {
    const { model, wording } = this.#options;
    const { turn, session_id } = scheduled;
    const conversation = this.#conversation(session_id);
    this.#ready.add({
      scheduled,
      intended_ns: this.#started_ns + scheduled.intended_ns,
      built: buildCompletionRequest(model, wording, turn, conversation),
      planned_tokens: conversation.promptTokens(turn.prompt),
    });
  }

  #sendDue(): void {
    const { clock } = this.#options;
    for (;;) {
      const due = this.#ready.takeDue(clock.now_ns());
      if (due === null) return;
      this.#send(due);
    }
  }

  #send(ready: ReadyRequest): void {
    this.#sent_requests++;
    const task = this.#exchange(ready).then((record) => {
      this.#running.delete(task);
      this.#finish(ready.scheduled, record);
    });
    this.#running.add(task);
    this.#options.onProgress?.(this.#progress());
  }

  async #exchange({ scheduled, intended_ns, built, planned_tokens }: ReadyRequest): Promise<RequestRecord> {
    const { clock, arm, pair_index, request_timeout_ms } = this.#options;
    const { session_id, request_id, turn_index } = scheduled;
    const tried_ns = clock.now_ns();
    const sent_tokens = built.ok ? built.value.prompt_tokens : null;
    const identity: RequestIdentity = {
      ...{ arm, pair_index, scheduled, intended_ns, tried_ns },
      planned_tokens,
      sent_tokens,
      is_length_forced: built.ok && built.value.is_length_forced,
    };
    if (!built.ok) return unsentRecord(identity, built.error);
    if (this.#interrupted) return unsentRecord(identity, NEVER_SENT);
    const stream = new CompletionStream();
    const reply = await this.#client.post({
      path: built.value.path,
      headers: { "x-session-id": session_id, "x-request-id": request_id },
      body: built.value.body,
      deadline_ns: tried_ns + msToNs(request_timeout_ms),
      onEvent: (data, at_ns) => stream.event(data, at_ns),
    });
    this.#reads.token_events += stream.token_events;
    this.#reads.token_reads += stream.token_reads;
    const record = answeredRecord(identity, reply, stream);
    const { output_tokens } = record;
    this.#conversation(session_id).answered(turn_index, {
      text: stream.text,
      output_tokens,
      token_ids: stream.token_ids,
    });
    return record;
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
