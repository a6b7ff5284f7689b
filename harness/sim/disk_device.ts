// A disk as a queue: reads and writes share it, one batch at a time. A batch of n operations takes what its bytes need at
// the device's rate or what its latencies need when `disk_depth` of them overlap, whichever is longer.

import type { HostProfile } from "../domain/host_profile.ts";
import { NS_PER_S } from "../domain/units.ts";
import { FifoQueue } from "./fifo_queue.ts";

export class DiskDevice {
  /** No write succeeds. */
  full = false;
  /** How many times slower than the profile says. */
  slowness = 1;
  readonly #host: HostProfile;
  readonly #queue = new FifoQueue();

  constructor(host: HostProfile) {
    this.#host = host;
  }

  /** When `operations` reads of `bytes` in all are done. */
  read(now_ns: number, bytes: number, operations: number): number {
    return this.#serve(now_ns, bytes / this.#host.disk_read_bytes_per_s, operations);
  }

  write(now_ns: number, bytes: number, operations: number): number {
    return this.#serve(now_ns, bytes / this.#host.disk_write_bytes_per_s, operations);
  }

  #serve(now_ns: number, transfer_s: number, operations: number): number {
    const { disk_latency_ns, disk_depth } = this.#host;
    const rounds = Math.ceil(operations / disk_depth);
    const service_ns = Math.max(transfer_s * NS_PER_S, rounds * disk_latency_ns) * this.slowness;
    return this.#queue.reserve(now_ns, Math.round(service_ns));
  }
}
