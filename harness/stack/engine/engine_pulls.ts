// The decode half of a hand-over: copies blocks out of the prefill engine's pool over the link between the two nodes, and
// checks the bytes of every full block. A partial block has no hash to check, so what was read counts only if the prefill
// engine says afterwards that its hold still stood: until then nobody else could have written there.

import type { DataPlane, Op, Region } from "../../../native/ffi/data_plane.ts";
import type { Clock } from "../../clock/clock.ts";
import type { EngineCoreConfig, EngineEvent } from "../../core/engine/engine_api.ts";
import { foldShards, pullDone } from "../../core/engine/pull_done.ts";
import { present } from "../../domain/assert.ts";
import type { RemoteKv } from "../../domain/kv_transfer.ts";
import { poolBlockBytes } from "../../domain/rank_layout.ts";
import type { BlockShards } from "../block_shards.ts";
import { copyEnd } from "../copy_end.ts";
import type { Log } from "../process_config.ts";
import type { RemoteHolds } from "../remote_holds.ts";
import type { ShapedLinks } from "../shaped_links.ts";
import type { EffectOf } from "./engine_store_ops.ts";

export interface EnginePullsOptions {
  readonly core: EngineCoreConfig;
  readonly plane: DataPlane;
  readonly shards: BlockShards;
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
    const ends = results.map(copyEnd);
    return pullDone(op_id, block_ids.length, foldShards(ends, this.#options.shards.ranks.tp_size), held);
  }

  /** [blocks × ranks], block-major: every rank copies from the same rank of the other engine. */
  #copies(effect: EffectOf<"pull">, from: Region): Op[] {
    const { core, links, clock, shards } = this.#options;
    const all_bytes = poolBlockBytes(core.ranks) * effect.block_ids.length;
    const earliest_done_ns =
      links?.reserve(effect.remote.remote_node, core.node, all_bytes, clock.now_ns()) ?? 0;
    return effect.block_ids.flatMap((block_id, i) => {
      const remote_id = present(effect.remote_block_ids[i], "a pull names one remote block per block");
      const hash = effect.hashes[i] ?? null;
      return Array.from({ length: core.ranks.tp_size }, (_, tp_rank): Op => {
        const source = shards.range(remote_id, tp_rank, from);
        const target = shards.range(block_id, tp_rank);
        return {
          kind: "copy",
          from,
          from_offset: source.offset,
          to: target.region,
          to_offset: target.offset,
          bytes: target.bytes,
          verify: hash === null ? null : shards.identity(hash, tp_rank, effect.weights_version),
          earliest_done_ns,
        };
      });
    });
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
