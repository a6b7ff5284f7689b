/** A server that serves one job at a time, in the order of asking: a memory bus, a disk, a master's thread. Times in ns. */
export class FifoQueue {
  #free_ns = 0;

  /** Takes the next slot of `service_ns` (an integer); when it ends. */
  reserve(now_ns: number, service_ns: number): number {
    this.#free_ns = Math.max(now_ns, this.#free_ns) + service_ns;
    return this.#free_ns;
  }
}
