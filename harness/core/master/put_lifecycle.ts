// From put start to put end or revoke, and what becomes of writers that never come back. Source: spec mooncake_store.md §6.1.

import type { ClientId, MasterRequest, PutObject, PutTarget } from "../../domain/master_api.ts";
import { MAX_KEY_BYTES, type ObjectKey } from "../../domain/object_key.ts";
import type { MemoryReplica, ReplicateConfig } from "../../domain/replica.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import { msToNs } from "../../domain/units.ts";
import type { EvictionIndex } from "./eviction_index.ts";
import type { MasterConfig } from "./master_config.ts";
import { type MemoryCopy, NO_ROW, type ObjectRows, type Row } from "./object_rows.ts";
import type { ObjectTable } from "./object_table.ts";
import type { Placement } from "./placement.ts";

type PutStart = Extract<MasterRequest, { op: "batch_put_start" }>;

export interface PutLifecycleParts {
  readonly rows: ObjectRows;
  readonly table: ObjectTable;
  readonly index: EvictionIndex;
  readonly placement: Placement;
  /** Host of a writer, null when unknown. */
  readonly nodeOf: (client_id: ClientId) => string | null;
  readonly onNoSpace: () => void;
  readonly onComplete: (row: Row) => void;
}

export class PutLifecycle {
  alloc_failures = 0;
  readonly #parts: PutLifecycleParts;
  readonly #discard_ns: number;
  readonly #release_ns: number;
  readonly #soft_pin_ttl_ns: number;

  constructor(config: MasterConfig, parts: PutLifecycleParts) {
    this.#parts = parts;
    this.#discard_ns = msToNs(config.put_start_discard_ms);
    this.#release_ns = msToNs(config.put_start_release_ms);
    this.#soft_pin_ttl_ns = msToNs(config.soft_pin_ttl_ms);
  }

  start(request: PutStart, now_ns: number): PutTarget[] {
    const node = this.#parts.nodeOf(request.client_id);
    return request.objects.map((put) => this.#startOne(put, request, node, now_ns));
  }

  /** Makes the object readable. A repeat after success is a success. */
  end(key: ObjectKey, client_id: ClientId, now_ns: number): number {
    const { rows, table, index, onComplete } = this.#parts;
    const row = table.find(key);
    if (row === NO_ROW) return STORE_CODE.OBJECT_NOT_FOUND;
    if (rows.clientId(row) !== client_id) return STORE_CODE.ILLEGAL_CLIENT;
    if (rows.state(row) === "complete") return STORE_CODE.OK;
    rows.put_start_ns.delete(row);
    rows.setState(row, "complete");
    if (rows.isSoftPinWanted(row) && this.#soft_pin_ttl_ns > 0) {
      rows.soft_until_ns.set(row, now_ns + this.#soft_pin_ttl_ns);
    }
    index.place(row);
    onComplete(row);
    return STORE_CODE.OK;
  }

  /** Gives up an unfinished put and frees its space at once: the writer says that it writes no more. */
  revoke(key: ObjectKey, client_id: ClientId): number {
    const { rows, table } = this.#parts;
    const row = table.find(key);
    if (row === NO_ROW) return STORE_CODE.OBJECT_NOT_FOUND;
    if (rows.clientId(row) !== client_id) return STORE_CODE.ILLEGAL_CLIENT;
    if (rows.state(row) === "complete") return STORE_CODE.INVALID_WRITE;
    table.erase(row);
    return STORE_CODE.OK;
  }

  /** Frees the space of puts that started too long ago; the number of objects released. */
  releaseExpired(now_ns: number): number {
    const { rows, table } = this.#parts;
    let released = 0;
    for (const [row, start_ns] of rows.put_start_ns) {
      if (start_ns + this.#release_ns > now_ns) break;
      if (rows.state(row) === "writing") table.detach(row);
      if (rows.hasMemory(row)) released++;
      table.release(row);
    }
    return released;
  }

  #startOne(put: PutObject, request: PutStart, node: string | null, now_ns: number): PutTarget {
    const invalid = checkPut(put, request.config);
    if (invalid !== STORE_CODE.OK) return { code: invalid, replicas: [] };
    const { rows, table, placement } = this.#parts;
    const existing = table.find(put.key);
    if (existing !== NO_ROW) {
      const start_ns = rows.put_start_ns.get(existing);
      const replaceable = start_ns !== undefined && now_ns - start_ns >= this.#discard_ns;
      if (!replaceable) return { code: STORE_CODE.OBJECT_ALREADY_EXISTS, replicas: [] };
      table.detach(existing); // its space stays until it is released: the old writer may still be writing
    }
    const memory = placement.place(put.bytes, request.config, node);
    if (memory.length === 0) {
      this.alloc_failures++;
      this.#parts.onNoSpace();
      return { code: STORE_CODE.NO_AVAILABLE_HANDLE, replicas: [] };
    }
    const { soft_pin, hard_pin } = request.config;
    const { client_id } = request;
    const row = table.insert(put.key, { bytes: put.bytes, client_id, soft_pin, hard_pin, memory });
    rows.put_start_ns.set(row, now_ns);
    return { code: STORE_CODE.OK, replicas: memoryReplicas(memory, put.bytes) };
  }
}

function memoryReplicas(copies: readonly MemoryCopy[], bytes: number): MemoryReplica[] {
  return copies.map(({ segment, offset }) => ({
    tier: "cpu",
    segment_name: segment.info.segment_name,
    generation: segment.info.generation,
    offset,
    bytes,
  }));
}

function checkPut(put: PutObject, config: ReplicateConfig): number {
  if (put.key === "" || !isPositiveInteger(put.bytes)) return STORE_CODE.INVALID_PARAMS;
  if (!isPositiveInteger(config.replica_num)) return STORE_CODE.INVALID_PARAMS;
  return keyFits(put.key) ? STORE_CODE.OK : STORE_CODE.INVALID_KEY;
}

function isPositiveInteger(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

/** UTF-8 takes at most three bytes a UTF-16 unit, so short keys need no counting. */
function keyFits(key: ObjectKey): boolean {
  if (key.length * 3 <= MAX_KEY_BYTES) return true;
  return key.length <= MAX_KEY_BYTES && new TextEncoder().encode(key).length <= MAX_KEY_BYTES;
}
