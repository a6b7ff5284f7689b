// From what came over the wire to one RequestRecord: times, lengths, engines and tiers, and the one error that a request
// ended with. What the server did not tell is null.
//
// Stages are the prefill engine's. A router puts them into the header `x-tierbench-stages`; an engine that serves alone
// puts them beside usage. Behind a router the stages beside usage may be the decode engine's: those are not taken.

import type { EngineStages, RequestError, RequestRecord } from "../domain/request_record.ts";
import type { SseReply } from "./http/exchange.ts";
import type { CompletionStream } from "./openai/completion_stream.ts";
import { parseJsonObject } from "./openai/json_fields.ts";
import type { ScheduledRequest } from "./sources/load_source.ts";

export interface RequestIdentity {
  readonly arm: string;
  readonly pair_index: number;
  readonly scheduled: ScheduledRequest;
  /** On the run's monotonic clock, as all times of a record. */
  readonly intended_ns: number;
  /** Stands for sent_ns when no byte could be sent. */
  readonly tried_ns: number;
  /** Prompt length as the workload counts it; stands for input_tokens when no usage came. */
  readonly planned_tokens: number;
  /** Token ids in the request; null for text, whose length only the server knows. */
  readonly sent_tokens: number | null;
  /** The server was told to answer with just so many tokens, not with so many at most. */
  readonly is_length_forced: boolean;
}

export function answeredRecord(
  identity: RequestIdentity,
  reply: SseReply,
  stream: CompletionStream,
): RequestRecord {
  const headers = reply.head?.headers ?? new Map<string, string>();
  const stages_header = headers.get("x-tierbench-stages");
  if (stages_header !== undefined) stream.takeStages(parseJsonObject(stages_header));
  const { token_ns, usage } = stream;
  return {
    ...identityFields(identity),
    sent_ns: reply.sent_ns ?? identity.tried_ns,
    first_token_ns: token_ns[0] ?? null,
    last_token_ns: token_ns.at(-1) ?? null,
    token_ns,
    input_tokens: usage?.prompt_tokens ?? identity.planned_tokens,
    output_tokens: outputTokens(stream),
    ...stageFields(headers.get("x-tierbench-prefill-engine") ?? null, stream.stages),
    ...totalField(stream),
    decode_engine: headers.get("x-tierbench-decode-engine") ?? null,
    handover_ms: readMs(headers.get("x-tierbench-handover-ms")),
    error: requestError(identity, reply, stream),
  };
}

/** Of a request that could not be built. */
export function unsentRecord(identity: RequestIdentity, error: RequestError): RequestRecord {
  return {
    ...identityFields(identity),
    sent_ns: identity.tried_ns,
    first_token_ns: null,
    last_token_ns: null,
    token_ns: [],
    input_tokens: identity.planned_tokens,
    output_tokens: 0,
    ...stageFields(null, null),
    decode_engine: null,
    handover_ms: null,
    error,
  };
}

type IdentityFields = Pick<
  RequestRecord,
  "arm" | "pair_index" | "session_id" | "turn_index" | "request_id" | "intended_ns"
>;

function identityFields({ arm, pair_index, scheduled, intended_ns }: RequestIdentity): IdentityFields {
  const { session_id, turn_index, request_id } = scheduled;
  return { arm, pair_index, session_id, turn_index, request_id, intended_ns };
}

/** Without token ids an event may carry several tokens unseen: then the server's count is the right one. */
function outputTokens({ token_ids, token_ns, usage }: CompletionStream): number {
  return token_ids === null && usage !== null ? usage.completion_tokens : token_ns.length;
}

type StageFields = Pick<
  RequestRecord,
  "prefill_engine" | "cached_tokens" | "queue_ms" | "lookup_ms" | "load_ms" | "prefill_ms"
>;

function stageFields(prefill_engine: string | null, told: EngineStages | null): StageFields {
  const stages = prefill_engine === null || told?.engine_name === prefill_engine ? told : null;
  return {
    prefill_engine: prefill_engine ?? stages?.engine_name ?? null,
    cached_tokens: stages?.cached_tokens ?? null,
    queue_ms: stages?.queue_ms ?? null,
    lookup_ms: stages?.lookup_ms ?? null,
    load_ms: stages?.load_ms ?? null,
    prefill_ms: stages?.prefill_ms ?? null,
  };
}

/** Of servers that tell no tiers: where they are told, they say more. */
function totalField({ stages, usage }: CompletionStream): Pick<RequestRecord, "cached_tokens_total"> {
  const total = usage?.cached_tokens ?? null;
  return stages !== null || total === null ? {} : { cached_tokens_total: total };
}

const TOO_MANY_REQUESTS = 429;

/** What the server said in the stream explains more than how the connection ended after it. */
function requestError(
  identity: RequestIdentity,
  reply: SseReply,
  stream: CompletionStream,
): RequestError | null {
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
  return lengthError(identity, stream);
}

function lengthError(
  { scheduled, sent_tokens, is_length_forced }: RequestIdentity,
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
