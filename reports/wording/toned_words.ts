import type { Tone } from "../tables/report_table.ts";

/** How a judgement reads. The words alone must be enough: colour only repeats them. */
export interface TonedWords {
  readonly words: string;
  readonly tone: Tone;
}
