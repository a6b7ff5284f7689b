// Puts offload tasks together into buckets. A bucket is full at bucket_bytes or bucket_keys; what does not fill one waits for the next
// heartbeat's tasks, once, and is then written as it is.

import type { OffloadTask } from "../../domain/master_api.ts";
import { alignUp } from "./disk_bucket.ts";
import type { DiskTierConfig } from "./disk_tier_api.ts";

export class BucketGrouping {
  readonly #bucket_bytes: number;
  readonly #bucket_keys: number;
  /** The partial bucket of the last heartbeat. */
  #waiting: readonly OffloadTask[] = [];

  constructor(config: DiskTierConfig) {
    this.#bucket_bytes = config.bucket_bytes;
    this.#bucket_keys = config.bucket_keys;
  }

  get waiting_count(): number {
    return this.#waiting.length;
  }

  /** The buckets to write now, in order of tasks. A task larger than a bucket gets one of its own. */
  heartbeat(tasks: readonly OffloadTask[]): OffloadTask[][] {
    const waited = this.#waiting.length;
    const all = [...this.#waiting, ...tasks];
    const groups: OffloadTask[][] = [];
    let start = 0;
    let group_bytes = 0;
    for (const [i, task] of all.entries()) {
      const bytes = alignUp(task.bytes);
      if (i > start && group_bytes + bytes > this.#bucket_bytes) {
        groups.push(all.slice(start, i));
        start = i;
        group_bytes = 0;
      }
      group_bytes += bytes;
      if (group_bytes >= this.#bucket_bytes || i + 1 - start >= this.#bucket_keys) {
        groups.push(all.slice(start, i + 1));
        start = i + 1;
        group_bytes = 0;
      }
    }
    const partial = all.slice(start);
    const waits_again = start < waited;
    if (waits_again) groups.push(partial);
    this.#waiting = waits_again ? [] : partial;
    return groups;
  }

  /** Gives back the tasks that wait and forgets them. */
  takeWaiting(): readonly OffloadTask[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }
}
