// Tokens of text without a tokenizer: a token is four bytes of UTF-8, which is about what English text comes to in today's
// vocabularies. Texts with an equal beginning have equal tokens there, so shared prefixes of a data set are kept.

const BYTES_PER_TOKEN = 4;
const encoder = new TextEncoder();

/** [ceil(bytes / 4)] */
export function textTokens(text: string): number[] {
  const bytes = encoder.encode(text);
  const tokens: number[] = [];
  for (let start = 0; start < bytes.length; start += BYTES_PER_TOKEN) {
    let token = 0;
    const end = Math.min(start + BYTES_PER_TOKEN, bytes.length);
    for (let i = start; i < end; i++) token = token * 256 + (bytes[i] as number);
    tokens.push(token);
  }
  return tokens;
}
