/** `1 pair`, `6 pairs`; nouns that end in s, as `series`, stay as they are. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 || noun.endsWith("s") ? "" : "s"}`;
}
