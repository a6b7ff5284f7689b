// A deterministic toy tokenizer: text has tokens without a vocabulary file.
//
// Token `id` reads as the word ` t<id>`, and that word reads back as `id`, so an answer that a client quotes in its next
// prompt is the same tokens again. All other text is cut before every space, and each piece into 4-byte tokens (UTF-8),
// hashed into the vocabulary. Cuts depend only on what stands before them: texts with an equal prefix have equal tokens
// up to the last token that lies wholly inside it. About 3 bytes a token for English text; real tokenizers reach 4.

import type { TokenId } from "../../domain/block_hash.ts";
import { VOCABULARY } from "../../domain/prompt_tokens.ts";

export interface ChatMessage {
  readonly role: string;
  readonly content: string;
}

export function encodeText(text: string): TokenId[] {
  const tokens: TokenId[] = [];
  for (let start = 0; start < text.length; ) {
    const space = text.indexOf(" ", start + 1);
    const end = space < 0 ? text.length : space;
    const id = wordToken(text, start, end);
    if (id !== null) tokens.push(id);
    else encodePiece(text, start, end, tokens);
    start = end;
  }
  return tokens;
}

/** One marker opens a message and one ends it; a last marker opens the answer. So a history is a prefix of its continuation. */
export function encodeChat(messages: readonly ChatMessage[]): TokenId[] {
  const tokens: TokenId[] = [];
  for (const message of messages) {
    tokens.push(markerToken(message.role), ...encodeText(message.content), markerToken("end"));
  }
  tokens.push(markerToken("assistant"));
  return tokens;
}

/** The inverse of encodeText for tokens of the vocabulary. */
export function tokenText(token_ids: readonly TokenId[]): string {
  return token_ids.map((id) => ` t${id}`).join("");
}

const BYTES_PER_TOKEN = 4;
const UTF8 = new TextEncoder();
const T = 0x74;

/** Null where text[start, end) is no word of a token; most are none, and told by their second letter. */
function wordToken(text: string, start: number, end: number): TokenId | null {
  if (end - start < 3 || text.charCodeAt(start + 1) !== T) return null;
  const digits = /^ t([1-9]\d{0,4})$/.exec(text.slice(start, end))?.[1];
  const id = Number(digits);
  return digits !== undefined && id < VOCABULARY ? id : null;
}

/** ASCII is its own UTF-8, and is not copied. */
function encodePiece(text: string, start: number, end: number, tokens: TokenId[]): void {
  const first_token = tokens.length;
  for (let at = start; at < end; at += BYTES_PER_TOKEN) {
    let hash = FNV_BASIS;
    for (let i = at; i < Math.min(at + BYTES_PER_TOKEN, end); i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) {
        tokens.length = first_token;
        encodeBytes(UTF8.encode(text.slice(start, end)), tokens);
        return;
      }
      hash = Math.imul(hash ^ code, FNV_PRIME);
    }
    tokens.push(vocabularyToken(hash));
  }
}

function encodeBytes(bytes: Uint8Array, tokens: TokenId[]): void {
  for (let start = 0; start < bytes.length; start += BYTES_PER_TOKEN) {
    tokens.push(hashedToken(bytes.subarray(start, start + BYTES_PER_TOKEN)));
  }
}

function markerToken(name: string): TokenId {
  return hashedToken(UTF8.encode(`<|${name}|>`));
}

const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a into the vocabulary. */
function hashedToken(bytes: Uint8Array): TokenId {
  let hash = FNV_BASIS;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, FNV_PRIME);
  return vocabularyToken(hash);
}

/** 1 … VOCABULARY − 1 */
function vocabularyToken(hash: number): TokenId {
  return 1 + (((hash ^ (hash >>> 15)) >>> 0) % (VOCABULARY - 1));
}
