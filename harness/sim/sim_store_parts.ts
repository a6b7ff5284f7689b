// What a simulated store client works with.

import type { GetOrder } from "../domain/factor_levels.ts";
import type { RankLayout } from "../domain/rank_layout.ts";
import type { BlockContents } from "./block_contents.ts";
import type { EventLoop } from "./event_loop.ts";
import type { Fabric } from "./fabric.ts";
import type { SimMaster } from "./sim_master.ts";
import type { SimOwner } from "./sim_owner.ts";

export interface SimStoreParts {
  readonly loop: EventLoop;
  readonly fabric: Fabric;
  readonly master: SimMaster;
  /** By segment name. */
  readonly owners: ReadonlyMap<string, SimOwner>;
  readonly client_id: string;
  readonly node: string;
  readonly node_index: number;
  readonly object_bytes: number;
  readonly get_order: GetOrder;
  readonly ranks: RankLayout;
  /** The engine's block pool: a slot for each shard, as shardSlot() has them. */
  readonly hbm: BlockContents;
}
