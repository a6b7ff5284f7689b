// The answers to a batch, one code a key: two bytes each, written and read in one go, for a master answers millions a second.

import { type Codec, readCount, writeCount } from "./codec.ts";

/** Codes of domain/store_error.ts and small counts: −32,768 to 32,767. */
export const codeList: Codec<readonly number[]> = {
  write(writer, codes) {
    writeCount(writer, codes.length);
    writer.i16s(codes);
  },
  read: (reader) => reader.i16s(readCount(reader)),
};
