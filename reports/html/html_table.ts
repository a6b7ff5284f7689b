// A table of the page. It scrolls in its own box, so that a wide one does not widen the page; a first column that repeats is
// kept for screen readers and dimmed for the others.

import type { Cell, Column, ReportTable } from "../tables/report_table.ts";
import { type Html, html, trustedHtml } from "./html.ts";

export function htmlTable({ title, columns, rows }: ReportTable): Html {
  return html`<div class="scroll" role="region" aria-label="${title}" tabindex="0"><table>
<thead><tr>${columns.map(headCell)}</tr></thead>
<tbody>${rows.map((row, i) => htmlRow(row, columns, rows[i - 1]))}</tbody>
</table></div>
`;
}

function headCell({ label, align }: Column): Html {
  return html`<th scope="col"${alignment(align)}>${breakable(label)}</th>`;
}

function htmlRow(row: readonly Cell[], columns: readonly Column[], above: readonly Cell[] | undefined): Html {
  const starts_block = above !== undefined && above[0]?.text !== row[0]?.text;
  return html`<tr${trustedHtml(starts_block ? ' class="block"' : "")}>${row.map((cell, i) =>
    bodyCell(cell, columns[i]?.align ?? "left", i === 0 && !starts_block && above !== undefined),
  )}</tr>
`;
}

function bodyCell({ text, why, tone, share }: Cell, align: Column["align"], repeats: boolean): Html {
  const classes = [align === "right" ? "num" : "", tone ?? "", repeats ? "repeat" : ""].filter(
    (name) => name !== "",
  );
  const attribute = classes.length === 0 ? "" : ` class="${classes.join(" ")}"`;
  const bar = share === undefined ? "" : ` style="--share:${(100 * share).toFixed(1)}%"`;
  const reason = why === undefined ? null : html` <small>(${why})</small>`;
  return html`<td${trustedHtml(attribute + bar)}>${breakable(text)}${reason}</td>`;
}

function alignment(align: Column["align"]): Html {
  return trustedHtml(align === "right" ? ' class="num"' : "");
}

/** Field names may be broken behind an underscore. */
export function breakable(text: string): Html {
  return html`${text.split(/(?<=[_=,+/])/).map((part, i) => (i === 0 ? part : html`<wbr>${part}`))}`;
}
