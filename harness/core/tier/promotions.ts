// Objects on their way back into memory: read into the staging buffer like any other and, once their checksum was right, copied to the
// range of the segment that the master has allocated. So nothing unchecked ever lies in the segment.

import type { OffloadResult, OffloadTask } from "../../domain/master_api.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import type { DiskTierEffect, StagedObject } from "./disk_tier_api.ts";

interface Promotion {
  readonly tasks: readonly OffloadTask[];
  /** [tasks]: 0, or why the object cannot be promoted. */
  codes: readonly number[];
  /** End of the staging lease, after which the copied bytes may be another object's. */
  staged_until_ns: number;
}

export class Promotions {
  promoted_count = 0;
  readonly #emit: (effect: DiskTierEffect) => void;
  readonly #running = new Map<number, Promotion>();
  #last_id = 0;

  constructor(emit: (effect: DiskTierEffect) => void) {
    this.#emit = emit;
  }

  /** The id of the read that is to follow: negative, so that it is no requester's. */
  begin(tasks: readonly OffloadTask[]): number {
    this.#last_id--;
    this.#running.set(this.#last_id, { tasks, codes: [], staged_until_ns: 0 });
    return this.#last_id;
  }

  /** Its objects are in the staging buffer, or not. False: nothing is to be copied, and the slots may go. */
  staged(promotion_id: number, objects: readonly StagedObject[], staged_until_ns: number): boolean {
    const promotion = this.#running.get(promotion_id);
    if (promotion === undefined) return false; // The segment was mounted anew: the ranges are others' now.
    promotion.codes = objects.map(({ code }) => code);
    promotion.staged_until_ns = staged_until_ns;
    const copies = objects.flatMap(({ code, staging_offset }, i) => {
      const task = promotion.tasks[i];
      if (code !== STORE_CODE.OK || task === undefined) return [];
      return [{ staging_offset, segment_offset: task.offset, bytes: task.bytes }];
    });
    if (copies.length > 0) this.#emit({ type: "copy_to_segment", promotion_id, copies });
    else this.#end(promotion_id, promotion, STORE_CODE.OK);
    return copies.length > 0;
  }

  copied(promotion_id: number, code: number, now_ns: number): void {
    const promotion = this.#running.get(promotion_id);
    if (promotion === undefined) return;
    const in_time = now_ns < promotion.staged_until_ns;
    this.#end(promotion_id, promotion, in_time ? code : STORE_CODE.LEASE_EXPIRED);
  }

  /** The ranges that tasks in hand point at are no longer theirs. */
  forgetAll(): void {
    this.#running.clear();
  }

  #end(promotion_id: number, { tasks, codes }: Promotion, copy_code: number): void {
    this.#running.delete(promotion_id);
    const results = tasks.map(({ key, bytes }, i): OffloadResult => {
      const read_code = codes[i] ?? STORE_CODE.FILE_READ_FAIL;
      return { key, bytes, code: read_code === STORE_CODE.OK ? copy_code : read_code };
    });
    this.promoted_count += results.filter(({ code }) => code === STORE_CODE.OK).length;
    this.#emit({ type: "notify_promoted", results });
  }
}
