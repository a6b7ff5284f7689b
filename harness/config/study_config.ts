// What a study.yaml says: a claim about a system, and the experiment that confirms it or does not.
//
//   base      one arm, as `bench <topology> --profile … --set …` would run it
//   factors   switches of the factor registry, each with its levels; the first level is the baseline
//   design    which combinations (cells) run: full, one_at_a_time, or a fraction of two-level factors
//   blocks    repetitions; a block runs every cell once, on the same trace and seed, in an order of its own

export interface StudyConfig {
  readonly name: string;
  readonly claim: StudyClaim;
  readonly base: StudyBase;
  readonly factors: readonly StudyFactor[];
  readonly design: StudyDesign;
  readonly blocks: number;
  /** Of the first block; every further block's follows from it. */
  readonly seed: number;
  /** Compared metrics, the most important first; it ranks. */
  readonly metrics: readonly string[];
  /** Smallest change that matters: relative, in percent, and of a ratio in percentage points. */
  readonly min_effect_pct: number;
  readonly min_effect_points: number;
}

/** What somebody says that one factor does. */
export interface StudyClaim {
  readonly text: string;
  /** Where it is stated; null: nowhere in particular. */
  readonly source: string | null;
  readonly factor: string;
  /** Level that the claim starts from, and the one that it goes to. */
  readonly from: string;
  readonly to: string;
  /** At least one, of different metrics; each is judged by itself. */
  readonly expects: readonly ClaimedChange[];
}

/** Where the claim says that one metric goes. */
export interface ClaimedChange {
  readonly metric: string;
  /** unmoved: by less than the study's smallest change that matters. */
  readonly direction: "lower" | "higher" | "unmoved";
  /** Smallest and largest size claimed, without sign: percent, or percentage points for ratios. Null: no size is claimed. */
  readonly size: readonly [number, number] | null;
  /** Why a measurement here differs from it, as far as is known; said where one does. Null: nothing is known. */
  readonly because: string | null;
}

export interface StudyBase {
  readonly topology: string;
  /** Null: the profile that bench takes. */
  readonly profile: string | null;
  /** Of the simulator, as `--host`; null: the laptop. */
  readonly host: string | null;
  /** Path → value, as after `--set`. */
  readonly set: Readonly<Record<string, unknown>>;
}

export interface StudyFactor {
  readonly name: string;
  /** At least two; the first is the baseline. */
  readonly levels: readonly string[];
}

export type StudyDesign =
  | { readonly kind: "full" }
  | { readonly kind: "one_at_a_time" }
  | {
      readonly kind: "fractional";
      /** Factor → the factors whose product its level follows. The others are varied freely. */
      readonly generators: Readonly<Record<string, readonly string[]>>;
      /** Roman III, IV, V as 3, 4, 5: stated, and checked against the generators. */
      readonly resolution: number;
    };
