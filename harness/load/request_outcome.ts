// From what came over the wire to one RequestRecord: times, lengths, engines and tiers, and the one error that a request
// ended with. What the server did not tell is null.
//
// Stages are the prefill engine's. A router puts them into the header `x-tierbench-stages`; an engine that serves alone
// puts them beside usage. Behind a router the stages beside usage may be the decode engine's: those are not taken.

import type { EngineStages, RequestError, RequestRecord } from "../domain/request_record.ts";
import type { SseReply } from "./http/exchange.ts";
import type { CompletionStream } from "./openai/completion_stream.ts";
import { parseJsonObject } from "./openai/json_fields.ts";
import type { ReadyRequest } from "./ready_request.ts";
import type { RequestFlight } from "./request_flight.ts";

/** The arm and the pair that a record belongs to. */
export type RecordOf = Pick<RequestRecord, "arm" | "pair_index">;

export function answeredRecord(
  { arm, pair_index }: RecordOf,
  { ready, tried_ns, stream }: RequestFlight,
  reply: SseReply,
): RequestRecord {
  const { session_id, turn_index, request_id } = ready.scheduled;
  const headers = reply.head?.headers;
  const stages_header = headers?.get("x-tierbench-stages");
  if (stages_header !== undefined) stream.takeStages(parseJsonObject(stages_header));
  const { token_ns, usage } = stream;
  const prefill_engine = headers?.get("x-tierbench-prefill-engine") ?? null;
  const stages = stagesOf(prefill_engine, stream.stages);
  return {
    arm,
    pair_index,
    session_id,
    turn_index,
    request_id,
    intended_ns: ready.intended_ns,
    sent_ns: reply.sent_ns ?? tried_ns,
    first_token_ns: token_ns[0] ?? null,
    last_token_ns: token_ns.at(-1) ?? null,
    token_ns,
    input_tokens: usage?.prompt_tokens ?? ready.planned_tokens,
    output_tokens: outputTokens(stream),
    prefill_engine: prefill_engine ?? stages?.engine_name ?? null,
    cached_tokens: stages?.cached_tokens ?? null,
    queue_ms: stages?.queue_ms ?? null,
    lookup_ms: stages?.lookup_ms ?? null,
    load_ms: stages?.load_ms ?? null,
    prefill_ms: stages?.prefill_ms ?? null,
    ...totalField(stream),
    decode_engine: headers?.get("x-tierbench-decode-engine") ?? null,
    handover_ms: readMs(headers?.get("x-tierbench-handover-ms")),
    error: requestError(ready, reply, stream),
  };
}

/** Of a request that was not sent when it was due, at tried_ns. */
export function unsentRecord(
  { arm, pair_index }: RecordOf,
  { scheduled, intended_ns, planned_tokens }: ReadyRequest,
  tried_ns: number,
  error: RequestError,
): RequestRecord {
  const { session_id, turn_index, request_id } = scheduled;
  return {
    arm,
    pair_index,
    session_id,
    turn_index,
    request_id,
    intended_ns,
    sent_ns: tried_ns,
    first_token_ns: null,
    last_token_ns: null,
    token_ns: [],
    input_tokens: planned_tokens,
    output_tokens: 0,
    prefill_engine: null,
    cached_tokens: null,
    queue_ms: null,
    lookup_ms: null,
    load_ms: null,
    prefill_ms: null,
    decode_engine: null,
    handover_ms: null,
    error,
  };
}

/** Without token ids an event may carry several tokens unseen: then the server's count is the right one. */
function outputTokens({ token_ids, token_ns, usage }: CompletionStream): number {
  return token_ids === null && usage !== null ? usage.completion_tokens : token_ns.length;
}

function stagesOf(prefill_engine: string | null, told: EngineStages | null): EngineStages | null {
  return prefill_engine === null || told?.engine_name === prefill_engine ? told : null;
}

/** Of servers that tell no tiers: where they are told, they say more. */
function totalField({ stages, usage }: CompletionStream): Pick<RequestRecord, "cached_tokens_total"> {
  const total = usage?.cached_tokens ?? null;
  return stages !== null || total === null ? NO_TOTAL : { cached_tokens_total: total };
}

const NO_TOTAL = {};
const TOO_MANY_REQUESTS = 429;

/** What the server said in the stream explains more than how the connection ended after it. */
function requestError(ready: ReadyRequest, reply: SseReply, stream: CompletionStream): RequestError | null {
  if (stream.failure !== null) return stream.failure;
  if (reply.failure !== null) return reply.failure;
  const status = reply.head?.status ?? 0;
  if (status !== 200) {
    const code = status === TOO_MANY_REQUESTS ? "rejected" : "http_status";
    return { code, detail: `${status}: ${shortened(reply.text)}` };
  }
  if (!stream.done)
    return malformed(
      `the stream ends without [DONE]${reply.text === "" ? "" : `: ${shortened(reply.text)}`}`,
    );
  return lengthError(ready, stream);
}

function lengthError(
  { scheduled, sent_tokens, is_length_forced }: ReadyRequest,
  stream: CompletionStream,
): RequestError | null {
  const { usage } = stream;
  if (usage === null)
    return malformed("no usage came. Use a server that knows stream_options.include_usage.");
  const asked_tokens = scheduled.turn.output_tokens;
  const output_tokens = outputTokens(stream);
  if (sent_tokens !== null && usage.prompt_tokens !== sent_tokens) {
    return wrongLength(`the prompt has ${sent_tokens} tokens, the server counted ${usage.prompt_tokens}`);
  }
  if (usage.completion_tokens !== output_tokens) {
    return wrongLength(`${output_tokens} tokens came, the server counted ${usage.completion_tokens}`);
  }
  if (is_length_forced ? output_tokens !== asked_tokens : output_tokens > asked_tokens)
    return wrongLength(`${asked_tokens} tokens were asked, ${output_tokens} came`);
  return stream.token_ns.length === 0 ? malformed("no event carried a token") : null;
}

function readMs(text: string | undefined): number | null {
  const ms = Number(text);
  return text === undefined || !Number.isFinite(ms) ? null : ms;
}

function malformed(detail: string): RequestError {
  return { code: "malformed_stream", detail };
}

function wrongLength(detail: string): RequestError {
  return { code: "wrong_length", detail };
}

const MAX_DETAIL_CHARS = 500;

function shortened(text: string): string {
  return text.length <= MAX_DETAIL_CHARS ? text : `${text.slice(0, MAX_DETAIL_CHARS)}…`;
}
