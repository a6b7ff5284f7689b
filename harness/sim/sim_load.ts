// The client of a simulated stack: sends what a LoadSource says when it says so, and makes one RequestRecord of each request.
// Nothing delays a send, so the schedule lag is 0 by construction.

import { RequestQueue } from "../core/engine/request_queue.ts";
import type { RequestRecord } from "../domain/request_record.ts";
import { msToNs, nsToMs } from "../domain/units.ts";
import type { LoadSource, ScheduledRequest, SourceState } from "../load/sources/load_source.ts";
import type { Conversations } from "./conversations.ts";
import type { EventLoop } from "./event_loop.ts";
import { Exchange } from "./exchange.ts";
import type { SimRouter } from "./sim_router.ts";

export interface SimLoadParts {
  readonly loop: EventLoop;
  readonly router: SimRouter;
  readonly source: LoadSource;
  readonly conversations: Conversations;
  readonly arm: string;
  readonly pair_index: number;
  readonly request_timeout_ms: number;
  /** From a token's step to the client. */
  readonly sse_ns: number;
  /** A phase has ended: the next begins when `proceed` is called. */
  readonly onPhaseEnd: (phase_index: number, proceed: () => void) => void;
  /** In the order of finishing. */
  readonly onRecord: (record: RequestRecord) => void;
}

export class SimLoad {
  started_ns = 0;
  sent_requests = 0;
  finished_requests = 0;
  failed_requests = 0;
  output_tokens = 0;
  peak_running = 0;
  done = false;
  readonly #parts: SimLoadParts;
  /** In the order of sending, and so of their timeouts. */
  readonly #running = new RequestQueue<Exchange>();
  #timeout_armed = false;
  #armed_ns = Number.POSITIVE_INFINITY;
  readonly #onEnd = (ended: Exchange): void => this.#ended(ended);

  constructor(parts: SimLoadParts) {
    this.#parts = parts;
  }

  get planned_requests(): number {
    return this.#parts.source.planned_requests;
  }

  start(): void {
    this.started_ns = this.#parts.loop.now_ns;
    this.#pump();
  }

  #pump(): void {
    const { source, loop } = this.#parts;
    for (;;) {
      const next = source.next(loop.now_ns - this.started_ns);
      if (next.state === "send") {
        this.#send(next.request);
        continue;
      }
      if (next.state === "barrier") this.#endPhase(next);
      if (next.state === "done") this.done = true;
      if (next.state === "wait") this.#wakeAt(this.started_ns + next.until_ns);
      return;
    }
  }

  #endPhase({ phase_index, begin }: Extract<SourceState, { readonly state: "barrier" }>): void {
    const { loop, onPhaseEnd } = this.#parts;
    onPhaseEnd(phase_index, () => {
      begin(loop.now_ns - this.started_ns);
      this.#pump();
    });
  }

  #wakeAt(time_ns: number): void {
    if (time_ns >= this.#armed_ns) return;
    this.#armed_ns = time_ns;
    this.#parts.loop.at(time_ns, "load", () => {
      if (this.#armed_ns === time_ns) this.#armed_ns = Number.POSITIVE_INFINITY;
      this.#pump();
    });
  }

  #send(scheduled: ScheduledRequest): void {
    const { loop, router, conversations, sse_ns } = this.#parts;
    const conversation = conversations.of(scheduled);
    const prompt = conversations.prompt(scheduled, conversation);
    const answer = conversations.answerTo(prompt);
    const exchange = new Exchange(scheduled, conversation, prompt, answer, loop.now_ns, sse_ns, this.#onEnd);
    this.sent_requests++;
    this.#running.pushBack(exchange);
    this.peak_running = Math.max(this.peak_running, this.#running.length);
    router.send(exchange);
    this.#armTimeout();
  }

  #ended(exchange: Exchange): void {
    const { loop, source, conversations, onRecord } = this.#parts;
    const { scheduled, conversation, answer, token_ns } = exchange;
    this.#running.remove(exchange);
    this.finished_requests++;
    const failed = exchange.error !== null;
    if (failed) this.failed_requests++;
    const record = this.#record(exchange);
    this.output_tokens += token_ns.length;
    if (failed) conversations.failed(scheduled);
    else conversations.answered(scheduled, conversation, answer, token_ns.length);
    onRecord(record);
    const end_ns = failed ? null : record.last_token_ns;
    source.finished(scheduled, (end_ns ?? loop.now_ns) - this.started_ns, failed);
    this.#pump();
  }

  /** One event for the oldest of the running: all have the same patience. */
  #armTimeout(): void {
    if (this.#timeout_armed) return;
    const { loop, request_timeout_ms } = this.#parts;
    const oldest = this.#running.first;
    if (oldest === null) return;
    this.#timeout_armed = true;
    loop.at(oldest.sent_ns + msToNs(request_timeout_ms), "timeout", () => {
      this.#timeout_armed = false;
      if (!oldest.ended) {
        oldest.carrier?.cancel();
        oldest.end({ code: "timeout", detail: `no end within ${request_timeout_ms} ms` });
      }
      this.#armTimeout();
    });
  }

  #record(exchange: Exchange): RequestRecord {
    const { arm, pair_index, sse_ns } = this.#parts;
    const { scheduled, sent_ns, stages, token_ns } = exchange;
    return {
      arm,
      pair_index,
      session_id: scheduled.session_id,
      turn_index: scheduled.turn_index,
      request_id: scheduled.request_id,
      intended_ns: this.started_ns + scheduled.intended_ns,
      sent_ns,
      first_token_ns: token_ns[0] ?? null,
      last_token_ns: token_ns.at(-1) ?? null,
      token_ns,
      input_tokens: exchange.prompt.prompt_tokens,
      output_tokens: token_ns.length,
      cached_tokens: stages?.cached_tokens ?? null,
      prefill_engine: exchange.prefill_engine,
      decode_engine: exchange.decode_engine,
      queue_ms: stages?.queue_ms ?? null,
      lookup_ms: stages?.lookup_ms ?? null,
      load_ms: stages?.load_ms ?? null,
      prefill_ms: stages?.prefill_ms ?? null,
      handover_ms: handoverMs(exchange, token_ns[0], sse_ns),
      error: exchange.error,
    };
  }
}

/** From the end of the prefill half to the first token, both as the router sees them: half way between engine and client. */
function handoverMs(
  { prefilled_ns }: Exchange,
  first_token_ns: number | undefined,
  sse_ns: number,
): number | null {
  if (prefilled_ns === null || first_token_ns === undefined) return null;
  return nsToMs(first_token_ns - Math.ceil(sse_ns / 2) - prefilled_ns);
}
