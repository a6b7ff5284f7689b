import { type Html, html } from "./html.ts";

/** Names of fields and levels may be broken behind their punctuation. */
export function breakable(text: string): Html {
  return html`${text.split(/(?<=[_=,+/])/).map((part, i) => (i === 0 ? part : html`<wbr>${part}`))}`;
}
