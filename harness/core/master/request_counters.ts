// How many requests of each kind came, and how many failed: the code was not 0, or every key of the batch got a negative one.

import type { MasterOp, MasterReplies } from "../../domain/master_api.ts";

type OpCounts = Record<MasterOp, number>;

export class RequestCounters {
  readonly #requests = noCounts();
  readonly #failures = noCounts();

  get requests(): Readonly<OpCounts> {
    return { ...this.#requests };
  }

  get failures(): Readonly<OpCounts> {
    return { ...this.#failures };
  }

  count(op: MasterOp, reply: MasterReplies[MasterOp]): void {
    this.#requests[op]++;
    if (isFailure(reply)) this.#failures[op]++;
  }
}

function isFailure(reply: MasterReplies[MasterOp]): boolean {
  if ("code" in reply) return reply.code < 0;
  if ("codes" in reply) return reply.codes.length > 0 && reply.codes.every((code) => code < 0);
  if ("objects" in reply) return reply.objects.length > 0 && reply.objects.every(({ code }) => code < 0);
  return false;
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
    notify_disk_evicted: 0,
    get_stats: 0,
  };
}
