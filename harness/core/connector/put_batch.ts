// One PUT of a requester, decided step by step: which copies to write, which objects become readable, and what each ending
// means. Pure: live and simulator ask the master, move the bytes and report how that went.
//
//   started(reply)     the master's answer; its `writes` all go at the same time
//   copied(…)          the end of each write
//   toEnd, toRevoke    objects whose copies are all written become readable, the space of the others is given back
//
// An object that exists already counts as stored: objects are immutable, so its bytes are the same.

import { present } from "../../domain/assert.ts";
import type { PutTarget } from "../../domain/master_api.ts";
import { STORE_CODE } from "../../domain/store_error.ts";

/** Writes into one segment. */
export interface WriteGroup {
  readonly segment_name: string;
  /** Of the mount that has the space. */
  readonly generation: number;
  readonly writes: readonly {
    /** Into the keys of the PUT. */
    readonly key_index: number;
    readonly segment_offset: number;
  }[];
}

export class PutBatch {
  /** [keys]: 0 while nothing went wrong. */
  readonly #codes: number[] = [];
  /** Indices of objects that the master gave space for. */
  readonly #started: number[] = [];

  started(objects: readonly PutTarget[]): readonly WriteGroup[] {
    const groups = new Map<string, WriteGroup & { readonly writes: WriteGroup["writes"][number][] }>();
    for (const [key_index, { code, replicas }] of objects.entries()) {
      this.#codes.push(code);
      if (code !== STORE_CODE.OK) continue;
      this.#started.push(key_index);
      for (const { segment_name, generation, offset } of replicas) {
        const mount = `${generation} ${segment_name}`;
        const group = groups.get(mount) ?? { segment_name, generation, writes: [] };
        group.writes.push({ key_index, segment_offset: offset });
        groups.set(mount, group);
      }
    }
    return [...groups.values()];
  }

  /** The master was not reached. */
  notStarted(keys: number, code: number): void {
    for (let i = 0; i < keys; i++) this.#codes.push(code);
  }

  writeFailed(key_index: number, code: number): void {
    this.#codes[key_index] = code;
  }

  /** Indices of keys, after every write has ended. */
  toEnd(): readonly number[] {
    return this.#started.filter((key_index) => this.#codes[key_index] === STORE_CODE.OK);
  }

  toRevoke(): readonly number[] {
    return this.#started.filter((key_index) => this.#codes[key_index] !== STORE_CODE.OK);
  }

  /** The master's codes for `key_indices` of toEnd. */
  ended(key_indices: readonly number[], codes: readonly number[]): void {
    for (const [i, key_index] of key_indices.entries()) {
      this.#codes[key_index] = present(codes[i], "the master answers every key");
    }
  }

  /** Keys that were there already. */
  existing(): number {
    return this.#codes.filter((code) => code === STORE_CODE.OBJECT_ALREADY_EXISTS).length;
  }

  /** [keys]: 0 stored, or why not. */
  codes(): readonly number[] {
    return this.#codes.map((code) => (code === STORE_CODE.OBJECT_ALREADY_EXISTS ? STORE_CODE.OK : code));
  }
}
