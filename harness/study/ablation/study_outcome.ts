// What a study found, ready to be rendered.

import { Random } from "../../clock/random.ts";
import type { ConfigDifference } from "../../config/config_diff.ts";
import type { StudyConfig, StudyFactor } from "../../config/study_config.ts";
import { mean } from "../../stats/distribution.ts";
import type { StudyCell } from "./build_cells.ts";
import { type ClaimOutcome, judgeClaim } from "./claim_outcome.ts";
import { fractionOf } from "./design_cells.ts";
import { type StudyBlock, type StudyEffect, studyEffects } from "./effects.ts";
import { type RecordsOf, studyBlocks } from "./run_study.ts";
import type { CellResult } from "./study_store.ts";

export interface StudyOutcome {
  readonly schema_version: 2;
  readonly name: string;
  readonly runtime: string;
  /** `full, 4 cells × 6 blocks` */
  readonly design: string;
  readonly metrics: readonly string[];
  readonly valid: boolean;
  /** `block 2, a=on: ledger: …`; empty when every run is valid. */
  readonly problems: readonly string[];
  readonly claim: ClaimOutcome;
  /** By metric in the study's order, within one the largest first. */
  readonly effects: readonly StudyEffect[];
  /** All blocks of each cell gave the same figures, so their interval has no width and says nothing of repetition. */
  readonly blocks_alike: boolean;
  /** What a fraction cannot tell apart: `executors with preferred_segment × split_trigger`. */
  readonly confounded: readonly string[];
  readonly cells: readonly CellOutcome[];
  readonly real: readonly string[];
  readonly modelled: readonly string[];
}

export interface CellOutcome {
  readonly name: string;
  /** From the first cell. */
  readonly differences: readonly ConfigDifference[];
  /** [metrics] mean over blocks; null where a block has none. */
  readonly means: readonly (number | null)[];
}

export function studyOutcome(
  study: StudyConfig,
  runtime: string,
  cells: readonly StudyCell[],
  results: readonly CellResult[],
  recordsOf: RecordsOf,
  provenance: Pick<StudyOutcome, "real" | "modelled">,
): StudyOutcome {
  const blocks = studyBlocks(results, cells.length, study.blocks, recordsOf);
  const effects = studyEffects(
    study,
    cells.map(({ cell }) => cell),
    blocks,
    new Random(study.seed).fork("effects"),
  );
  const problems = results.flatMap(({ block_index, cell, problems }) =>
    problems.map((problem) => `block ${block_index + 1}, ${cell}: ${problem}`),
  );
  return {
    schema_version: 2,
    name: study.name,
    runtime,
    design: describeDesign(study, cells.length),
    metrics: study.metrics,
    valid: problems.length === 0 && blocks.length === study.blocks,
    problems,
    claim: judgeClaim(study.claim, effects),
    effects: rank(study.metrics, effects),
    blocks_alike: areAlike(study.metrics, blocks),
    confounded: study.design.kind === "fractional" ? confounded(study.factors, study.design.generators) : [],
    cells: cells.map(({ arm, differences }, i) => ({
      name: arm.name,
      differences,
      means: study.metrics.map((metric) => meanOf(blocks.map((block) => block.values[i]?.[metric]))),
    })),
    ...provenance,
  };
}

export function describeDesign({ design, blocks }: StudyConfig, cell_count: number): string {
  const kind =
    design.kind === "fractional"
      ? `fractional (resolution ${design.resolution})`
      : design.kind.replaceAll("_", " ");
  return `${kind}, ${cell_count} cells × ${blocks} blocks`;
}

/** Seeds change nothing that counts: no placement is drawn, say, and all conversations are equally long. */
function areAlike(metrics: readonly string[], blocks: readonly StudyBlock[]): boolean {
  const figures = blocks.map(({ values }) =>
    JSON.stringify(values.map((of_cell) => metrics.map((metric) => of_cell[metric] ?? null))),
  );
  return blocks.length > 1 && new Set(figures).size === 1;
}

function rank(metrics: readonly string[], effects: readonly StudyEffect[]): StudyEffect[] {
  return metrics.flatMap((metric) =>
    effects
      .filter((effect) => effect.metric === metric)
      .sort((a, b) => Math.abs(b.estimate) - Math.abs(a.estimate)),
  );
}

/** Each word, split into one factor and the product it is confounded with. */
function confounded(
  factors: readonly StudyFactor[],
  generators: Readonly<Record<string, readonly string[]>>,
): string[] {
  const name = (index: number): string => factors[index]?.name ?? "";
  return fractionOf(factors, generators).words.flatMap((word) =>
    word.map(
      (index) =>
        `${name(index)} with ${word
          .filter((one) => one !== index)
          .map(name)
          .join(" × ")}`,
    ),
  );
}

function meanOf(values: readonly (number | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 || known.length < values.length ? null : mean(known);
}
