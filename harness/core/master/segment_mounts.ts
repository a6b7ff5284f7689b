// Mounting and unmounting segments. With a segment go all copies in it, and the disk copies of its owner.

import type { ClientId } from "../../domain/master_api.ts";
import type { SegmentInfo } from "../../domain/replica.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import { GIB, KIB } from "../../domain/units.ts";
import type { MasterParts } from "./master_parts.ts";
import type { MountedSegment } from "./mounted_segment.ts";
import type { Row } from "./object_row.ts";
import type { ObjectRows } from "./object_rows.ts";
import type { ObjectTable } from "./object_table.ts";
import type { OffloadQueue } from "./offload_queue.ts";
import type { PromotionQueue } from "./promotion_queue.ts";
import type { SegmentPool } from "./segment_pool.ts";
import type { Sweeps } from "./sweeps.ts";

const SEGMENT_BYTES_MIN = KIB;
const SEGMENT_BYTES_MAX = 1024 * GIB;

export class SegmentMounts {
  readonly #pool: SegmentPool;
  readonly #rows: ObjectRows;
  readonly #table: ObjectTable;
  readonly #offload: OffloadQueue;
  readonly #promotions: PromotionQueue;
  readonly #sweeps: Sweeps;
  readonly #newSpace: MasterParts["newSpace"];

  constructor(
    pool: SegmentPool,
    rows: ObjectRows,
    table: ObjectTable,
    offload: OffloadQueue,
    promotions: PromotionQueue,
    sweeps: Sweeps,
    newSpace: MasterParts["newSpace"],
  ) {
    this.#pool = pool;
    this.#rows = rows;
    this.#table = table;
    this.#offload = offload;
    this.#promotions = promotions;
    this.#sweeps = sweeps;
    this.#newSpace = newSpace;
  }

  /** A repeat is a success. Another generation by the same client replaces the segment: its contents are gone. */
  mount(client_id: ClientId, info: SegmentInfo): number {
    if (info.segment_name === "" || !isSegmentSize(info.segment_bytes)) return STORE_CODE.INVALID_PARAMS;
    const mounted = this.#pool.find(info.segment_name);
    if (mounted !== undefined) {
      if (mounted.client_id !== client_id) return STORE_CODE.SEGMENT_ALREADY_EXISTS;
      if (mounted.generation === info.generation) return STORE_CODE.OK;
      this.#drop(mounted);
    }
    const { segment_name, generation } = info;
    const space = this.#newSpace(info.segment_bytes);
    const segment: MountedSegment = {
      segment_name,
      generation,
      space,
      number: 0,
      named_by: 0,
      info,
      client_id,
      disk_bytes: 0,
    };
    this.#pool.add(segment);
    this.#offload.mounted(segment);
    return STORE_CODE.OK;
  }

  unmount(client_id: ClientId, segment_name: string): number {
    const mounted = this.#pool.find(segment_name);
    if (mounted === undefined) return STORE_CODE.SEGMENT_NOT_FOUND;
    if (mounted.client_id !== client_id) return STORE_CODE.ILLEGAL_CLIENT;
    this.#drop(mounted);
    return STORE_CODE.OK;
  }

  unmountAllOf(client_id: ClientId): void {
    for (const segment of this.#pool.ofClient(client_id)) this.#drop(segment);
  }

  hasMounted(client_id: ClientId): boolean {
    return this.#pool.ofClient(client_id).length > 0;
  }

  /** Scans every object: rare enough that an index of objects by segment would cost more than it saves. */
  #drop(segment: MountedSegment): void {
    this.#pool.remove(segment);
    this.#offload.unmounted(segment);
    this.#promotions.unmounted(segment);
    this.#sweeps.begin(
      (row) => this.#dropCopies(row, segment),
      () => {},
    );
  }

  #dropCopies(row: Row, segment: MountedSegment): void {
    const in_memory = this.#rows.memory(row).some((copy) => copy.segment === segment);
    if (this.#rows.disk(row).includes(segment)) this.#table.dropDisk(row, segment);
    if (in_memory) this.#table.dropMemory(row, segment);
  }
}

function isSegmentSize(bytes: number): boolean {
  return Number.isSafeInteger(bytes) && bytes >= SEGMENT_BYTES_MIN && bytes <= SEGMENT_BYTES_MAX;
}
