// The requester library of the embedded store: it owns no segment (segment_bytes = 0), asks the master where objects are and
// copies them natively between the engine's memory and the owners' shared memory.

import { RequesterCounters } from "../core/connector/requester_counters.ts";
import type { RequesterCounts } from "../core/connector/requester_counts.ts";
import type { GetOutcome } from "../core/connector/store_api.ts";
import type { MasterStats } from "../domain/master_api.ts";
import type { ReplicateConfig, SegmentInfo } from "../domain/replica.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { parseAddress } from "../wire/address.ts";
import { MASTER_SERVICE, type MasterTypes } from "../wire/master_codec.ts";
import { RpcClient } from "../wire/rpc_client.ts";
import type { RpcError } from "../wire/rpc_error.ts";
import type { EmbeddedStoreOptions } from "./embedded_store_options.ts";
import { NodePaths } from "./node_paths.ts";
import { OwnerReads } from "./owner/owner_reads.ts";
import { SegmentDirectory } from "./segment_directory.ts";
import type { StartError } from "./start_error.ts";
import type { StoreClient } from "./store_client.ts";
import { type GetParts, getBatch } from "./store_get.ts";
import type { GetItem, PutItem } from "./store_items.ts";
import { type PutParts, putBatch } from "./store_put.ts";

/** Does not connect yet: a master that is away is seen by the first call. */
export function openEmbeddedStoreClient(
  options: EmbeddedStoreOptions,
): Result<EmbeddedStoreClient, StartError> {
  const address = parseAddress(options.master_address);
  if (!address.ok) return err({ code: "peer_unreachable", detail: `master_${address.error}` });
  const { clock, rpc_timeout_ms, secret = null } = options;
  const master = new RpcClient<MasterTypes>({
    address: address.value,
    service: MASTER_SERVICE,
    clock,
    timeout_ms: rpc_timeout_ms,
    secret,
  });
  return ok(new EmbeddedStoreClient(options, master));
}

export class EmbeddedStoreClient implements StoreClient {
  readonly #master: RpcClient<MasterTypes>;
  readonly #counters = new RequesterCounters();
  readonly #directory: SegmentDirectory;
  readonly #owner_reads: OwnerReads;
  readonly #parts: GetParts & PutParts;

  constructor(options: EmbeddedStoreOptions, master: RpcClient<MasterTypes>) {
    const { plane, links, node, client_id, log, get_order = "together" } = options;
    const paths = options.paths ?? new NodePaths(node, plane, null);
    this.#master = master;
    this.#directory = new SegmentDirectory({ master, plane, paths, log });
    this.#owner_reads = new OwnerReads(options);
    this.#parts = {
      plane,
      paths,
      links,
      node,
      client_id,
      master,
      directory: this.#directory,
      owner_reads: this.#owner_reads,
      get_order,
      counters: this.#counters,
    };
  }

  async exists(keys: readonly string[]): Promise<readonly number[]> {
    if (keys.length === 0) return [];
    const reply = await this.#master.call("batch_exist", { keys });
    const codes = reply.ok ? reply.value.codes : keys.map(() => reply.error.code);
    for (const code of codes) this.#counters.countFault(code);
    return codes;
  }

  async get(items: readonly GetItem[]): Promise<readonly GetOutcome[]> {
    if (items.length === 0) return [];
    const outcomes = await getBatch(this.#parts, items);
    this.#counters.countGets(outcomes);
    return outcomes;
  }

  async put(items: readonly PutItem[], config: ReplicateConfig): Promise<readonly number[]> {
    if (items.length === 0) return [];
    return putBatch(this.#parts, items, config);
  }

  async remove(key: string, force: boolean): Promise<number> {
    const reply = await this.#master.call("remove", { key, force });
    return reply.ok ? reply.value.code : reply.error.code;
  }

  async removeAll(force: boolean): Promise<{ readonly code: number; readonly removed: number }> {
    const reply = await this.#master.call("remove_all", { force });
    return reply.ok ? reply.value : { code: reply.error.code, removed: 0 };
  }

  segments(): Promise<Result<readonly SegmentInfo[], RpcError>> {
    return this.#directory.refresh();
  }

  stats(): Promise<Result<MasterStats, RpcError>> {
    return this.#master.call("get_stats", {});
  }

  counters(): RequesterCounts {
    return this.#counters.snapshot();
  }

  async close(): Promise<void> {
    this.#master.close();
    this.#owner_reads.close();
    await this.#directory.close();
  }
}
