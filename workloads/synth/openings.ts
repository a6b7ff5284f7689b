// Common openings in a forest of prompts: the first prompt with an opening makes its blocks, later ones keep them.

import type { PromptForest } from "./prompt_forest.ts";

/** The first `blocks` blocks of an opening: equal names are equal blocks. */
export interface OpeningPrefix {
  readonly name: number;
  readonly blocks: number;
}

export class Openings {
  readonly #forest: PromptForest;
  /** Name of a prefix → the prompt that made it. */
  readonly #maker_of = new Map<number, number>();

  constructor(forest: PromptForest) {
    this.#forest = forest;
  }

  /** A new prompt behind an opening, whose prefixes are given shortest first; its number in the forest. */
  plant(opening: readonly OpeningPrefix[], tokens: number): number {
    const longest_made = opening.findLastIndex(({ name }) => this.#maker_of.has(name));
    const made = opening[longest_made];
    const maker = made === undefined ? undefined : this.#maker_of.get(made.name);
    const prompt =
      made === undefined || maker === undefined
        ? this.#forest.plant(tokens)
        : this.#forest.branch(maker, made.blocks, tokens);
    for (const { name } of opening.slice(longest_made + 1)) this.#maker_of.set(name, prompt);
    return prompt;
  }
}
