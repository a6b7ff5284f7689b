// A deterministic toy tokenizer: text has tokens without a vocabulary file.
//
// Token `id` reads as the word ` t<id>`, and that word reads back as `id`, so an answer that a client quotes in its next
// prompt is the same tokens again. All other text is cut before every space, and each piece into 4-byte tokens (UTF-8),
// hashed into the vocabulary. Cuts depend only on what stands before them: texts with an equal prefix have equal tokens
// up to the last token that lies wholly inside it. About 3 bytes a token for English text; real tokenizers reach 4.

import type { TokenId } from "../domain/block_hash.ts";
import { VOCABULARY } from "../domain/prompt_tokens.ts";

export interface ChatMessage {
  readonly role: string;
  readonly content: string;
}

export function encodeText(text: string): TokenId[] {
  const tokens: TokenId[] = [];
  for (const piece of text.match(PIECE) ?? []) {
    const id = wordToken(piece);
    if (id !== null) tokens.push(id);
    else encodePiece(piece, tokens);
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

const PIECE = / ?[^ ]+| /g;
const BYTES_PER_TOKEN = 4;
const UTF8 = new TextEncoder();

function wordToken(piece: string): TokenId | null {
  const digits = /^ t([1-9]\d{0,4})$/.exec(piece)?.[1];
  const id = Number(digits);
  return digits !== undefined && id < VOCABULARY ? id : null;
}

function encodePiece(piece: string, tokens: TokenId[]): void {
  const bytes = UTF8.encode(piece);
  for (let start = 0; start < bytes.length; start += BYTES_PER_TOKEN) {
    tokens.push(hashedToken(bytes.subarray(start, start + BYTES_PER_TOKEN)));
  }
}

function markerToken(name: string): TokenId {
  return hashedToken(UTF8.encode(`<|${name}|>`));
}

/** FNV-1a into 1 … VOCABULARY − 1. */
function hashedToken(bytes: Uint8Array): TokenId {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  hash ^= hash >>> 15;
  return 1 + ((hash >>> 0) % (VOCABULARY - 1));
}
