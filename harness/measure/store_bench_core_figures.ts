// What `store-bench --core` measures: the master's core without processes, sockets or bytes.

export interface CoreFigures {
  readonly schema_version: 1;
  /** Random operations, of one to six keys each, and what of them the core took in a second. */
  readonly operations: number;
  readonly operations_per_s: number;
  /** Of processor time, all threads: what a neighbour's load does not lower. */
  readonly operations_per_cpu_s: number;
  /** The first answer that was not the reference model's. Must be null. */
  readonly first_difference: {
    readonly step: number;
    readonly operation: unknown;
    readonly got: unknown;
    readonly wanted: unknown;
  } | null;
  readonly eviction: readonly EvictionTickFigures[];
}

export interface EvictionTickFigures {
  /** Objects that stay. */
  readonly objects: number;
  readonly evicted_per_tick: number;
  readonly tick_ms_p50: number;
  readonly tick_ms_p99: number;
}
