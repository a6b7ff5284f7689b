// The decode half of a hand-over: copies blocks out of the prefill engine's pool over the link between the two nodes, and
// checks the bytes of every full block. A partial block has no hash to check, so what was read counts only if the prefill
// engine says afterwards that its hold still stood: until then nobody else could have written there.

import type { CopyOp, DataPlane, Region } from "../../../native/ffi/data_plane.ts";
import type { Clock } from "../../clock/clock.ts";
import type { EngineCoreConfig, EngineEvent } from "../../core/engine/engine_api.ts";
import { foldShards, pullDone } from "../../core/engine/pull_done.ts";
import { present } from "../../domain/assert.ts";
import { poolBlockBytes } from "../../domain/rank_layout.ts";
import type { BlockShards } from "../block_shards.ts";
import { copyEnd, movedBytes } from "../copy_end.ts";
import type { NodePaths } from "../node_paths.ts";
import type { Log } from "../process_config.ts";
import type { RemoteHolds } from "../remote_holds.ts";
import type { ShapedLinks } from "../shaped_links.ts";
import type { EffectOf } from "./engine_store_ops.ts";
import { PullSources } from "./pull_sources.ts";

export interface EnginePullsOptions {
  readonly core: EngineCoreConfig;
  readonly plane: DataPlane;
  /** To the nodes of prefill engines. */
  readonly paths: NodePaths;
  readonly shards: BlockShards;
  /** Null: no link is shaped. */
  readonly links: ShapedLinks | null;
  readonly holds: Pick<RemoteHolds, "isHeld">;
  readonly clock: Clock;
  readonly log: Log;
}

export class EnginePulls {
  readonly #options: EnginePullsOptions;
  readonly #sources: PullSources;

  constructor(options: EnginePullsOptions) {
    this.#options = options;
    this.#sources = new PullSources(options);
  }

  async pull(effect: EffectOf<"pull">): Promise<EngineEvent> {
    const { plane, paths, holds, shards } = this.#options;
    const { op_id, block_ids, remote } = effect;
    const results = await this.#sources.withPool(remote, async (pool) => {
      const copies = this.#copies(effect, pool);
      const ended = await plane.submit(copies);
      paths.count("handover", remote.remote_node, movedBytes(copies, ended));
      return ended;
    });
    if (results === null) return pullDone(op_id, block_ids.length, [], false);
    const held = await holds.isHeld(remote);
    return pullDone(op_id, block_ids.length, foldShards(results.map(copyEnd), shards.ranks.tp_size), held);
  }

  /** [blocks × ranks], block-major: every rank copies from the same rank of the other engine. */
  #copies(effect: EffectOf<"pull">, from: Region): CopyOp[] {
    const { core, links, clock, shards } = this.#options;
    const all_bytes = poolBlockBytes(core.ranks) * effect.block_ids.length;
    const earliest_done_ns =
      links?.reserve(effect.remote.remote_node, core.node, all_bytes, clock.now_ns()) ?? 0;
    return effect.block_ids.flatMap((block_id, i) => {
      const remote_id = present(effect.remote_block_ids[i], "a pull names one remote block per block");
      const hash = effect.hashes[i] ?? null;
      return Array.from({ length: core.ranks.tp_size }, (_, tp_rank): CopyOp => {
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
}
