// How much runs of one configuration differ on one machine, from live A/A pairs: `bun run noise` measures it. Spreads are
// standard deviations of one pair's change, in percent of the metric, or in percentage points of a ratio.

export interface NoiseProfile {
  readonly schema_version: 1;
  readonly measured_at: string;
  /** What was run: `3p1d_multi_turn`. Noise is of a load as much as of a machine. */
  readonly scenario: string;
  readonly host: string;
  readonly pairs: number;
  readonly metrics: readonly NoiseMetric[];
}

export interface NoiseMetric {
  readonly metric: string;
  readonly unit: "percent" | "points";
  readonly mean: number;
  /** Everything that differs between the two runs of a pair. */
  readonly pair_sd: number;
  /** Of it, what the draw of conversations makes: longer runs lower it. Null: a metric of whole runs. */
  readonly within_sd: number | null;
  /** The rest, which only more pairs lower. Null: as above. */
  readonly between_sd: number | null;
}
