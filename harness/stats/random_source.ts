// What statistics need of a generator; harness/clock's Random is one. Injected, so that a result repeats from its seed.

export interface RandomSource {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform integer in [0, limit). */
  below(limit: number): number;
}
