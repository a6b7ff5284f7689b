// HTML that cannot be injected into: a template escapes every value but HTML that was made by a template. Text of a run reaches
// a page through here only.

import { escapeHtml } from "./escape_html.ts";

export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type HtmlValue = string | number | Html | null | readonly HtmlValue[];

/** `html\`<td>${cell.text}</td>\``. Null is nothing; lists are joined. */
export function html(literals: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(literals.reduce((text, literal, i) => text + textOf(values[i - 1] ?? null) + literal));
}

function textOf(value: HtmlValue): string {
  if (value === null) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "string" || typeof value === "number") return escapeHtml(String(value));
  return value.map(textOf).join("");
}

/** Markup that this program made and has escaped itself: a drawing, a style sheet. */
export function trustedHtml(text: string): Html {
  return new Html(text);
}
