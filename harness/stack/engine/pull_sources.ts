// The block pools of prefill engines that a decode engine pulls from: attached on first use, and given up when their engine has
// started anew and no pull copies from the old pool any more.

import type { DataPlane, Region } from "../../../native/ffi/data_plane.ts";
import { assert } from "../../domain/assert.ts";
import type { RemoteKv } from "../../domain/kv_transfer.ts";
import type { NodePaths } from "../node_paths.ts";
import type { Log } from "../process_config.ts";

interface Source {
  readonly region: Region;
  users: number;
  replaced: boolean;
}

export interface PullSourcesOptions {
  readonly plane: DataPlane;
  readonly paths: NodePaths;
  readonly log: Log;
}

export class PullSources {
  readonly #options: PullSourcesOptions;
  /** By shm_path: an engine that restarts makes a new generation at its old path. */
  readonly #sources = new Map<string, Source>();

  constructor(options: PullSourcesOptions) {
    this.#options = options;
  }

  /** Runs `body` on the pool that `remote` names; null when it cannot be had. */
  async withPool<T>(remote: RemoteKv, body: (pool: Region) => Promise<T>): Promise<T | null> {
    const source = this.#attach(remote);
    if (source === null) return null;
    source.users += 1;
    try {
      return await body(source.region);
    } finally {
      source.users -= 1;
      this.#closeIfUnused(source);
    }
  }

  #attach(remote: RemoteKv): Source | null {
    const { remote_engine, remote_node, shm_path, generation, fabric_key = null } = remote;
    const known = this.#sources.get(shm_path);
    if (known?.region.generation === generation) return known;
    const attached = this.#options.paths.attach({ node: remote_node, shm_path, generation, fabric_key });
    if (!attached.ok) {
      this.#options.log(`WARNING pull from ${remote_engine}: ${attached.error.detail}`);
      return null;
    }
    if (known !== undefined) {
      known.replaced = true;
      this.#closeIfUnused(known);
    }
    const source: Source = { region: attached.value, users: 0, replaced: false };
    this.#sources.set(shm_path, source);
    return source;
  }

  #closeIfUnused(source: Source): void {
    assert(source.users >= 0, "a pool is left as often as it is entered");
    if (source.replaced && source.users === 0) this.#options.plane.closeRegion(source.region);
  }
}
