// The file of a recording. Rows are written behind, every half second, in the order in which answers end, so a crash loses half
// a second of rows. Closing puts them in the order of arrival, which readers that look at prefixes over time want. A write that
// fails is counted and its rows are lost; the next one goes where it should have gone, so no torn row stays in the middle.

import { readSync } from "node:fs";
import { type FileHandle, open, rename, unlink } from "node:fs/promises";
import type { Clock } from "../../clock/clock.ts";
import { assert } from "../../domain/assert.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { MIB, msToNs } from "../../domain/units.ts";
import type { Log } from "../process_config.ts";
import type { StartError } from "../start_error.ts";
import type { RouterRecordCounters } from "./router_record_counters.ts";

const FLUSH_INTERVAL_MS = 500;
/** Rows that wait for the disk beyond this are lost. */
const MAX_WAITING_CHARS: number = 64 * MIB;

/** Traffic is its owner's to show. */
const OWNER_ONLY = 0o600;
/** Put in order at once. */
const SORTED_ROWS = 1_000;

/** Where a row stands. */
interface Placed {
  readonly at_ns: number;
  readonly offset: number;
  readonly bytes: number;
}

interface Waiting {
  readonly at_ns: number;
  readonly line: string;
}

export class RouterRecordFile {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #counters: RouterRecordCounters;
  readonly #closing = new AbortController();
  #placed: Placed[] = [];
  #waiting: Waiting[] = [];
  #waiting_chars = 0;
  /** Bytes of whole rows. */
  #bytes = 0;
  #writer: Promise<void> | null = null;

  /** Makes the file, which must not be there yet. */
  static async create(
    path: string,
    clock: Clock,
    log: Log,
    counters: RouterRecordCounters,
  ): Promise<Result<RouterRecordFile, StartError>> {
    try {
      return ok(new RouterRecordFile(path, await open(path, "wx+", OWNER_ONLY), clock, log, counters));
    } catch (error) {
      const detail = `record.path: cannot make ${path}: ${String(error)}. Name a new file in a directory that is there.`;
      return err({ code: "disk", detail });
    }
  }

  /** Owns `file`, open for reading and writing. */
  constructor(path: string, file: FileHandle, clock: Clock, log: Log, counters: RouterRecordCounters) {
    this.#path = path;
    this.#file = file;
    this.#clock = clock;
    this.#log = log;
    this.#counters = counters;
  }

  /** `line`: without its end. */
  add(at_ns: number, line: string): void {
    if (this.#waiting_chars > MAX_WAITING_CHARS) {
      this.#counters.lost_rows++;
      return;
    }
    this.#waiting.push({ at_ns, line });
    this.#waiting_chars += line.length;
    this.#writer ??= this.#writeBehind();
  }

  /** A file without rows is removed. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#writer;
    try {
      await this.#file.truncate(this.#bytes);
      if (isOutOfOrder(this.#placed)) await this.#sort();
      if (this.#bytes === 0) await unlink(this.#path);
    } catch (error) {
      this.#log(`WARNING ${this.#path} is left as it was written: ${String(error)}`);
    } finally {
      await this.#file.close();
    }
  }

  /** Ends when nothing waits. */
  async #writeBehind(): Promise<void> {
    while (this.#waiting.length > 0) {
      const due_ns = this.#clock.now_ns() + msToNs(FLUSH_INTERVAL_MS);
      await this.#clock.sleepUntil(due_ns, this.#closing.signal);
      const rows = this.#waiting;
      this.#waiting = [];
      this.#waiting_chars = 0;
      await this.#write(rows);
    }
    this.#writer = null;
  }

  async #write(rows: readonly Waiting[]): Promise<void> {
    const lines = rows.map(({ line }) => Buffer.from(`${line}\n`));
    const bytes = Buffer.concat(lines);
    try {
      await writeAll(this.#file, bytes, this.#bytes);
    } catch (error) {
      if (this.#counters.failed_writes++ === 0) {
        this.#log(`WARNING ${this.#path} cannot be written, rows are lost: ${String(error)}`);
      }
      this.#counters.lost_rows += rows.length;
      return;
    }
    for (const [i, { at_ns }] of rows.entries()) {
      const row_bytes = lines[i]?.length ?? 0;
      this.#placed.push({ at_ns, offset: this.#bytes, bytes: row_bytes });
      this.#bytes += row_bytes;
    }
    this.#counters.rows += rows.length;
  }

  /** By way of a second file, so that a crash leaves one of the two whole. */
  async #sort(): Promise<void> {
    const sorted_path = `${this.#path}.sorted`;
    const sorted = await open(sorted_path, "wx", OWNER_ONLY);
    try {
      this.#placed.sort((a, b) => a.at_ns - b.at_ns);
      let offset = 0;
      for (let first = 0; first < this.#placed.length; first += SORTED_ROWS) {
        const rows = Buffer.concat(
          this.#placed.slice(first, first + SORTED_ROWS).map((row) => this.#read(row)),
        );
        await writeAll(sorted, rows, offset);
        offset += rows.length;
      }
      await rename(sorted_path, this.#path);
    } catch (error) {
      await unlink(sorted_path);
      throw error;
    } finally {
      await sorted.close();
    }
  }

  /** Not awaited one by one: a million rows are read in seconds this way. */
  #read({ offset, bytes }: Placed): Buffer {
    const row = Buffer.alloc(bytes);
    const read_bytes = readSync(this.#file.fd, row, 0, bytes, offset);
    assert(read_bytes === bytes, "a row is read whole");
    return row;
  }
}

function isOutOfOrder(rows: readonly Placed[]): boolean {
  return rows.some(({ at_ns }, i) => i > 0 && at_ns < (rows[i - 1]?.at_ns ?? 0));
}

async function writeAll(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, offset + at);
    at += bytesWritten;
  }
}
