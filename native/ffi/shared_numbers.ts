// A few doubles under a lock between processes. Contract: SharedNumbers in data_plane.ts. Contents are what the last holder
// left, also when it died inside `update`.

import { type Pointer, toArrayBuffer } from "bun:ffi";
import { assert, present } from "../../harness/domain/assert.ts";
import { err, ok, type Result } from "../../harness/domain/result.ts";
import type { RegionError, SharedNumbers } from "./data_plane.ts";
import { cString, loadNativeLibrary, type NativeLibrary, pointerOf } from "./native_library.ts";
import type { NativeOpenError } from "./native_open_error.ts";
import { regionError } from "./region_error.ts";

/** `length` zeros in a new file, which close() of the maker unlinks. */
export function createSharedNumbers(
  path: string,
  length: number,
): Result<SharedNumbers, RegionError | NativeOpenError> {
  assert(Number.isSafeInteger(length) && length > 0, `a table of numbers has a length, got ${length}`);
  return openNumbers(path, (native, error) =>
    pointerOf(native.tb_numbers_create(cString(path), length, error)),
  );
}

export function attachSharedNumbers(path: string): Result<SharedNumbers, RegionError | NativeOpenError> {
  return openNumbers(path, (native, error) => pointerOf(native.tb_numbers_attach(cString(path), error)));
}

function openNumbers(
  path: string,
  open: (native: NativeLibrary, error: Int32Array) => Pointer | null,
): Result<SharedNumbers, RegionError | NativeOpenError> {
  const native = loadNativeLibrary();
  if (!native.ok) return native;
  const error = new Int32Array(1);
  const numbers = open(native.value, error);
  if (numbers === null) return err(regionError(path, error[0] ?? 0));
  return ok(new NativeSharedNumbers(native.value, numbers, path));
}

class NativeSharedNumbers implements SharedNumbers {
  readonly #native: NativeLibrary;
  readonly #numbers: Pointer;
  readonly #path: string;
  readonly #values: Float64Array;
  #closed = false;

  constructor(native: NativeLibrary, numbers: Pointer, path: string) {
    this.#native = native;
    this.#numbers = numbers;
    this.#path = path;
    const values = present(pointerOf(native.tb_numbers_values(numbers)), "open numbers have an address");
    this.#values = new Float64Array(toArrayBuffer(values, 0, native.tb_numbers_length(numbers) * 8));
  }

  get length(): number {
    return this.#values.length;
  }

  update(body: (values: Float64Array) => void): void {
    // Behind close() the view would show unmapped memory, which ends the process.
    assert(!this.#closed, `${this.#path} is open`);
    const locked = this.#native.tb_numbers_lock(this.#numbers);
    assert(
      locked >= 0,
      `${this.#path}: the lock is held for moments, and no process stops while it holds it`,
    );
    try {
      body(this.#values);
    } finally {
      this.#native.tb_numbers_unlock(this.#numbers);
    }
  }

  close(): void {
    assert(!this.#closed, `${this.#path} is closed once`);
    this.#closed = true;
    this.#native.tb_numbers_close(this.#numbers);
  }
}
