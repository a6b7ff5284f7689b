// A switch that an A/B turns: its levels, where each is set in an arm's configuration, and the claim it tests.

export interface FactorLevel {
  readonly name: string;
  /** What the configuration says at this level. */
  readonly value: unknown;
}

export type FactorUnit = "bytes" | "ms" | "tokens" | "count";

export interface Factor {
  readonly name: string;
  readonly description: string;
  /** What the seed systems say of it; what a study of it confirms or not. */
  readonly seed_claim: string;
  /** Path in ArmConfig; the only one in which the arms of a comparison may differ. */
  readonly path: string;
  /** Every level by name, or the unit of a numeric factor's levels. */
  readonly levels: readonly FactorLevel[] | FactorUnit;
  readonly default_level: string;
  /** Baseline and candidate when a comparison names no levels. */
  readonly default_pair: readonly [string, string];
  /** Other spellings of a level. */
  readonly aliases: Readonly<Record<string, string>>;
  /** The part of the system that must be on for the switch to do anything. */
  readonly acts_on:
    | "engine"
    | "store"
    | "shared_store"
    | "ranks"
    | "placement"
    | "disk"
    | "routing"
    | "weights"
    | "chunks";
  /** Levels that this build cannot run, each with the reason. */
  readonly unavailable: Readonly<Record<string, string>>;
}
