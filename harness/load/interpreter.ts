// Drives a LoadSource against a live OpenAI-compatible server and makes one RequestRecord of each request.
//
// One loop with one alarm: it sends what is due without waiting for an answer, makes ready what is due soon, and rests to the
// next absolute deadline or the next finished request. Sending and finishing are plain calls, with no promise a request: what
// a request leaves behind, the garbage collector collects while another is due. It never throws for a request: how a request
// went wrong is in its record. A record's times are on the clock given, so intended_ns of a source (from the start of the run)
// is moved by started_ns.

import type { RequestError, RequestRecord } from "../domain/request_record.ts";
import { msToNs } from "../domain/units.ts";
import { collectGarbage } from "./collect_garbage.ts";
import { DueQueue } from "./due_queue.ts";
import type { SseReply } from "./http/exchange.ts";
import { SseClient } from "./http/sse_client.ts";
import type { LoadOptions } from "./load_options.ts";
import type { LoadResult } from "./load_result.ts";
import { LoadTally } from "./load_tally.ts";
import { mergeRatio } from "./merge_ratio.ts";
import type { ReadyRequest } from "./ready_request.ts";
import { type FlightOwner, RequestFlight } from "./request_flight.ts";
import { answeredRecord, unsentRecord } from "./request_outcome.ts";
import { RequestPreparer } from "./request_preparer.ts";
import type { ScheduledRequest, SourceState } from "./sources/load_source.ts";
import { WakeUp } from "./wake_up.ts";

export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  if (options.starts_ns === null) collectGarbage();
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
/**
 * When so many are ready, later ones are made ready only so long before they are due: what waits is what the garbage collector has
 * to look through while something is due. Those of one burst are made ready together.
 */
const MANY_READY = 200;
const PREPARE_MANY_NS = msToNs(20);
/** Looking for what to make ready next may wait so long for a wake-up that is due anyway. */
const LOOK_SLACK_NS = msToNs(5);
/** The loop looks again at least this often, so that no timer outlives a run by more. */
const LONGEST_SLEEP_NS = msToNs(100);
/** After so much sending in a row sockets are read before the next send, so that events which have come are stamped. */
const LONGEST_BURST_NS = msToNs(1);

type NothingToSend = Exclude<SourceState, { readonly state: "send" }>;
type PhaseBarrier = Extract<SourceState, { readonly state: "barrier" }>;

class LoadRun implements FlightOwner {
  readonly #options: LoadOptions;
  readonly #client: SseClient;
  readonly #preparer: RequestPreparer;
  readonly #wake: WakeUp;
  readonly #ready = new DueQueue<ReadyRequest>();
  readonly #started_ns: number;
  readonly #tally: LoadTally;
  readonly #ended = Promise.withResolvers<LoadResult>();
  readonly #advance = (): void => this.#sendUntilIdle();
  #all_sent = false;
  #interrupted = false;

  constructor(options: LoadOptions) {
    const { source, target, clock, pacer, starts_ns } = options;
    this.#options = options;
    this.#tally = new LoadTally(source.planned_requests);
    this.#client = new SseClient(target, clock);
    this.#preparer = new RequestPreparer(options, this.#client.encoder);
    this.#wake = new WakeUp(pacer ?? ((deadline_ns) => clock.sleepUntil(deadline_ns)), this.#advance);
    this.#started_ns = starts_ns ?? clock.now_ns() + PREPARE_NS;
  }

  interrupt(): void {
    this.#interrupted = true;
    this.#client.cancelAll("the run was interrupted");
    this.#wake.signal();
  }

  toEnd(): Promise<LoadResult> {
    this.#advance();
    return this.#ended.promise;
  }

  /** Sends what is due and makes ready what is due soon. Before it returns it has seen to being called again. */
  #sendUntilIdle(): void {
    const { source, clock } = this.#options;
    const awake_ns = clock.now_ns();
    while (!this.#interrupted) {
      this.#sendDue();
      const now_ns = clock.now_ns();
      if (now_ns - awake_ns >= LONGEST_BURST_NS) {
        setImmediate(this.#advance);
        return;
      }
      const next = source.next(Math.max(0, this.#horizonNs(now_ns) - this.#started_ns));
      if (next.state !== "send") {
        this.#pause(next, now_ns);
        return;
      }
      const { request } = next;
      this.#ready.add(this.#preparer.prepare(request, this.#started_ns + request.intended_ns));
    }
    this.#endSending();
  }

  #pause(next: NothingToSend, now_ns: number): void {
    switch (next.state) {
      case "wait":
        this.#rest(next.until_ns, now_ns);
        break;
      case "blocked":
        this.#rest(Number.POSITIVE_INFINITY, now_ns);
        break;
      case "barrier":
        void this.#passBarrier(next);
        break;
      case "done":
        this.#endSending();
    }
  }

  /** until_ns: when the source has something again, from the start; Infinity: not before a request finishes. */
  #rest(until_ns: number, now_ns: number): void {
    const look_ns = this.#started_ns + until_ns - this.#prepare_ns + LOOK_SLACK_NS;
    const wake_ns = Math.min(this.#ready.next_ns, look_ns);
    this.#wake.until(
      wake_ns === Number.POSITIVE_INFINITY ? wake_ns : Math.min(wake_ns, now_ns + LONGEST_SLEEP_NS),
    );
  }

  get #prepare_ns(): number {
    return this.#ready.length < MANY_READY ? PREPARE_NS : PREPARE_MANY_NS;
  }

  /** What is due until then is made ready. */
  #horizonNs(now_ns: number): number {
    const horizon_ns = now_ns + this.#prepare_ns;
    return this.#ready.length < MANY_READY ? horizon_ns : Math.max(horizon_ns, this.#ready.last_ns);
  }

  async #passBarrier({ phase_index, begin }: PhaseBarrier): Promise<void> {
    await this.#options.onPhaseEnd?.(phase_index);
    begin(this.#options.clock.now_ns() - this.#started_ns);
    this.#advance();
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
    const { clock, request_timeout_ms } = this.#options;
    const { bytes } = ready;
    const now_ns = clock.now_ns();
    this.#tally.sent();
    if (!bytes.ok) this.#giveUp(ready, now_ns, bytes.error);
    else if (this.#interrupted) this.#giveUp(ready, now_ns, NEVER_SENT);
    else {
      const flight = new RequestFlight(ready, now_ns, this);
      this.#client.send(bytes.value, now_ns + msToNs(request_timeout_ms), flight);
    }
    this.#options.onProgress?.(this.#tally.progress());
  }

  landed(flight: RequestFlight, reply: SseReply): void {
    const { ready, stream } = flight;
    this.#tally.read(stream);
    const record = answeredRecord(this.#options, flight, reply);
    if (record.error !== null) this.#preparer.failed(ready);
    else this.#preparer.answered(ready, stream, record.output_tokens);
    this.#finish(ready.scheduled, record);
  }

  #giveUp(ready: ReadyRequest, now_ns: number, error: RequestError): void {
    this.#preparer.failed(ready);
    this.#finish(ready.scheduled, unsentRecord(this.#options, ready, now_ns, error));
  }

  #finish(scheduled: ScheduledRequest, record: RequestRecord): void {
    const { onRecord, onProgress, source, clock } = this.#options;
    const failed = record.error !== null;
    this.#tally.finished(record);
    onRecord(record);
    // Think time runs from the last token, not from the usage event behind it.
    const end_ns = failed ? null : record.last_token_ns;
    source.finished(scheduled, (end_ns ?? clock.now_ns()) - this.#started_ns, failed);
    onProgress?.(this.#tally.progress());
    this.#wake.signal();
    this.#endWhenAllFinished();
  }

  #endSending(): void {
    for (const ready of this.#ready.takeAll()) this.#send(ready);
    this.#all_sent = true;
    this.#endWhenAllFinished();
  }

  #endWhenAllFinished(): void {
    if (!this.#all_sent || this.#tally.running_requests > 0) return;
    this.#client.close();
    this.#ended.resolve(this.#result());
  }

  #result(): LoadResult {
    const { events, peak_streams, connections_opened, reconnects } = this.#client.counters;
    return {
      ...this.#tally.progress(),
      started_ns: this.#started_ns,
      // An interruption may come before the start.
      ended_ns: Math.max(this.#started_ns, this.#options.clock.now_ns()),
      interrupted: this.#interrupted,
      not_sent_requests: this.#tally.not_sent_requests,
      events,
      ...this.#tally.reads,
      merge_ratio: mergeRatio(this.#tally.reads),
      peak_streams,
      connections_opened,
      reconnects,
    };
  }
}
