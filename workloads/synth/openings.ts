// Common openings in a forest of prompts: the first prompt with an opening makes its blocks, later ones keep them.

import type { PromptForest } from "./prompt_forest.ts";

export class Openings {
  readonly #forest: PromptForest;
  /** Block of an opening, as the fit numbers it → the prompt that made it. */
  readonly #maker_of = new Map<number, number>();

  constructor(forest: PromptForest) {
    this.#forest = forest;
  }

  /** A new prompt behind an opening; its number in the forest. */
  plant(opening: readonly number[], tokens: number): number {
    const made = opening.findLastIndex((block) => this.#maker_of.has(block)) + 1;
    const maker = this.#maker_of.get(opening[made - 1] ?? -1);
    const prompt =
      maker === undefined ? this.#forest.plant(tokens) : this.#forest.branch(maker, made, tokens);
    for (const block of opening.slice(made)) this.#maker_of.set(block, prompt);
    return prompt;
  }
}
