// How many requests of each kind came, and how many failed: the code was not 0, or every key of the batch got a negative one. A batch
// of which only some keys failed is a partial success.

import type { MasterOp, MasterReplies } from "../../domain/master_api.ts";

type OpCounts = Record<MasterOp, number>;

export class RequestCounters {
  /** Keys of batches, and requests without any. */
  served_keys = 0;
  readonly #requests = noCounts();
  readonly #failures = noCounts();
  readonly #partial_successes = noCounts();
  readonly #items = noCounts();
  readonly #failed_items = noCounts();

  get requests(): Readonly<OpCounts> {
    return { ...this.#requests };
  }

  get failures(): Readonly<OpCounts> {
    return { ...this.#failures };
  }

  get partial_successes(): Readonly<OpCounts> {
    return { ...this.#partial_successes };
  }

  get items(): Readonly<OpCounts> {
    return { ...this.#items };
  }

  get failed_items(): Readonly<OpCounts> {
    return { ...this.#failed_items };
  }

  count(op: MasterOp, reply: MasterReplies[MasterOp]): void {
    this.#requests[op]++;
    this.served_keys++;
    if ("code" in reply) {
      if (reply.code < 0) this.#failures[op]++;
    } else if ("codes" in reply) {
      this.#countItems(op, reply.codes.length, failedCodes(reply.codes));
    } else if ("objects" in reply) {
      this.#countItems(op, reply.objects.length, failedObjects(reply.objects));
    }
  }

  #countItems(op: MasterOp, items: number, failed: number): void {
    this.#items[op] += items;
    this.served_keys += items;
    this.#failed_items[op] += failed;
    if (failed === 0) return;
    if (failed === items) this.#failures[op]++;
    else this.#partial_successes[op]++;
  }
}

function failedCodes(codes: readonly number[]): number {
  let failed = 0;
  for (const code of codes) if (code < 0) failed++;
  return failed;
}

function failedObjects(objects: readonly { readonly code: number }[]): number {
  let failed = 0;
  for (const { code } of objects) if (code < 0) failed++;
  return failed;
}

function noCounts(): OpCounts {
  return {
    mount_segment: 0,
    unmount_segment: 0,
    get_segments: 0,
    ping: 0,
    batch_exist: 0,
    batch_get_replicas: 0,
    batch_put_start: 0,
    batch_put_end: 0,
    batch_put_revoke: 0,
    remove: 0,
    remove_by_regex: 0,
    remove_all: 0,
    offload_heartbeat: 0,
    notify_offloaded: 0,
    notify_promoted: 0,
    notify_disk_evicted: 0,
    get_stats: 0,
  };
}
