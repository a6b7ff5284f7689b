// Text of a run inside Markdown: nothing in it may become markup, HTML, or a new line. Underscores inside a word are literal in
// CommonMark and stay readable.

export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/\p{Cc}|\p{Cf}/gu, " ")
    .replaceAll(/[\\`*[\]<>|~#&]/g, (mark) => (mark === "<" ? "&lt;" : mark === "&" ? "&amp;" : `\\${mark}`))
    .replaceAll(/(?<!\w)_|_(?!\w)/g, "\\_");
}
