// The five characters that mean something in HTML text and attributes; control characters, which mean nothing good anywhere.

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function escapeHtml(text: string): string {
  return withoutControls(text.replaceAll(/[&<>"']/g, (mark) => ENTITIES[mark] ?? mark));
}

/** ECharts escapes text, and lets these through. */
export function withoutControls(text: string): string {
  return text.replaceAll(/(?![\n\t])\p{Cc}/gu, "\ufffd");
}
