// A table in GitHub's Markdown. Missing values carry their reason: `n/a (HBM hits move no bytes)`.

import type { Cell, ReportTable } from "../tables/report_table.ts";
import { escapeMarkdown } from "./escape_markdown.ts";

export function markdownTable({ columns, rows }: ReportTable): string {
  const rule = columns.map(({ align }) => (align === "right" ? "--:" : ":--"));
  return [columns.map(({ label }) => escapeMarkdown(label)), rule, ...rows.map((row) => row.map(textOf))]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function textOf({ text, why, tone }: Cell): string {
  const shown = escapeMarkdown(why === undefined ? text : `${text} (${why})`);
  return tone === "bad" || tone === "good" ? `**${shown}**` : shown;
}
