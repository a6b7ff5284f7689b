// What a request's HTTP response hears from the engine, all of it synchronously inside the shell's dispatch.

import type { TokenId } from "../../domain/block_hash.ts";
import type { RemoteKv } from "../../domain/kv_transfer.ts";
import type { EngineStages } from "../../domain/request_record.ts";

export interface EngineListener {
  tokens(token_ids: readonly TokenId[]): void;
  /** Once, last. */
  finished(outcome: EngineOutcome): void;
}

export interface EngineOutcome {
  readonly reason: "length" | "abort" | "rejected";
  /** Why it was rejected. */
  readonly detail: string | null;
  readonly stages: EngineStages;
  /** Blocks kept for a decode engine. */
  readonly remote: RemoteKv | null;
}
