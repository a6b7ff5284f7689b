// Codecs as values: small ones for numbers and strings, combinators for structures. A codec writes a value and reads
// the same value back; reading malformed bytes leaves a fault in the reader and never throws or runs away.
//
// Layout: numbers little-endian; integers beyond 32 bits travel as f64, exact to 2^53; strings and lists carry a u32 count
// in front. `struct` writes its fields in the order they are named, nothing between them.

import { assert } from "../domain/assert.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { ByteReader } from "./byte_reader.ts";
import type { ByteWriter } from "./byte_writer.ts";
import { MAX_LIST_ITEMS, MAX_TEXT_BYTES } from "./limits.ts";

export interface Codec<T> {
  write(writer: ByteWriter, value: T): void;
  read(reader: ByteReader): T;
}

/** A value of the whole of `bytes`, or what is wrong with them. */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array): Result<T, string> {
  const reader = new ByteReader(bytes);
  const value = codec.read(reader);
  if (reader.fault === null && reader.remaining > 0) reader.fail(`${reader.remaining} bytes too many`);
  return reader.fault === null ? ok(value) : err(reader.fault);
}

export const u8: Codec<number> = {
  write: (writer, value) => writer.u8(value),
  read: (reader) => reader.u8(),
};

export const u32: Codec<number> = {
  write: (writer, value) => writer.u32(value),
  read: (reader) => reader.u32(),
};

export const f64: Codec<number> = {
  write: (writer, value) => writer.f64(value),
  read: (reader) => reader.f64(),
};

/** A safe integer: bytes, offsets, codes, ns. */
export const integer: Codec<number> = {
  write(writer, value) {
    // Not in one call: the text would be made for every number, which takes longer than to send it.
    if (!Number.isSafeInteger(value)) assert(false, `a whole number is sent as an integer, got ${value}`);
    writer.f64(value);
  },
  read(reader) {
    const value = reader.f64();
    if (Number.isSafeInteger(value)) return value;
    reader.fail("a number is not a safe integer");
    return 0;
  },
};

export const bool: Codec<boolean> = {
  write: (writer, value) => writer.u8(value ? 1 : 0),
  read(reader) {
    const value = reader.u8();
    if (value > 1) reader.fail(`a boolean is 0 or 1, got ${value}`);
    return value === 1;
  },
};

export const text: Codec<string> = boundedText(MAX_TEXT_BYTES);

export function boundedText(max_bytes: number): Codec<string> {
  return {
    write(writer, value) {
      const length = writer.text(value);
      if (length > max_bytes) writer.fail(`a string of ${length} bytes is over the limit of ${max_bytes}`);
    },
    read: (reader) => reader.text(max_bytes),
  };
}

/** A value that both sides know: it takes no bytes. */
export function constant<const T>(value: T): Codec<T> {
  return { write: () => {}, read: () => value };
}

export function nullable<T>(codec: Codec<T>): Codec<T | null> {
  return {
    write(writer, value) {
      bool.write(writer, value !== null);
      if (value !== null) codec.write(writer, value);
    },
    read: (reader) => (bool.read(reader) ? codec.read(reader) : null),
  };
}

export function struct<T extends object>(fields: { readonly [K in keyof T]: Codec<T[K]> }): Codec<T> {
  const names = Object.keys(fields) as (keyof T)[];
  return {
    write(writer, value) {
      for (const name of names) fields[name].write(writer, value[name]);
    },
    read(reader) {
      const value: Partial<T> = {};
      for (const name of names) value[name] = fields[name].read(reader);
      return value as T;
    },
  };
}

/** One of several structures, told apart by the field `tag`; on the wire by their position in `variants`. */
export function union<Tag extends string, T extends { readonly [K in Tag]: string }>(
  tag: Tag,
  variants: { readonly [V in T[Tag]]: Codec<Extract<T, { readonly [K in Tag]: V }>> },
): Codec<T> {
  const names = Object.keys(variants) as T[Tag][];
  const first = names[0];
  assert(first !== undefined, "a union has a variant");
  return {
    write(writer, value) {
      const index = names.indexOf(value[tag]);
      assert(index >= 0, `${value[tag]} is a variant of the union`);
      writer.u8(index);
      (variants[value[tag]] as Codec<T>).write(writer, value);
    },
    read(reader) {
      const index = reader.u8();
      const name = names[index];
      if (name === undefined) reader.fail(`variant ${index} of ${names.length} does not exist`);
      return (variants[name ?? first] as Codec<T>).read(reader);
    },
  };
}

export function list<T>(item: Codec<T>): Codec<readonly T[]> {
  return {
    write(writer, values) {
      writeCount(writer, values.length);
      for (const value of values) item.write(writer, value);
    },
    read(reader) {
      const values: T[] = [];
      const count = readCount(reader);
      for (let i = 0; i < count && reader.fault === null; i++) values.push(item.read(reader));
      return values;
    },
  };
}

/** A list of structures, written field by field: every column has the codec of a list. */
export function columns<T extends object>(
  fields: {
    readonly [K in keyof T]: Codec<readonly T[K][]>;
  },
): Codec<readonly T[]> {
  const names = Object.keys(fields) as (keyof T)[];
  return {
    write(writer, rows) {
      writeCount(writer, rows.length);
      for (const name of names) {
        fields[name].write(
          writer,
          rows.map((row) => row[name]),
        );
      }
    },
    read(reader) {
      const rows = Array.from({ length: readCount(reader) }, (): Partial<T> => ({}));
      for (const name of names) {
        const column = fields[name].read(reader);
        if (column.length !== rows.length) reader.fail(`${column.length} values for ${rows.length} rows`);
        if (reader.fault !== null) return [];
        rows.forEach((row, i) => {
          row[name] = column[i] as T[keyof T];
        });
      }
      return rows as T[];
    },
  };
}

export function writeCount(writer: ByteWriter, count: number): void {
  if (count > MAX_LIST_ITEMS) writer.fail(`a list of ${count} is over the limit of ${MAX_LIST_ITEMS}`);
  writer.u32(count);
}

/** Never more than the bytes that are left, so that a false count costs nothing. */
export function readCount(reader: ByteReader): number {
  const count = reader.u32();
  if (count > MAX_LIST_ITEMS) reader.fail(`a list of ${count} is over the limit of ${MAX_LIST_ITEMS}`);
  if (count > reader.remaining) reader.fail(`a list of ${count} does not fit ${reader.remaining} bytes`);
  return reader.fault === null ? count : 0;
}
