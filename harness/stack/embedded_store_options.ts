// What an EmbeddedStoreClient is made of: `openEmbeddedStoreClient(options)` in embedded_store_client.ts.

import type { DataPlane } from "../../native/ffi/data_plane.ts";
import type { Clock } from "../clock/clock.ts";
import type { GetOrder } from "../domain/factor_levels.ts";
import type { ClientId } from "../domain/master_api.ts";
import type { SharedSecret } from "../wire/shared_secret.ts";
import type { NodePaths } from "./node_paths.ts";
import type { Log } from "./process_config.ts";
import type { ShapedLinks } from "./shaped_links.ts";

export interface EmbeddedStoreOptions {
  /** Unique in a run: `<node>/<engine_name>`. The master takes the part before the slash for the writer's node. */
  readonly client_id: ClientId;
  /** The node the client lives on: decides what is local, and which links a transfer books. */
  readonly node: string;
  readonly master_address: string;
  /** The process's own data plane; stays the caller's. */
  readonly plane: DataPlane;
  /** Absent: all nodes are reached through this host's memory. */
  readonly paths?: NodePaths;
  /** Null: no link is shaped. */
  readonly links: ShapedLinks | null;
  readonly clock: Clock;
  readonly log: Log;
  /** Longest wait for one reply of the master or an owner. */
  readonly rpc_timeout_ms: number;
  /** What one GET reads at the same time; absent: all of it. */
  readonly get_order?: GetOrder;
  /** Of a store that serves only who knows one. */
  readonly secret?: SharedSecret | null;
}

export const DEFAULT_RPC_TIMEOUT_MS = 30_000;
