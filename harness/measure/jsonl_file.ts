// Appends JSON lines to a file. Each line is handed to the kernel whole and at once, so what was appended outlives a crash of
// this process; a write cut short (disk full) leaves a torn last line, which the reader reports.

import { closeSync, openSync, writeSync } from "node:fs";
import { err, ok, type Result } from "../domain/result.ts";
import type { RunDirectoryError } from "./run_directory_error.ts";
import { wordFsError } from "./run_directory_error.ts";

export class JsonlFile implements Disposable {
  readonly path: string;
  readonly #fd: number;
  #lines = 0;

  private constructor(path: string, fd: number) {
    this.path = path;
    this.#fd = fd;
  }

  static open(path: string): Result<JsonlFile, RunDirectoryError> {
    try {
      return ok(new JsonlFile(path, openSync(path, "a")));
    } catch (cause) {
      return err(wordFsError(path, cause));
    }
  }

  append(value: object): Result<void, RunDirectoryError> {
    const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(this.#fd, bytes, written);
    } catch (cause) {
      return err(wordFsError(this.path, cause));
    }
    this.#lines++;
    return ok(undefined);
  }

  get lines(): number {
    return this.#lines;
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}
