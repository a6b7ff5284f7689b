// A requester of a real Mooncake store through the C API of a `libmooncake_store.so` that the user has and names. Calls block the
// thread: this belongs in a process of its own (harness/stack/mooncake/mooncake_library_requester.ts). Bytes move between the store and
// mapped shared memory; only names, addresses and codes pass here. Layouts: spec mooncake_store.md §6.9.

import { dlopen, type Library, type Pointer, ptr } from "bun:ffi";
import { assert, present } from "../../harness/domain/assert.ts";
import type { ReplicateConfig } from "../../harness/domain/replica.ts";
import { err, ok, type Result } from "../../harness/domain/result.ts";
import { MOONCAKE_SYMBOLS } from "./mooncake_symbols.ts";
import { cString, pointerOf } from "./native_library.ts";
import type { NativeOpenError } from "./native_open_error.ts";

export interface MooncakeSetup {
  readonly local_hostname: string;
  readonly metadata_server: string;
  readonly local_buffer_bytes: number;
  readonly protocol: string;
  readonly device_name: string;
  readonly master_address: string;
}

/** A range of memory that `mapFile` has mapped. */
export interface MappedRange {
  readonly key: string;
  readonly address: number;
  readonly bytes: number;
}

/** replica_num; soft and hard pin; preferred segments and how many: 8 + 4 + 4 + 8 + 8 bytes. */
const CONFIG = { bytes: 32, replica_num: 0, soft_pin: 8, hard_pin: 12, segments: 16, segment_count: 24 };

export class MooncakeLibrary {
  readonly #symbols: Library<typeof MOONCAKE_SYMBOLS>["symbols"];
  readonly #store: Pointer;
  /** Kept from the collector for as long as native code has their addresses. */
  readonly #mapped: Uint8Array[] = [];

  private constructor(symbols: Library<typeof MOONCAKE_SYMBOLS>["symbols"], store: Pointer) {
    this.#symbols = symbols;
    this.#store = store;
  }

  static open(library_path: string): Result<MooncakeLibrary, NativeOpenError> {
    try {
      const { symbols } = dlopen(library_path, MOONCAKE_SYMBOLS);
      const store = pointerOf(symbols.mooncake_store_create());
      return ok(new MooncakeLibrary(symbols, present(store, "mooncake_store_create gives a store")));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return err({
        code: "load_failed",
        detail: `${library_path}: is no Mooncake store library (${reason}).`,
      });
    }
  }

  /** A requester mounts no segment. 0, or the store's code. */
  setup(setup: MooncakeSetup): number {
    return this.#symbols.mooncake_store_setup(
      this.#store,
      cString(setup.local_hostname),
      cString(setup.metadata_server),
      0n,
      BigInt(setup.local_buffer_bytes),
      cString(setup.protocol),
      cString(setup.device_name),
      cString(setup.master_address),
    );
  }

  /** Maps a file of shared memory; the address of its byte `offset`. */
  mapFile(path: string, offset: number): number {
    const mapped = Bun.mmap(path, { shared: true });
    this.#mapped.push(mapped);
    return Number(ptr(mapped)) + offset;
  }

  register(address: number, bytes: number): number {
    return this.#symbols.mooncake_store_register_buffer(this.#store, asPointer(address), BigInt(bytes));
  }

  /** [keys]: 1, 0 or a negative code. */
  exists(keys: readonly string[]): readonly number[] {
    const names = new CStrings(keys);
    const results = new Int32Array(keys.length);
    const code = this.#symbols.mooncake_store_batch_is_exist(
      this.#store,
      names.pointers,
      BigInt(keys.length),
      results,
    );
    return code < 0 ? keys.map(() => code) : [...results];
  }

  /** [ranges]: bytes read or a negative code. */
  get(ranges: readonly MappedRange[]): readonly number[] {
    const { names, buffers, sizes, count } = arraysOf(ranges);
    const results = new BigInt64Array(ranges.length);
    const code = this.#symbols.mooncake_store_batch_get_into(
      this.#store,
      names.pointers,
      buffers,
      sizes,
      count,
      results,
    );
    return code < 0 ? ranges.map(() => code) : [...results].map(Number);
  }

  /** [ranges]: 0 or a negative code. */
  put(ranges: readonly MappedRange[], config: ReplicateConfig): readonly number[] {
    const { names, buffers, sizes, count } = arraysOf(ranges);
    const results = new Int32Array(ranges.length);
    const preferred = new CStrings(config.preferred_segments);
    const code = this.#symbols.mooncake_store_batch_put_from(
      this.#store,
      names.pointers,
      buffers,
      sizes,
      count,
      configOf(config, preferred),
      results,
    );
    return code < 0 ? ranges.map(() => code) : [...results];
  }

  remove(key: string, force: boolean): number {
    return this.#symbols.mooncake_store_remove(this.#store, cString(key), force ? 1 : 0);
  }

  /** Objects removed, or a negative code. */
  removeAll(force: boolean): number {
    return Number(this.#symbols.mooncake_store_remove_all(this.#store, force ? 1 : 0));
  }

  close(): void {
    this.#symbols.mooncake_store_destroy(this.#store);
  }
}

/** An array of C strings. The texts live as long as this does. */
class CStrings {
  readonly pointers: BigUint64Array;
  readonly #texts: readonly Uint8Array[];

  constructor(texts: readonly string[]) {
    this.#texts = texts.map(cString);
    // An empty array has no address; a list of none is never read.
    this.pointers = new BigUint64Array(Math.max(1, texts.length));
    for (const [i, text] of this.#texts.entries()) this.pointers[i] = BigInt(ptr(text));
  }
}

function arraysOf(ranges: readonly MappedRange[]): {
  readonly names: CStrings;
  readonly buffers: BigUint64Array;
  readonly sizes: BigUint64Array;
  readonly count: bigint;
} {
  assert(ranges.length > 0, "a batch has ranges");
  return {
    names: new CStrings(ranges.map(({ key }) => key)),
    buffers: BigUint64Array.from(ranges, ({ address }) => BigInt(address)),
    sizes: BigUint64Array.from(ranges, ({ bytes }) => BigInt(bytes)),
    count: BigInt(ranges.length),
  };
}

function configOf(config: ReplicateConfig, preferred: CStrings): Uint8Array {
  const expressible = config.group_ids.length === 0 && config.soft_pin_ttl_ms === null;
  assert(expressible, "the store's C interface has neither groups nor a time for soft pins");
  const bytes = new Uint8Array(CONFIG.bytes);
  const view = new DataView(bytes.buffer);
  const count = config.preferred_segments.length;
  view.setBigUint64(CONFIG.replica_num, BigInt(config.replica_num), true);
  view.setInt32(CONFIG.soft_pin, config.soft_pin ? 1 : 0, true);
  view.setInt32(CONFIG.hard_pin, config.hard_pin ? 1 : 0, true);
  view.setBigUint64(CONFIG.segments, count === 0 ? 0n : BigInt(ptr(preferred.pointers)), true);
  view.setBigUint64(CONFIG.segment_count, BigInt(count), true);
  return bytes;
}

/** Addresses of user memory are exact as numbers. */
function asPointer(address: number): Pointer {
  return address as Pointer;
}
