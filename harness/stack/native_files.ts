// The disk tier of native offloading: a file a block, written from and read into the engine's pool of memory by the data plane.
// vLLM's fs tier reads and writes with 16 threads each; here that many files are open at a time.

import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { DataPlane, Region } from "../../native/ffi/data_plane.ts";
import type { Log } from "./process_config.ts";

export interface NativeFilesParts {
  readonly plane: DataPlane;
  /** Of this engine alone; exists. */
  readonly disk_path: string;
  readonly pool: Region;
  /** A slot of the pool, and a file; a multiple of 4096. */
  readonly slot_bytes: number;
  readonly log: Log;
}

/** A slot of the pool and the file that it is read from or written to. */
export interface SlotFile {
  readonly slot: number;
  readonly file_id: number;
}

const FILES_AT_A_TIME = 16;

export class NativeFiles {
  disk_errors = 0;
  readonly #parts: NativeFilesParts;
  /** Writes follow each other, behind the loads that wait for nobody. */
  #last_write: Promise<unknown> = Promise.resolve();
  readonly #removals = new Set<Promise<void>>();

  constructor(parts: NativeFilesParts) {
    this.#parts = parts;
  }

  /** [files]: it is in its slot. */
  async read(files: readonly SlotFile[]): Promise<readonly boolean[]> {
    return this.#transfer("file_read", files);
  }

  /** [files]: it is on disk. */
  write(files: readonly SlotFile[]): Promise<readonly boolean[]> {
    const written = this.#last_write.then(() => this.#transfer("file_write", files));
    this.#last_write = written;
    return written;
  }

  remove(file_ids: readonly number[]): void {
    for (const file_id of file_ids) {
      const removal = rm(this.#path(file_id), { force: true })
        .catch((error: unknown) => this.#failed(`remove block file ${file_id}: ${String(error)}`))
        .finally(() => this.#removals.delete(removal));
      this.#removals.add(removal);
    }
  }

  /** What was begun is done. */
  async settled(): Promise<void> {
    await this.#last_write;
    await Promise.all(this.#removals);
  }

  async #transfer(kind: "file_read" | "file_write", files: readonly SlotFile[]): Promise<boolean[]> {
    const done: boolean[] = [];
    for (let start = 0; start < files.length; start += FILES_AT_A_TIME) {
      const some = files.slice(start, start + FILES_AT_A_TIME);
      done.push(...(await Promise.all(some.map((file) => this.#transferOne(kind, file)))));
    }
    return done;
  }

  async #transferOne(kind: "file_read" | "file_write", { slot, file_id }: SlotFile): Promise<boolean> {
    const { plane, pool, slot_bytes } = this.#parts;
    const file = plane.openFile(this.#path(file_id), kind === "file_write" ? "create" : "read", slot_bytes);
    if (!file.ok) {
      this.#failed(`open block file ${file_id}: ${file.error.code}: ${file.error.detail}`);
      return false;
    }
    const [result] = await plane.submit([
      { kind, file: file.value, file_offset: 0, region: pool, offset: slot * slot_bytes, bytes: slot_bytes },
    ]);
    plane.closeFile(file.value);
    if (result?.code === "ok") return true;
    this.#failed(`${kind} of block file ${file_id}: ${result?.code} ${result?.value}`);
    return false;
  }

  #failed(line: string): void {
    this.disk_errors++;
    this.#parts.log(`WARNING ${line}`);
  }

  #path(file_id: number): string {
    return join(this.#parts.disk_path, `block_${file_id}.kv`);
  }
}
