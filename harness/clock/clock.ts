// The only source of time. Live code takes a Clock; tests and the simulator give it a virtual one.

export interface Clock {
  /** Monotonic, ns, a safe integer. Two clocks agree only where both are the data plane's (stack/plane_clock.ts). */
  now_ns(): number;
  /**
   * Resolves at or after deadline_ns, or as soon as `signal` is aborted. The OS clock is within about a millisecond;
   * use the data plane's pacer for better.
   */
  sleepUntil(deadline_ns: number, signal?: AbortSignal): Promise<void>;
  /** Wall clock, ISO 8601 UTC: for names and manifests, never for measuring. */
  wallTime(): string;
}
