// What memcpy does on this machine: the yardstick that copies are held against. Its buffers stay, so that each round meets
// touched memory and caches as the work between two rounds has left them. Blocks for as long as it copies.

import type { Pointer } from "bun:ffi";
import { assert, present } from "../../harness/domain/assert.ts";
import { ok, type Result } from "../../harness/domain/result.ts";
import { loadNativeLibrary, type NativeLibrary, pointerOf } from "./native_library.ts";
import type { NativeOpenError } from "./native_open_error.ts";

export class MemcpyBaseline {
  readonly #native: NativeLibrary;
  readonly #buffers: Pointer;

  /** Takes 2 × `buffer_bytes` of memory until it is closed. */
  static open(buffer_bytes: number): Result<MemcpyBaseline, NativeOpenError> {
    const native = loadNativeLibrary();
    if (!native.ok) return native;
    const buffers = pointerOf(native.value.tb_memcpy_open(buffer_bytes));
    return ok(new MemcpyBaseline(native.value, present(buffers, "a number of bytes is exact")));
  }

  private constructor(native: NativeLibrary, buffers: Pointer) {
    this.#native = native;
    this.#buffers = buffers;
  }

  /** `pieces` × `piece_bytes`, which the buffers hold, by `threads` that are awake when time starts. */
  copyNs(piece_bytes: number, pieces: number, threads: number): number {
    const ns = this.#native.tb_memcpy_run(this.#buffers, piece_bytes, pieces, threads);
    assert(ns >= 0, `the buffers hold ${pieces} × ${piece_bytes} bytes`);
    return ns;
  }

  close(): void {
    this.#native.tb_memcpy_close(this.#buffers);
  }
}
