// A request that a generator makes. Its ids lie in the generator's own memory and are good until the next request is asked for.

export interface SyntheticRequest {
  readonly at_ns: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** [ceil(input_tokens / block_tokens)] */
  readonly hash_ids: ArrayLike<number> | null;
}
