// Terms with their meanings.

import { type Html, html } from "./html.ts";

/** A word of the page, and what it means. */
export type Term = readonly [word: string, meaning: string];

export function termsList(terms: readonly Term[]): Html {
  return html`<dl>${terms.map(
    ([word, meaning]) => html`<dt>${word}</dt><dd>${meaning}</dd>
`,
  )}</dl>`;
}
