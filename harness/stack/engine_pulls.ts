// The decode half of a hand-over: copies blocks out of the prefill engine's pool over the link between the two nodes, and
// checks the bytes of every full block. A partial block has no hash to check, so what was read counts only if the prefill
// engine says afterwards that its hold still stood: until then nobody else could have written there.

import type { BlockIdentity, DataPlane, Op, Region } from "../../native/ffi/data_plane.ts";
import type { Clock } from "../clock/clock.ts";
import type { EngineCoreConfig, EngineEvent } from "../core/engine/engine_api.ts";
import { pullDone } from "../core/engine/pull_done.ts";
import { present } from "../domain/assert.ts";
import type { BlockHash } from "../domain/block_hash.ts";
import type { RemoteKv } from "../domain/kv_transfer.ts";
import { copyEnd } from "./copy_end.ts";
import type { EffectOf } from "./engine_store_ops.ts";
import type { Log } from "./process_config.ts";
import type { RemoteHolds } from "./remote_holds.ts";
import type { ShapedLinks } from "./shaped_links.ts";

export interface EnginePullsOptions {
  readonly core: EngineCoreConfig;
  readonly plane: DataPlane;
  readonly hbm: Region;
  readonly model_id: number;
  /** Null: no link is shaped. */
  readonly links: ShapedLinks | null;
  readonly holds: Pick<RemoteHolds, "isHeld">;
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
    const { op_id, block_ids } = effect;
    if (from === null) return pullDone(op_id, block_ids.length, [], false);
    const results = await this.#options.plane.submit(this.#copies(effect, from));
    const held = await this.#options.holds.isHeld(effect.remote);
    return pullDone(op_id, block_ids.length, results.map(copyEnd), held);
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
