// The disk files a plane has open.

import type { Pointer } from "bun:ffi";
import { assert, present } from "../../harness/domain/assert.ts";
import { err, ok, type Result } from "../../harness/domain/result.ts";
import type { DiskFile, RegionError } from "./data_plane.ts";
import { cString, type NativeLibrary } from "./native_library.ts";
import { regionError } from "./region_error.ts";

const MODES = { create: 0, read: 1 } as const;
const PATHS_TAKEN = ["io_uring+direct", "pread+direct", "pread+buffered"] as const;

export class DiskFileTable {
  readonly #native: NativeLibrary;
  readonly #plane: Pointer;
  readonly #open = new Map<number, DiskFile>();

  constructor(native: NativeLibrary, plane: Pointer) {
    this.#native = native;
    this.#plane = plane;
  }

  open(path: string, mode: "create" | "read", bytes: number): Result<DiskFile, RegionError> {
    assert(Number.isSafeInteger(bytes) && bytes >= 0, `a file's bytes are an integer, got ${bytes}`);
    assert(mode === "read" || bytes > 0, "a file is created with room for something");
    const file_id = this.#native.tb_file_open(this.#plane, cString(path), MODES[mode], bytes);
    if (file_id < 0) return err(regionError(path, file_id));
    const path_taken = PATHS_TAKEN[this.#native.tb_file_path_taken(this.#plane, file_id)];
    const file: DiskFile = {
      file_id,
      path,
      path_taken: present(path_taken, "native code knows three paths"),
    };
    this.#open.set(file_id, file);
    return ok(file);
  }

  close(file: DiskFile): void {
    this.assertOpen(file);
    const error = this.#native.tb_file_close(this.#plane, file.file_id);
    assert(error === 0, `no op runs on ${file.path} when it is closed`);
    this.#open.delete(file.file_id);
  }

  assertOpen(file: DiskFile): void {
    assert(this.#open.get(file.file_id) === file, `${file.path} is an open file of this plane`);
  }
}
