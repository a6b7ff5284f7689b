// Producers that put samples of hidden states and consumers that take each of them once, as in training from a served model:
//
//   hidden    bfloat16 [tokens, hidden_size]   what the target model computed
//   input_ids int32    [tokens]
//
// A sample's length is uniform between half and one and a half times tokens_mean, seeded by producer and position, so that both
// arms of a comparison move the same bytes. Without samples_per_s a producer puts as fast as it may.

import { Random } from "../harness/clock/random.ts";

export interface FeatureStreamConfig {
  readonly producers: number;
  readonly consumers: number;
  /** Of each producer. */
  readonly samples: number;
  /** Of each producer, before these and not counted: new processes have not compiled their code. */
  readonly warm_up_samples: number;
  readonly tokens_mean: number;
  readonly hidden_size: number;
  /** Of each producer: puts under way at the same time. */
  readonly puts_in_flight: number;
  /** Of each producer; null: as fast as it may. */
  readonly samples_per_s: number | null;
  /** Of each producer: more than this unconsumed, and it waits. */
  readonly max_resident_bytes: number;
}

export const FEATURE_STREAM_DEFAULTS: FeatureStreamConfig = {
  producers: 1,
  consumers: 2,
  samples: 200,
  warm_up_samples: 50,
  tokens_mean: 256,
  hidden_size: 2048,
  puts_in_flight: 4,
  samples_per_s: null,
  max_resident_bytes: 32 * 1024 ** 2,
};

export interface StreamedSample {
  readonly sample_id: string;
  readonly tokens: number;
  /** After the start of the stream; 0 without a rate. */
  readonly intended_ns: number;
  readonly is_warm_up: boolean;
}

/** Samples of one producer, in order. */
export function featureStream(
  config: FeatureStreamConfig,
  producer_index: number,
  seed: number,
): readonly StreamedSample[] {
  const random = new Random(seed * 1000 + producer_index);
  const { samples, samples_per_s } = config;
  return Array.from({ length: samples }, (_, i) => ({
    sample_id: `p${producer_index}-s${i}`,
    tokens: drawTokens(config, random),
    intended_ns: samples_per_s === null ? 0 : Math.round((i * 1e9) / samples_per_s),
    is_warm_up: false,
  }));
}

/** What the producer puts before them, as fast as it may. */
export function warmUpStream(
  config: FeatureStreamConfig,
  producer_index: number,
  seed: number,
): readonly StreamedSample[] {
  const random = new Random(seed * 1000 + producer_index).fork("warm up");
  return Array.from({ length: config.warm_up_samples }, (_, i) => ({
    sample_id: `p${producer_index}-w${i}`,
    tokens: drawTokens(config, random),
    intended_ns: 0,
    is_warm_up: true,
  }));
}

function drawTokens({ tokens_mean }: FeatureStreamConfig, random: Random): number {
  return Math.ceil(tokens_mean / 2) + random.below(tokens_mean);
}

/** Of the longest sample there can be. */
export function sampleBytesMax({ tokens_mean, hidden_size }: FeatureStreamConfig): number {
  return Math.ceil(tokens_mean * 1.5) * (2 * hidden_size + 4);
}
