// What `store-bench --objects` measures: the memory of a master's process, and by how much its timers of one millisecond came late.

export interface StallFigures {
  /** Resident set at the end of the phase. */
  readonly rss_bytes: number;
  /** Timers that came. */
  readonly ticks: number;
  /** Lateness: what a request may have waited for the event loop, the kernel's scheduling included. */
  readonly late_ms_p99: number;
  readonly late_ms_max: number;
  /** Processor time of the process between two of them, all its threads: what a neighbour's load does not add to. */
  readonly busy_ms_p99: number;
  readonly busy_ms_max: number;
}

export interface ObjectsFigures {
  readonly schema_version: 1;
  readonly objects: number;
  /** Of each key. */
  readonly key_bytes: number;
  /** The most of any phase. */
  readonly rss_bytes: number;
  readonly bytes_per_object: number;
  readonly evicted_keys: number;
  /** Puts that found no room, since they came faster than the eviction: in no rate. */
  readonly refused_keys: number;
  readonly phases: readonly PhaseFigures[];
}

export interface PhaseFigures extends StallFigures {
  readonly name: string;
  /** Keys answered, and of puts those that were taken. */
  readonly keys_per_s: number;
  /** Pauses of the garbage collector, as it logs them itself. */
  readonly gc_pauses: number;
  readonly gc_pause_ms_max: number;
}
