// Proves, before a run, that nothing in the client or the host caps how many streams run at once. A null server answers
// nobody until all N requests are there, so N answers mean N streams that were open at the same time; with a cap they never
// come, and the proof says how many were held. Takes about 0.1 s for 2,000 streams.

import type { Clock } from "../../clock/clock.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { msToNs, nsToMs } from "../../domain/units.ts";
import type { SseReply } from "../http/exchange.ts";
import type { HttpTarget } from "../http/http_target.ts";
import { SseClient, type SsePost } from "../http/sse_client.ts";
import { nullRequest } from "./null_request.ts";
import { ANSWER_AT_ONCE, NullServer } from "./null_server.ts";

export interface ConcurrencyProof {
  readonly streams: number;
  readonly elapsed_ms: number;
}

export interface ConcurrencyCap {
  readonly asked_streams: number;
  /** Most requests that were at the server at one time. */
  readonly held_streams: number;
  readonly detail: string;
}

/** What is proved: an SseClient, or in a test something that has a cap. */
export interface ProvedClient {
  post(post: SsePost): Promise<SseReply>;
  close(): void;
}

export const MAX_PROVED_STREAMS = 2_000;
const PROOF_TIMEOUT_MS = 10_000;

/** Closed loop: concurrency + 1, so that a cap at exactly the concurrency shows too; at most MAX_PROVED_STREAMS. */
export function streamsToProve(concurrency: number): number {
  return Math.min(concurrency + 1, MAX_PROVED_STREAMS);
}

/** Without `clientOf` the client is the one that the interpreter uses. */
export async function proveConcurrency(
  streams: number,
  clock: Clock,
  timeout_ms: number = PROOF_TIMEOUT_MS,
  clientOf: (target: HttpTarget) => ProvedClient = (target) => new SseClient(target, clock),
): Promise<Result<ConcurrencyProof, ConcurrencyCap>> {
  const server = new NullServer({ ...ANSWER_AT_ONCE, hold_until_streams: streams }, clock);
  const started_ns = clock.now_ns();
  const deadline_ns = started_ns + msToNs(timeout_ms);
  const client = clientOf(server.target);
  const replies = await Promise.all(
    Array.from({ length: streams }, () => client.post(nullRequest(1, deadline_ns, () => {}))),
  );
  const held_streams = server.peak_streams;
  client.close();
  server.stop();
  const failure = replies.find((reply) => reply.failure !== null)?.failure ?? null;
  if (failure !== null) return err({ asked_streams: streams, held_streams, detail: failure.detail });
  return ok({ streams, elapsed_ms: nsToMs(clock.now_ns() - started_ns) });
}
