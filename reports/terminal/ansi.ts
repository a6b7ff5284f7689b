// Colour of a terminal, only when asked for. Text of the run is freed of control characters first, so that a name cannot move
// the cursor or hide a line.

import type { Tone } from "../tables/report_table.ts";

export type Paint = (text: string, style: Style) => string;
export type Style = Tone | "strong" | "alarm";

const CODES: Readonly<Record<Style, readonly [number, number]>> = {
  good: [32, 39],
  bad: [31, 39],
  unsure: [33, 39],
  quiet: [2, 22],
  strong: [1, 22],
  alarm: [7, 27],
};

export function makePaint(colours: boolean): Paint {
  if (!colours) return (text) => text;
  return (text, style) => {
    const [on, off] = CODES[style];
    return text === "" ? "" : `\x1b[${on}m${text}\x1b[${off}m`;
  };
}

export function withoutControls(text: string): string {
  return text.replaceAll(/\p{Cc}|\p{Cf}/gu, "\ufffd");
}
