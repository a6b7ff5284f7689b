// Breaks text into lines of at most `width` characters: between words, else after `_ + , = /` of a long name, else anywhere.

export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const piece of piecesOf(text, width)) {
    if (line !== "" && line.length + piece.trimEnd().length > width) {
      lines.push(line.trimEnd());
      line = "";
    }
    line += piece;
  }
  return [...lines, line.trimEnd()];
}

/** Words with the space behind them; words that do not fit are cut. */
function piecesOf(text: string, width: number): string[] {
  return (text.match(/\S+\s*/g) ?? []).flatMap((word) => {
    if (word.trimEnd().length <= width) return [word];
    const parts = word.match(/[^_+,=/]*[_+,=/]|[^_+,=/]+\s*$/g) ?? [word];
    return parts.flatMap((part) => part.match(new RegExp(`.{1,${width}}`, "gsu")) ?? []);
  });
}
