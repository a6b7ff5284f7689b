import { type Html, html } from "./html.ts";

export function htmlList(lines: readonly string[]): Html {
  return html`<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
}
