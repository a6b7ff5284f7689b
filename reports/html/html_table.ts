// A table of the page. It scrolls in its own box, so that a wide one does not widen the page. The first cell of a block's later
// rows is there for screen readers, and unseen by the others.

import type { Cell, Column, ReportTable } from "../tables/report_table.ts";
import { breakable } from "./breakable.ts";
import { type Html, html, trustedHtml } from "./html.ts";

export function htmlTable({ title, columns, rows, blocks }: ReportTable): Html {
  return html`<div class="scroll" role="region" aria-label="${title}" tabindex="0"><table>
<thead><tr>${columns.map(headCell)}</tr></thead>
<tbody>${rows.map((row, i) => htmlRow(row, columns, blocks === true ? placeOf(row, rows[i - 1]) : "alone"))}</tbody>
</table></div>
`;
}

/** Where a row stands in its block. */
type Place = "first" | "later" | "alone";

function placeOf(row: readonly Cell[], above: readonly Cell[] | undefined): Place {
  if (above === undefined) return "alone";
  return above[0]?.text === row[0]?.text ? "later" : "first";
}

function headCell({ label, align }: Column): Html {
  return html`<th scope="col"${classOf(align === "right" ? ["num"] : [])}>${breakable(label)}</th>`;
}

function htmlRow(row: readonly Cell[], columns: readonly Column[], place: Place): Html {
  const cells = row.map((cell, i) =>
    bodyCell(cell, columns[i]?.align ?? "left", i === 0 && place === "later"),
  );
  return html`<tr${classOf(place === "first" ? ["block"] : [])}>${cells}</tr>
`;
}

/** Longer text may be broken in the middle of a name. */
const UNBROKEN_CHARS = 24;

function bodyCell({ text, why, tone, share }: Cell, align: Column["align"], repeats: boolean): Html {
  const classes = [align === "right" ? "num" : "", tone ?? "", repeats ? "repeat" : ""];
  const bar = share === undefined ? null : trustedHtml(` style="--share:${(100 * share).toFixed(1)}%"`);
  if (why !== undefined) return html`<td${classOf([...classes, "na"])}>${text} <small>(${why})</small></td>`;
  const unbroken = align === "right" || text.length <= UNBROKEN_CHARS;
  return html`<td${classOf([...classes, unbroken ? "unbroken" : ""])}${bar}>${unbroken ? text : breakable(text)}</td>`;
}

/** Of names that this file knows. */
function classOf(names: readonly string[]): Html {
  const given = names.filter((name) => name !== "");
  return trustedHtml(given.length === 0 ? "" : ` class="${given.join(" ")}"`);
}
