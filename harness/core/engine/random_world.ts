// For the randomised test of the engine core: a world that answers effects in any order and with any outcome, and keeps an
// oracle beside it: what every block of the pool holds, what the store holds, what every request was told.

import { assert, present } from "../../domain/assert.ts";
import type { BlockHash } from "../../domain/block_hash.ts";
import { keyStrings } from "../../domain/block_key_batch.ts";
import type { RemoteKv } from "../../domain/kv_transfer.ts";
import { blockObjectKey, keyPrefix } from "../../domain/object_key.ts";
import { streamToken } from "../../domain/prompt_tokens.ts";
import { namespaceCount, namespaceOf, rankLayout } from "../../domain/rank_layout.ts";
import { FIXTURE_CONNECTOR, FIXTURE_NAMESPACE } from "../connector/connector_fixture.ts";
import type { GetOutcome } from "../connector/store_api.ts";
import { AnswerStream } from "./answer_stream.ts";
import type { EngineCoreConfig, EngineEffect, EngineEvent, EngineRequest } from "./engine_api.ts";
import { EngineCore } from "./engine_core.ts";
import { BLOCK_TOKENS, FIXTURE_ENGINE, promptRequest } from "./engine_fixture.ts";

const BLOCK_BYTES = 256;
const NS_PER_ANSWER = 50_000;

type Op = Extract<EngineEffect, { readonly type: "step" | "exists" | "get" | "put" | "remove_all" | "pull" }>;

interface Told {
  readonly request: EngineRequest;
  readonly answer: AnswerStream;
  tokens: number;
  finishes: number;
  remote_releases: number;
}

export class RandomWorld {
  readonly core: EngineCore;
  readonly config: EngineCoreConfig;
  readonly told: Map<string, Told> = new Map();
  readonly reset_replies: number[] = [];
  resets_asked: number = 0;
  fused_steps: number = 0;
  readonly #seed: number;
  #draws = 0;
  #now_ns = 0;
  #ops: Op[] = [];
  /** Content of each shard of the pool, as its bytes would say; a shard's place is block × ranks + rank. */
  readonly #content = new Map<number, BlockHash>();
  readonly #store = new Set<string>();
  readonly #held = new Map<string, { request: EngineRequest; block_ids: readonly number[] }>();

  constructor(seed: number) {
    this.#seed = seed;
    this.config = this.#drawConfig();
    this.core = new EngineCore(this.config, 0, { fuse_decode_steps: this.draw(2) === 0 });
  }

  /** Uniform in [0, limit): the domain's own stream, so a seed is the whole scenario. */
  draw(limit: number): number {
    return streamToken(this.#seed, this.#draws++) % limit;
  }

  get idle(): boolean {
    return this.#ops.length === 0;
  }

  get heldTransfers(): string[] {
    return [...this.#held.keys()];
  }

  send(event: EngineEvent): void {
    const effects = this.core.handle(event, this.#now_ns);
    for (const effect of effects) this.#take(effect);
    const deadline_ns = this.core.next_deadline_ns();
    if (deadline_ns !== null && deadline_ns <= this.#now_ns) this.passTime();
  }

  arrive(): void {
    const request = this.#drawRequest(`r${this.told.size}`);
    const answer = new AnswerStream(request, BLOCK_TOKENS);
    this.told.set(request.request_id, { request, answer, tokens: 0, finishes: 0, remote_releases: 0 });
    this.send({ type: "request_arrived", request });
  }

  reset(): void {
    this.resets_asked++;
    this.send({
      type: "reset_prefix_cache",
      reset_id: this.resets_asked,
      reset_running_requests: this.draw(2) === 0,
      reset_connector: this.draw(2) === 0,
      force: true,
    });
  }

  /** The decode engine has its copy: the blocks must still say what they said when they were handed over. */
  releaseHeld(transfer_id: string): void {
    this.#checkHeld(transfer_id);
    this.#held.delete(transfer_id);
    this.send({ type: "remote_released", transfer_id });
  }

  /** To the next deadline, if there is one. */
  passTime(): void {
    const deadline_ns = this.core.next_deadline_ns();
    if (deadline_ns === null) return;
    this.#now_ns = Math.max(this.#now_ns, deadline_ns);
    for (const transfer_id of this.#held.keys()) this.#checkHeld(transfer_id);
    this.#held.clear(); // every hold lasts equally long, so some may stay; they are not looked at again
    this.send({ type: "tick" });
  }

  answerOne(): void {
    const [op] = this.#ops.splice(this.draw(this.#ops.length), 1);
    if (op === undefined) return;
    this.#now_ns += NS_PER_ANSWER;
    this.send(this.#answerTo(op));
  }

  #drawConfig(): EngineCoreConfig {
    const connector = {
      ...FIXTURE_CONNECTOR,
      load_async: this.draw(4) > 0,
      lookup_async: this.draw(4) > 0,
      executors: this.draw(2) === 0 ? ("shared" as const) : ("separate" as const),
      split_trigger: (["none", "bytes", "count_or_bytes"] as const)[this.draw(3)] ?? "none",
      enable_offload: this.draw(2) === 0,
      staging_bytes: 12_287 + this.draw(5) * 12_288, // from "no key fits" to four keys a GET
      min_load_tokens: this.draw(3) * BLOCK_TOKENS,
      chunk_tokens: (1 + this.draw(3)) * BLOCK_TOKENS,
      unaligned_handoff: this.draw(3) > 0,
      lookup_ranks: this.draw(2) === 0 ? ("rank0" as const) : ("min_over_ranks" as const),
    };
    const ranks = rankLayout([1, 2, 4][this.draw(3)] ?? 1, 2, 512); // of two KV heads: the fourth rank holds what the third does
    const namespaces = Array.from({ length: namespaceCount(ranks) }, (_, tp_rank) => ({
      ...FIXTURE_NAMESPACE,
      tp_rank,
    }));
    return {
      ...FIXTURE_ENGINE,
      ranks,
      num_hbm_blocks: 8 + this.draw(24),
      enable_prefix_caching: this.draw(4) > 0,
      max_num_seqs: 1 + this.draw(8),
      max_num_batched_tokens: 4 + this.draw(32),
      connector: this.draw(5) === 0 ? null : { ...connector, namespaces, put_step: ranks.replication_factor },
    };
  }

  /** Few streams, so that prefixes are shared; now and then one that cannot fit, or half of a P/D pair. */
  #drawRequest(request_id: string): EngineRequest {
    const prompt_tokens = 1 + this.draw(40);
    const kind = this.draw(6);
    const max_tokens = kind === 0 ? 1 : 1 + this.draw(this.draw(8) === 0 ? 60 : 12);
    const prefill_half = { do_remote_decode: true, transfer_id: `t-${request_id}` };
    const decode_half = { remote: remoteKv(request_id, prompt_tokens) };
    return promptRequest(request_id, prompt_tokens, max_tokens, {
      seed: 1 + this.draw(4),
      ...(kind === 0 ? prefill_half : {}),
      ...(kind === 1 ? decode_half : {}),
    });
  }

  #take(effect: EngineEffect): void {
    switch (effect.type) {
      case "emit_tokens": {
        const told = this.#toldOf(effect.request.request_id);
        for (const token of effect.token_ids) {
          assert(token === told.answer.token(told.tokens), "a request is told its answer in order");
          told.tokens++;
        }
        assert(told.finishes === 0, "nothing is said after the end");
        break;
      }
      case "finish":
        this.#takeFinish(effect);
        break;
      case "release_remote":
        this.#toldOf(effect.remote.transfer_id).remote_releases++;
        break;
      case "reset_done":
        this.reset_replies.push(effect.reset_id);
        break;
      case "log":
        break;
      case "decoded":
        for (const { block_id, hash } of effect.fills) this.#write(block_id, hash);
        for (const { request_id } of effect.requests)
          this.#toldOf(request_id).tokens += effect.ends_ns.length;
        this.fused_steps += effect.ends_ns.length;
        break;
      case "step":
        this.#ops = [...this.#ops.filter(({ type }) => type !== "step"), effect];
        break;
      default:
        this.#ops.push(effect);
    }
  }

  #takeFinish(finish: Extract<EngineEffect, { readonly type: "finish" }>): void {
    const told = this.#toldOf(finish.request.request_id);
    told.finishes++;
    if (finish.reason === "length") {
      assert(told.tokens === told.request.max_tokens, "a finished request has all its tokens");
    }
    const { hbm, cpu, disk } = finish.stages.cached_tokens;
    assert(hbm + cpu + disk < told.request.prompt_tokens, "at least one prompt token is computed");
    const { queue_ms, lookup_ms, load_ms, prefill_ms } = finish.stages;
    assert(Math.min(queue_ms, lookup_ms, load_ms, prefill_ms) >= 0, "no stage takes negative time");
    if (finish.held === null) return;
    this.#held.set(finish.held.transfer_id, { request: told.request, block_ids: finish.held.block_ids });
    this.#checkHeld(finish.held.transfer_id);
  }

  #answerTo(op: Op): EngineEvent {
    switch (op.type) {
      case "step":
        for (const { block_id, hash } of op.fills) this.#write(block_id, hash);
        return { type: "step_done", step_id: op.step_id };
      case "exists":
        return {
          type: "exists_done",
          op_id: op.op_id,
          codes: keyStrings(op.keys).map((key) => this.#existsCode(key)),
        };
      case "get":
        return {
          type: "get_done",
          op_id: op.op_id,
          outcomes: op.keys.map((key, i) => this.#get(op, key, i)),
        };
      case "put":
        return { type: "put_done", op_id: op.op_id, codes: op.keys.map((key, i) => this.#put(op, key, i)) };
      case "remove_all":
        this.#store.clear();
        return { type: "remove_all_done", op_id: op.op_id, code: this.draw(5) === 0 ? -900 : 0, removed: 0 };
      case "pull":
        return this.#pull(op);
    }
  }

  #existsCode(key: string): number {
    if (this.draw(20) === 0) return -900;
    return this.#store.has(key) ? 1 : 0;
  }

  #get(op: Extract<Op, { type: "get" }>, key: string, i: number): GetOutcome {
    const hash = present(op.hashes[i], "a get names the content of every key");
    assert(key === this.#keyOf(hash, op.tp_rank), "a rank gets its own shard");
    const lost = !this.#store.has(key) || this.draw(12) === 0;
    if (lost) return { code: -704, tier: null, remote: false, stale: false };
    const block_id = present(op.block_ids[i], "a get names a place for every key");
    this.#content.set(this.#shard(block_id, op.tp_rank), hash);
    return { code: BLOCK_BYTES, tier: this.draw(2) === 0 ? "cpu" : "disk", remote: false, stale: false };
  }

  /** The bytes of a block that is being put are still those of its key when the put ends. */
  #put(op: Extract<Op, { type: "put" }>, key: string, i: number): number {
    const block_id = present(op.block_ids[i], "a put names the place of every key");
    const content = this.#content.get(this.#shard(block_id, op.tp_rank));
    assert(
      content !== undefined && key === this.#keyOf(content, op.tp_rank),
      "a put stores what its key says",
    );
    const outcome = this.draw(10);
    if (outcome === 0) return -200;
    if (outcome === 1) return -800;
    this.#store.add(key);
    return 0;
  }

  #pull(op: Extract<Op, { type: "pull" }>): EngineEvent {
    const failed = this.draw(4) === 0;
    for (const [i, block_id] of op.block_ids.entries()) {
      const hash = op.hashes[i];
      if (!failed && hash !== null && hash !== undefined) this.#write(block_id, hash);
    }
    const codes = op.block_ids.map((_, i) => (failed && i === 0 ? -800 : BLOCK_BYTES));
    return { type: "pull_done", op_id: op.op_id, codes, stale: 0 };
  }

  #checkHeld(transfer_id: string): void {
    const held = present(this.#held.get(transfer_id), "the hand-over is held");
    assert(this.core.holds(transfer_id), "the engine knows what it holds");
    for (const [i, hash] of held.request.prompt_block_hashes.entries()) {
      const block_id = present(held.block_ids[i], "every prompt block is handed over");
      for (let rank = 0; rank < this.config.ranks.tp_size; rank++) {
        const content = this.#content.get(this.#shard(block_id, rank));
        assert(content === hash, "a handed-over block holds its prompt's KV");
      }
    }
  }

  #write(block_id: number, hash: BlockHash): void {
    const { tp_size } = this.config.ranks;
    for (let rank = 0; rank < tp_size; rank++) this.#content.set(this.#shard(block_id, rank), hash);
  }

  #shard(block_id: number, tp_rank: number): number {
    return block_id * this.config.ranks.tp_size + tp_rank;
  }

  #keyOf(hash: BlockHash, tp_rank: number): string {
    const namespace = { ...FIXTURE_NAMESPACE, tp_rank: namespaceOf(this.config.ranks, tp_rank) };
    return blockObjectKey(keyPrefix(namespace), hash);
  }

  #toldOf(request_id: string): Told {
    return present(this.told.get(request_id), "effects name requests that arrived");
  }
}

function remoteKv(request_id: string, prompt_tokens: number): RemoteKv {
  return {
    transfer_id: request_id,
    remote_engine: "prefill-0",
    remote_node: "node1",
    remote_block_ids: Array.from({ length: Math.ceil(prompt_tokens / BLOCK_TOKENS) }, (_, i) => i),
    shm_path: "/dev/shm/x",
    generation: 1,
    release_address: "unix:/x",
    prompt_tokens,
    stages: {
      engine_name: "prefill-0",
      prompt_tokens,
      cached_tokens: { hbm: 0, cpu: 0, disk: 0 },
      queue_ms: 0,
      lookup_ms: 0,
      load_ms: 0,
      prefill_ms: 0,
    },
  };
}
