// Colours by what they stand for; the values, light and dark, are in html/report_style.ts. Arms differ by dash as well, so that
// print without colour can be read.

import type { Tier } from "../../harness/domain/tier.ts";
import type { LegendItem } from "./chart.ts";

export const INK = "var(--ink)";
export const QUIET = "var(--quiet)";
export const RULE = "var(--rule)";
export const CEILING: string = INK;

/** As html/report_style.ts has. */
const ARM_COLOURS = 10;

export function armColour(index: number): string {
  return `var(--arm-${index % ARM_COLOURS})`;
}

export function tierColour(tier: Tier | "miss"): string {
  return `var(--tier-${tier})`;
}

/** As html/report_style.ts has. */
const STAGE_COLOURS = 8;

export function stageColour(index: number): string {
  return `var(--stage-${index % STAGE_COLOURS})`;
}

interface Dash {
  readonly line: "solid" | "dashed" | "dotted";
  readonly mark: LegendItem["mark"];
}

const DASHES: readonly Dash[] = [
  { line: "solid", mark: "line" },
  { line: "dashed", mark: "dashed" },
  { line: "dotted", mark: "dotted" },
];
const SOLID: Dash = { line: "solid", mark: "line" };

export function armDash(index: number): Dash {
  return DASHES[index % DASHES.length] ?? SOLID;
}
