// From put start to put end or revoke, and what becomes of writers that never come back. Source: spec mooncake_store.md §6.1.

import { present } from "../../domain/assert.ts";
import type { ClientId, MasterRequest, PutObject, PutTarget } from "../../domain/master_api.ts";
import { MAX_KEY_BYTES, type ObjectKey } from "../../domain/object_key.ts";
import type { MemoryReplica, ReplicateConfig } from "../../domain/replica.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import { msToNs } from "../../domain/units.ts";
import type { EvictionIndex } from "./eviction_index.ts";
import type { MasterConfig } from "./master_config.ts";
import { NO_ROW, type Row } from "./object_row.ts";
import type { MemoryCopy, ObjectRows } from "./object_rows.ts";
import type { ObjectTable } from "./object_table.ts";
import type { Placement } from "./placement.ts";
import type { Sweeps } from "./sweeps.ts";

type PutStart = Extract<MasterRequest, { op: "batch_put_start" }>;

interface Writer {
  /** As ObjectRows has it. */
  readonly client: number;
  /** Its host, where placement asks for it; null when unknown. */
  readonly node: string | null;
}

export interface PutLifecycleParts {
  readonly rows: ObjectRows;
  readonly table: ObjectTable;
  readonly index: EvictionIndex;
  readonly sweeps: Sweeps;
  readonly placement: Placement;
  /** Host of a writer, null when unknown. */
  readonly nodeOf: (client_id: ClientId) => string | null;
  readonly onNoSpace: () => void;
  readonly onComplete: (row: Row) => void;
}

export class PutLifecycle {
  alloc_failures = 0;
  /** Objects that got fewer copies than asked. */
  partial_allocations = 0;
  /** Unfinished puts that another put of their key replaced / whose space was freed after the release time. */
  discarded_count = 0;
  released_count = 0;
  /** Space of replaced puts that is not freed yet. */
  discarded_bytes = 0;
  readonly #parts: PutLifecycleParts;
  readonly #discard_ns: number;
  readonly #release_ns: number;
  readonly #config: MasterConfig;

  constructor(config: MasterConfig, parts: PutLifecycleParts) {
    this.#parts = parts;
    this.#discard_ns = msToNs(config.put_start_discard_ms);
    this.#release_ns = msToNs(config.put_start_release_ms);
    this.#config = config;
  }

  start(request: PutStart, now_ns: number): PutTarget[] {
    const { client_id, objects, config } = request;
    const writer = this.#writer(client_id);
    const groups = config.group_ids;
    const invalid = this.#isValid(config, objects.length) ? STORE_CODE.OK : STORE_CODE.INVALID_PARAMS;
    const targets: PutTarget[] = [];
    for (let i = 0; i < objects.length; i++) {
      const put = objects[i] as PutObject;
      const code = invalid === STORE_CODE.OK ? checkPut(put) : invalid;
      targets.push(
        code === STORE_CODE.OK ? this.#startOne(put, groups[i] ?? "", config, writer, now_ns) : refused(code),
      );
    }
    return targets;
  }

  /** Makes objects readable. A repeat after success is a success. */
  end(keys: readonly ObjectKey[], client_id: ClientId, now_ns: number): number[] {
    const client = this.#parts.rows.clientNumber(client_id);
    const codes: number[] = [];
    for (const key of keys) codes.push(this.#endOne(key, client, now_ns));
    return codes;
  }

  /** Gives up unfinished puts and frees their space at once: the writer says that it writes no more. */
  revoke(keys: readonly ObjectKey[], client_id: ClientId): number[] {
    const client = this.#parts.rows.clientNumber(client_id);
    return keys.map((key) => this.#revokeOne(key, client));
  }

  /** Frees the space of puts that started too long ago; the number of objects released. */
  releaseExpired(now_ns: number): number {
    const { rows, table } = this.#parts;
    let released = 0;
    for (let row = rows.oldest_put; row !== NO_ROW; row = rows.oldest_put) {
      const start_ns = present(rows.putStartNs(row), "a put that is not ended has a start");
      if (start_ns + this.#release_ns > now_ns) break;
      if (rows.state(row) === "writing") table.detach(row);
      else this.discarded_bytes -= this.#memoryBytes(row);
      if (rows.hasMemory(row)) released++;
      table.release(row);
    }
    this.released_count += released;
    return released;
  }

  #writer(client_id: ClientId): Writer {
    const { rows, nodeOf } = this.#parts;
    const node = this.#config.allocation === "local_first" ? nodeOf(client_id) : null;
    return { client: rows.clientNumber(client_id), node };
  }

  #startOne(
    put: PutObject,
    group_id: string,
    config: ReplicateConfig,
    writer: Writer,
    now_ns: number,
  ): PutTarget {
    const { rows, table, placement } = this.#parts;
    const existing = table.find(put.key);
    if (existing !== NO_ROW) {
      const start_ns = rows.putStartNs(existing);
      const replaceable = start_ns !== null && now_ns - start_ns >= this.#discard_ns;
      if (!replaceable) return refused(STORE_CODE.OBJECT_ALREADY_EXISTS);
      this.discarded_count++;
      this.discarded_bytes += this.#memoryBytes(existing);
      table.detach(existing); // its space stays until it is released: the old writer may still be writing
    }
    if (table.size >= this.#config.object_limit) return refused(STORE_CODE.KEYS_ULTRA_LIMIT);
    const memory = placement.place(put.bytes, config, writer.node);
    if (memory.length === 0) {
      this.alloc_failures++;
      this.#parts.onNoSpace();
      return refused(STORE_CODE.NO_AVAILABLE_HANDLE);
    }
    if (memory.length < config.replica_num) this.partial_allocations++;
    const soft_pin_ns = config.soft_pin ? msToNs(config.soft_pin_ttl_ms ?? this.#config.soft_pin_ttl_ms) : 0;
    const row = table.insert(put.key, put.bytes, writer.client, memory);
    if (config.hard_pin) rows.setHardPin(row);
    rows.soft_pins.want(row, soft_pin_ns);
    rows.groups.add(row, group_id);
    rows.startPut(row, now_ns);
    return { code: STORE_CODE.OK, replicas: memoryReplicas(memory, put.bytes) };
  }

  #endOne(key: ObjectKey, client: number, now_ns: number): number {
    const { rows, table, index, sweeps, onComplete } = this.#parts;
    const row = table.find(key);
    if (row === NO_ROW) return STORE_CODE.OBJECT_NOT_FOUND;
    if (rows.client(row) !== client) return STORE_CODE.ILLEGAL_CLIENT;
    if (rows.state(row) === "complete") return STORE_CODE.OK;
    sweeps.decide(row); // It was unfinished when they began.
    rows.endPut(row);
    rows.setState(row, "complete");
    rows.soft_pins.begin(row, now_ns);
    index.place(row);
    onComplete(row);
    return STORE_CODE.OK;
  }

  #revokeOne(key: ObjectKey, client: number): number {
    const { rows, table } = this.#parts;
    const row = table.find(key);
    if (row === NO_ROW) return STORE_CODE.OBJECT_NOT_FOUND;
    if (rows.client(row) !== client) return STORE_CODE.ILLEGAL_CLIENT;
    if (rows.state(row) === "complete") return STORE_CODE.INVALID_WRITE;
    table.erase(row);
    return STORE_CODE.OK;
  }

  #memoryBytes(row: Row): number {
    const { rows } = this.#parts;
    return rows.bytes(row) * rows.memoryCount(row);
  }

  /** A time for soft pins is given only with one, and a list of groups has one for each object. */
  #isValid(config: ReplicateConfig, object_count: number): boolean {
    const { soft_pin, soft_pin_ttl_ms, group_ids } = config;
    const ttl_fits =
      soft_pin_ttl_ms === null ||
      (soft_pin && soft_pin_ttl_ms >= 0 && soft_pin_ttl_ms <= this.#config.soft_pin_ttl_ms_max);
    const groups_fit = group_ids.length === 0 || group_ids.length === object_count;
    return isPositiveInteger(config.replica_num) && ttl_fits && groups_fit;
  }
}

function refused(code: number): PutTarget {
  return { code, replicas: [] };
}

function memoryReplicas(copies: readonly MemoryCopy[], bytes: number): MemoryReplica[] {
  const replicas: MemoryReplica[] = [];
  for (const { segment, place } of copies) {
    const { segment_name, generation, space } = segment;
    replicas.push({ tier: "cpu", segment_name, generation, offset: space.offset(place), bytes });
  }
  return replicas;
}

function checkPut(put: PutObject): number {
  if (put.key === "" || !isPositiveInteger(put.bytes)) return STORE_CODE.INVALID_PARAMS;
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
