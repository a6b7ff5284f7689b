// What a plain TCP stream does over this machine's loopback: the yardstick that a data path over TCP is held against. Blocks for
// as long as it streams.

import type { Pointer } from "bun:ffi";
import { assert } from "../../harness/domain/assert.ts";
import { err, ok, type Result } from "../../harness/domain/result.ts";
import { loadNativeLibrary, type NativeLibrary, pointerOf } from "./native_library.ts";
import type { NativeOpenError } from "./native_open_error.ts";

export class LoopbackBaseline {
  readonly #native: NativeLibrary;
  readonly #stream: Pointer;

  /** Takes 2 × `buffer_bytes` of memory and a connection until it is closed. */
  static open(buffer_bytes: number): Result<LoopbackBaseline, NativeOpenError> {
    const native = loadNativeLibrary();
    if (!native.ok) return native;
    const error = new Int32Array(1);
    const stream = pointerOf(native.value.tb_loopback_open(buffer_bytes, error));
    if (stream !== null) return ok(new LoopbackBaseline(native.value, stream));
    return err({
      code: "no_threads",
      detail: `no TCP connection over loopback (errno ${-(error[0] ?? 0)}).`,
    });
  }

  private constructor(native: NativeLibrary, stream: Pointer) {
    this.#native = native;
    this.#stream = stream;
  }

  /** `pieces` × `piece_bytes`, which the buffers hold, until the last byte has come. */
  streamNs(piece_bytes: number, pieces: number): number {
    const ns = this.#native.tb_loopback_run(this.#stream, piece_bytes, pieces);
    assert(ns > 0, `a connection over loopback carries ${pieces} × ${piece_bytes} bytes`);
    return ns;
  }

  close(): void {
    this.#native.tb_loopback_close(this.#stream);
  }
}
