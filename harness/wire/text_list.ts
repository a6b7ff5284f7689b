// A list of strings as one string: lengths in UTF-16 units, then all texts joined. One UTF-8 conversion for a thousand
// keys costs about as much as one for each of ten.

import { keyStrings } from "../domain/block_key_batch.ts";
import { isJoined, isOfBlocks, type JoinedKeys, type KeyBatch } from "../domain/joined_keys.ts";
import { MAX_KEY_BYTES } from "../domain/object_key.ts";
import type { ByteReader } from "./byte_reader.ts";
import { boundedText, type Codec, readCount, writeCount } from "./codec.ts";
import { MAX_MESSAGE_BYTES } from "./limits.ts";

const MAX_BYTES_PER_UNIT = 3;

/** Strings of at most `max_bytes` of UTF-8 each. */
export function textList(max_bytes: number): Codec<readonly string[]> {
  return {
    write(writer, values) {
      writeCount(writer, values.length);
      for (const value of values) {
        if (isOver(value, max_bytes)) writer.fail(overLimit(value, max_bytes));
        writer.u32(value.length);
      }
      writer.text(values.join(""));
    },
    read(reader) {
      return separate(readJoined(reader, max_bytes));
    },
  };
}

export const objectKey: Codec<string> = boundedText(MAX_KEY_BYTES);
export const objectKeys: Codec<readonly string[]> = textList(MAX_KEY_BYTES);

/** The same bytes as objectKeys; what is read stays one text. */
export const joinedKeys: Codec<KeyBatch> = {
  write: (writer, keys) => objectKeys.write(writer, strings(keys)),
  read: (reader) => readJoined(reader, MAX_KEY_BYTES),
};

function strings(keys: KeyBatch): readonly string[] {
  if (isJoined(keys)) return separate(keys);
  return isOfBlocks(keys) ? keyStrings(keys) : keys;
}

function separate({ text, bounds }: JoinedKeys): string[] {
  return bounds.slice(1).map((end, i) => text.slice(bounds[i], end));
}

/** Empty with a fault. */
function readJoined(reader: ByteReader, max_bytes: number): JoinedKeys {
  const count = readCount(reader);
  const bounds = [0];
  let end = 0;
  let longest = 0;
  for (let i = 0; i < count && reader.fault === null; i++) {
    const length = reader.u32();
    longest = Math.max(longest, length);
    end += length;
    bounds.push(end);
  }
  const text = reader.text(MAX_MESSAGE_BYTES);
  if (end !== text.length) reader.fail(`texts of ${end} units were announced, ${text.length} came`);
  const joined = { text, bounds };
  if (reader.fault === null && longest * MAX_BYTES_PER_UNIT > max_bytes) {
    for (const value of separate(joined))
      if (isOver(value, max_bytes)) reader.fail(overLimit(value, max_bytes));
  }
  return reader.fault === null ? joined : { text: "", bounds: [0] };
}

function isOver(value: string, max_bytes: number): boolean {
  return value.length * MAX_BYTES_PER_UNIT > max_bytes && Buffer.byteLength(value) > max_bytes;
}

function overLimit(value: string, max_bytes: number): string {
  return `a string of ${Buffer.byteLength(value)} bytes is over the limit of ${max_bytes}`;
}
