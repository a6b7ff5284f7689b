// A list of strings as one string: lengths in UTF-16 units, then all texts joined. One UTF-8 conversion for a thousand
// keys costs about as much as one for each of ten.

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
      const lengths = readLengths(reader);
      const joined = reader.text(MAX_MESSAGE_BYTES);
      const values: string[] = [];
      let start = 0;
      for (const length of lengths) {
        const value = joined.slice(start, start + length);
        if (isOver(value, max_bytes)) reader.fail(overLimit(value, max_bytes));
        values.push(value);
        start += length;
      }
      if (start !== joined.length)
        reader.fail(`texts of ${start} units were announced, ${joined.length} came`);
      return reader.fault === null ? values : [];
    },
  };
}

export const objectKey: Codec<string> = boundedText(MAX_KEY_BYTES);
export const objectKeys: Codec<readonly string[]> = textList(MAX_KEY_BYTES);

function readLengths(reader: ByteReader): number[] {
  const count = readCount(reader);
  const lengths: number[] = [];
  for (let i = 0; i < count && reader.fault === null; i++) lengths.push(reader.u32());
  return lengths;
}

function isOver(value: string, max_bytes: number): boolean {
  return value.length * MAX_BYTES_PER_UNIT > max_bytes && Buffer.byteLength(value) > max_bytes;
}

function overLimit(value: string, max_bytes: number): string {
  return `a string of ${Buffer.byteLength(value)} bytes is over the limit of ${max_bytes}`;
}
