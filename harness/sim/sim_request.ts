// A request as a simulated router submits it to an engine: what the engine core needs, and who is told what becomes of it.

import type { Answer, EngineRequest } from "../core/engine/engine_api.ts";
import { assert } from "../domain/assert.ts";
import type { BlockHash, TokenId } from "../domain/block_hash.ts";
import type { RemoteKv } from "../domain/kv_transfer.ts";
import type { EffectOf } from "./effect_of.ts";
import type { Exchange } from "./exchange.ts";

/** What differs between a whole request and the halves of a pair. */
export type RequestHalf = Pick<EngineRequest, "max_tokens" | "do_remote_decode" | "remote" | "transfer_id">;

/** Whose request it is. */
export interface RequestOwner {
  /** `remote`: what the engine holds of it for a decode engine. */
  finished(outcome: EffectOf<"finish">, remote: RemoteKv | null): void;
}

/** As `joined_step`. */
export const NOT_IN_A_BATCH = -1;

export class SimRequest implements EngineRequest {
  readonly request_id: string;
  readonly prompt_tokens: number;
  readonly prompt_block_hashes: readonly BlockHash[];
  /** The answer knows the prompt's tail. */
  readonly tail_token_ids: readonly TokenId[] = NO_TOKENS;
  readonly answer: Answer;
  readonly max_tokens: number;
  readonly do_remote_decode: boolean;
  readonly remote: RemoteKv | null;
  readonly transfer_id: string | null;
  /** Hears the tokens; null: nobody listens to a prefill half. */
  readonly listener: Exchange | null;
  readonly owner: RequestOwner;
  /** The first step of its engine's token log that made a token for it. */
  joined_step: number = NOT_IN_A_BATCH;

  constructor(exchange: Exchange, half: RequestHalf, hears_tokens: boolean, owner: RequestOwner) {
    const { request_id, prompt, answer } = exchange;
    this.request_id = request_id;
    this.prompt_tokens = prompt.prompt_tokens;
    this.prompt_block_hashes = prompt.block_hashes;
    this.answer = answer;
    this.max_tokens = half.max_tokens;
    this.do_remote_decode = half.do_remote_decode;
    this.remote = half.remote;
    this.transfer_id = half.transfer_id;
    this.listener = hears_tokens ? exchange : null;
    this.owner = owner;
  }
}

export function simulated(request: EngineRequest | undefined): SimRequest {
  assert(request instanceof SimRequest, "a simulated engine has simulated requests");
  return request;
}

const NO_TOKENS: readonly TokenId[] = [];
