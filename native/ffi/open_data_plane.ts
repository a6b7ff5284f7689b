// The live DataPlane: native threads behind slots of shared memory. Contract: data_plane.ts; C ABI: include/tierbench.h.

import type { Pointer } from "bun:ffi";
import { assert } from "../../harness/domain/assert.ts";
import { err, ok, type Result } from "../../harness/domain/result.ts";
import type { DataPlane, DiskFile, Op, OpCode, OpResult, Region, RegionError } from "./data_plane.ts";
import { dataPlaneSlots } from "./data_plane_slots.ts";
import { DiskFileTable } from "./disk_file_table.ts";
import { loadNativeLibrary, type NativeLibrary, pointerOf } from "./native_library.ts";
import type { NativeOpenError } from "./native_open_error.ts";
import { OpRing } from "./op_ring.ts";
import { PlaneWake } from "./plane_wake.ts";
import { RegionTable } from "./region_table.ts";

export interface DataPlaneOptions {
  /** Ops that native code holds at once; more wait in JavaScript. */
  readonly slot_count?: number;
  readonly copy_threads?: number;
  /** A batch that moves at most this many bytes runs inside submit: 64 KiB take less time than waking a thread. */
  readonly inline_bytes?: number;
  /** Transfers of direct files under way at once; the others wait in native code. A disk gains little beyond 8, and several files share these. */
  readonly file_depth?: number;
  readonly io_uring?: boolean;
  readonly direct_io?: boolean;
}

const FLAG_NO_IO_URING = 1;
const FLAG_NO_DIRECT = 2;
/** File ops of O_DIRECT move whole pages. */
const FILE_ALIGN_BYTES = 4096;

/** Compiles the native library if this checkout has not yet (seconds), then starts its threads. */
export function openDataPlane(options: DataPlaneOptions = {}): Result<DataPlane, NativeOpenError> {
  const native = loadNativeLibrary();
  return native.ok ? NativeDataPlane.open(native.value, options) : native;
}

class NativeDataPlane implements DataPlane {
  readonly #native: NativeLibrary;
  readonly #plane: Pointer;
  readonly #wake: PlaneWake;
  readonly #regions: RegionTable;
  readonly #files: DiskFileTable;
  readonly #ring: OpRing<Op, OpCode>;
  #closing = false;

  static open(native: NativeLibrary, options: DataPlaneOptions): Result<DataPlane, NativeOpenError> {
    const slot_count = options.slot_count ?? 1024;
    const flags =
      (options.io_uring === false ? FLAG_NO_IO_URING : 0) |
      (options.direct_io === false ? FLAG_NO_DIRECT : 0);
    const wake = new PlaneWake();
    const error = new Int32Array(1);
    const address = native.tb_plane_open(
      slot_count,
      options.copy_threads ?? Math.min(2, navigator.hardwareConcurrency),
      options.inline_bytes ?? 65536,
      options.file_depth ?? 32,
      flags,
      wake.address,
      error,
    );
    const plane = pointerOf(address);
    if (plane === null) {
      wake.close();
      return err({
        code: "no_threads",
        detail: `native threads cannot be started (errno ${-(error[0] ?? 0)}).`,
      });
    }
    return ok(new NativeDataPlane(native, plane, wake, slot_count));
  }

  private constructor(native: NativeLibrary, plane: Pointer, wake: PlaneWake, slot_count: number) {
    this.#native = native;
    this.#plane = plane;
    this.#wake = wake;
    this.#regions = new RegionTable(native, plane);
    this.#files = new DiskFileTable(native, plane);
    this.#ring = new OpRing(dataPlaneSlots(native, plane, slot_count));
    wake.attach({
      ring: this.#ring,
      halt: () => native.tb_plane_halt(plane),
      wakeCount: () => native.tb_wake_count(plane),
    });
  }

  now_ns(): number {
    return this.#native.tb_now_ns();
  }

  createRegion(shm_path: string, bytes: number, generation: number): Result<Region, RegionError> {
    assert(!this.#closing, "the plane is open");
    return this.#regions.create(shm_path, bytes, generation);
  }

  attachRegion(shm_path: string, generation: number | null): Result<Region, RegionError> {
    assert(!this.#closing, "the plane is open");
    return this.#regions.attach(shm_path, generation);
  }

  renewRegion(region: Region, generation: number): void {
    assert(!this.#closing, "the plane is open");
    this.#regions.renew(region, generation);
  }

  closeRegion(region: Region): void {
    assert(!this.#closing, "the plane is open");
    this.#regions.close(region);
  }

  openFile(path: string, mode: "create" | "read", bytes: number): Result<DiskFile, RegionError> {
    assert(!this.#closing, "the plane is open");
    return this.#files.open(path, mode, bytes);
  }

  closeFile(file: DiskFile): void {
    assert(!this.#closing, "the plane is open");
    this.#files.close(file);
  }

  submit(ops: readonly Op[]): Promise<readonly OpResult[]> {
    assert(!this.#closing, "the plane is open");
    for (const op of ops) this.#assertTargets(op);
    const results = this.#ring.submit(ops);
    this.#wake.hold();
    return results;
  }

  async close(): Promise<void> {
    assert(!this.#closing, "a plane is closed once");
    this.#closing = true;
    this.#ring.cancelAll();
    await this.#wake.drained();
    await this.#wake.halt();
    const error = this.#native.tb_plane_close(this.#plane);
    assert(error === 0, "a plane is freed when no op is outstanding");
    this.#wake.close();
  }

  #assertTargets(op: Op): void {
    if (op.kind === "wait_until") return;
    if (op.kind === "copy") {
      this.#regions.assertOpen(op.from);
      this.#regions.assertOpen(op.to);
      return;
    }
    this.#regions.assertOpen(op.region);
    if (op.kind !== "file_write" && op.kind !== "file_read") return;
    this.#files.assertOpen(op.file);
    const aligned =
      (op.offset % FILE_ALIGN_BYTES) + (op.file_offset % FILE_ALIGN_BYTES) + (op.bytes % FILE_ALIGN_BYTES) ===
      0;
    assert(aligned, `a file op moves whole pages of ${FILE_ALIGN_BYTES} bytes`);
  }
}
