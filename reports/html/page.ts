// One self-contained page: opens offline, loads nothing, runs no script.

import { type Html, html, trustedHtml } from "./html.ts";
import { REPORT_STYLE } from "./report_style.ts";

export function renderPage(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · tierbench</title>
<link rel="icon" href="data:,">
<style>${trustedHtml(REPORT_STYLE)}</style>
</head>
<body>
${body}
</body>
</html>
`.text;
}
