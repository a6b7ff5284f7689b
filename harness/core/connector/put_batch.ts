// One PUT of a requester, decided step by step: which copies to write, which objects become readable, and what each ending
// means. Pure: live and simulator ask the master, move the bytes and report how that went.
//
//   started(reply)     the master's answer; the `copiesToWrite` of all objects go at the same time
//   writeFailed(…)     the end of a copy that did not arrive
//   toEnd, toRevoke    objects whose copies are all written become readable, the space of the others is given back
//
// An object that exists already counts as stored: objects are immutable, so its bytes are the same.

import { present } from "../../domain/assert.ts";
import type { PutTarget } from "../../domain/master_api.ts";
import type { MemoryReplica } from "../../domain/replica.ts";
import { STORE_CODE } from "../../domain/store_error.ts";

export class PutBatch {
  /** [keys]: 0 while nothing went wrong, and for what was there already. */
  readonly #codes: number[] = [];
  /** Indices of objects that the master gave space for. */
  readonly #started: number[] = [];
  #existing = 0;
  #some_write_failed = false;

  started(objects: readonly PutTarget[]): void {
    for (let key_index = 0; key_index < objects.length; key_index++) {
      const { code } = objects[key_index] as PutTarget;
      this.#codes.push(this.#settled(code));
      if (code === STORE_CODE.OK) this.#started.push(key_index);
    }
  }

  /** The master was not reached. */
  notStarted(keys: number, code: number): void {
    for (let i = 0; i < keys; i++) this.#codes.push(code);
  }

  writeFailed(key_index: number, code: number): void {
    this.#codes[key_index] = code;
    this.#some_write_failed = true;
  }

  /** Indices of keys, after every write has ended. */
  toEnd(): readonly number[] {
    return this.#some_write_failed ? this.#startedThat(true) : this.#started;
  }

  toRevoke(): readonly number[] {
    return this.#some_write_failed ? this.#startedThat(false) : NO_KEYS;
  }

  /** The master's codes for `key_indices` of toEnd. */
  ended(key_indices: readonly number[], codes: readonly number[]): void {
    for (let i = 0; i < key_indices.length; i++) {
      const code = present(codes[i], "the master answers every key");
      this.#codes[key_indices[i] as number] = this.#settled(code);
    }
  }

  /** Keys that were there already. */
  existing(): number {
    return this.#existing;
  }

  /** [keys]: 0 stored, or why not. */
  codes(): readonly number[] {
    return this.#codes;
  }

  #settled(code: number): number {
    if (code !== STORE_CODE.OBJECT_ALREADY_EXISTS) return code;
    this.#existing++;
    return STORE_CODE.OK;
  }

  #startedThat(are_written: boolean): number[] {
    const indices: number[] = [];
    for (const key_index of this.#started) {
      if ((this.#codes[key_index] === STORE_CODE.OK) === are_written) indices.push(key_index);
    }
    return indices;
  }
}

/** The copies of an object to be written: none, unless the master gave it space. */
export function copiesToWrite({ code, replicas }: PutTarget): readonly MemoryReplica[] {
  return code === STORE_CODE.OK ? replicas : NO_REPLICAS;
}

const NO_KEYS: readonly number[] = [];
const NO_REPLICAS: readonly MemoryReplica[] = [];
