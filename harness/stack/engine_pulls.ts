// The decode half of a hand-over: copies blocks out of the prefill engine's pool over the link between the two nodes, and
// checks the bytes of every full block.

import type { BlockIdentity, DataPlane, Op, OpResult, Region } from "../../native/ffi/data_plane.ts";
import type { Clock } from "../clock/clock.ts";
import type { EngineCoreConfig, EngineEvent } from "../core/engine/engine_api.ts";
import { present } from "../domain/assert.ts";
import type { BlockHash } from "../domain/block_hash.ts";
import type { RemoteKv } from "../domain/kv_transfer.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import type { EffectOf } from "./engine_store_ops.ts";
import type { Log } from "./process_config.ts";
import type { ShapedLinks } from "./shaped_links.ts";
import { transferCode } from "./store_transfer.ts";

export interface EnginePullsOptions {
  readonly core: EngineCoreConfig;
  readonly plane: DataPlane;
  readonly hbm: Region;
  readonly model_id: number;
  /** Null: no link is shaped. */
  readonly links: ShapedLinks | null;
  readonly clock: Clock;
  readonly log: Log;
}

export class EnginePulls {
  readonly #options: EnginePullsOptions;
  /** By shm_path: an engine that restarts makes a new generation at its old path. */
  readonly #attached = new Map<string, Region>();

  constructor(options: EnginePullsOptions) {
    this.#options = options;
  }

  async pull(effect: EffectOf<"pull">): Promise<EngineEvent> {
    const from = this.#attach(effect.remote);
    if (from === null) {
      const codes = effect.block_ids.map(() => STORE_CODE.TRANSFER_FAIL);
      return { type: "pull_done", op_id: effect.op_id, codes, stale: 0 };
    }
    return pullDone(effect, await this.#options.plane.submit(this.#copies(effect, from)));
  }

  #copies(effect: EffectOf<"pull">, from: Region): Op[] {
    const { core, hbm, links, clock } = this.#options;
    const bytes = core.block_bytes;
    const all_bytes = bytes * effect.block_ids.length;
    const earliest_done_ns =
      links?.reserve(effect.remote.remote_node, core.node, all_bytes, clock.now_ns()) ?? 0;
    return effect.block_ids.map((block_id, i) => ({
      kind: "copy",
      from,
      from_offset: present(effect.remote_block_ids[i], "a pull names one remote block per block") * bytes,
      to: hbm,
      to_offset: block_id * bytes,
      bytes,
      verify: this.#identity(effect.hashes[i] ?? null, effect.weights_version),
      earliest_done_ns,
    }));
  }

  /** A partial block has no hash, so its bytes cannot be checked. */
  #identity(hash: BlockHash | null, weights_version: number): BlockIdentity | null {
    return hash === null ? null : { model_id: this.#options.model_id, hash, weights_version };
  }

  #attach(remote: RemoteKv): Region | null {
    const known = this.#attached.get(remote.shm_path);
    if (known?.generation === remote.generation) return known;
    const attached = this.#options.plane.attachRegion(remote.shm_path, remote.generation);
    if (!attached.ok) {
      this.#options.log(`warning: pull from ${remote.remote_engine}: ${attached.error.detail}`);
      return null;
    }
    this.#attached.set(remote.shm_path, attached.value);
    return attached.value;
  }
}

/** A stale block is counted and used, as a system without the check would use it; a corrupt one is a failed copy. */
function pullDone(effect: EffectOf<"pull">, results: readonly OpResult[]): EngineEvent {
  return {
    type: "pull_done",
    op_id: effect.op_id,
    codes: results.map(transferCode),
    stale: results.filter((result) => result.code === "stale").length,
  };
}
