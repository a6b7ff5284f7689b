// Writes traces. mooncake: FAST'25 lines, times in ms; timed_trace: the same fields, times in s; azure: CSV without contents.
//
// Sessions without times (files of conversations) have a form in mooncake only: its session_id / delay extension, in which a
// later row holds what is new. In the others a request needs a time.

import { assert } from "../../harness/domain/assert.ts";
import { NS_PER_MS, NS_PER_S } from "../../harness/domain/units.ts";
import { ByteSink } from "./byte_sink.ts";

export const WRITTEN_FORMATS = ["mooncake", "timed_trace", "azure"] as const;
export type WrittenFormat = (typeof WRITTEN_FORMATS)[number];

export interface WrittenRequest {
  readonly at_ns: number | null;
  readonly delay_ns?: number | null;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly hash_ids: ArrayLike<number> | null;
  readonly session_id?: string | null;
}

/** Azure's times are of the day; a trace that starts at 0 is given this one. */
const AZURE_EPOCH_MS: number = Date.UTC(2023, 10, 16);

export class TraceWriter {
  readonly #sink: ByteSink;
  readonly #format: WrittenFormat;
  /** Session → tokens of its latest prompt and answer; for rows without times. */
  readonly #history = new Map<string, number>();

  /** Throws what the file system throws. */
  constructor(path: string, format: WrittenFormat) {
    this.#sink = new ByteSink(path);
    this.#format = format;
    if (format === "azure") this.#sink.text("TIMESTAMP,ContextTokens,GeneratedTokens\n");
  }

  get bytes(): number {
    return this.#sink.bytes;
  }

  write(request: WrittenRequest): void {
    if (request.at_ns === null) this.#writeTurn(request);
    else if (this.#format === "azure") this.#writeAzure(request.at_ns, request);
    else this.#writeTimed(request.at_ns, request);
  }

  close(): void {
    this.#sink.close();
  }

  #writeTimed(at_ns: number, { input_tokens, output_tokens, hash_ids }: WrittenRequest): void {
    const sink = this.#sink;
    assert(hash_ids !== null, "a format with hashes is written from requests with hashes");
    sink.text('{"timestamp": ');
    this.#time(at_ns, this.#format === "mooncake" ? NS_PER_MS : NS_PER_S);
    sink.text(', "input_length": ');
    sink.number(input_tokens);
    sink.text(', "output_length": ');
    sink.number(output_tokens);
    this.#hashIds(hash_ids);
    sink.text("}\n");
  }

  /** A turn without a time: new tokens only, behind the session's history. */
  #writeTurn(request: WrittenRequest): void {
    const { input_tokens, output_tokens, hash_ids, session_id = null, delay_ns = null } = request;
    assert(this.#format === "mooncake" && session_id !== null, "only mooncake has turns without times");
    const history_tokens = this.#history.get(session_id);
    const new_tokens = input_tokens - (history_tokens ?? 0);
    assert(new_tokens > 0, "a later prompt holds the history and something new");
    const sink = this.#sink;
    sink.text(`{"session_id": ${JSON.stringify(session_id).replaceAll(/[^ -~]/g, escapeUnicode)}`);
    if (history_tokens !== undefined) sink.text(`, "delay": ${(delay_ns ?? 0) / NS_PER_MS}`);
    sink.text(`, "input_length": ${new_tokens}, "output_length": ${output_tokens}`);
    if (history_tokens === undefined && hash_ids !== null) this.#hashIds(hash_ids);
    sink.text("}\n");
    this.#history.set(session_id, input_tokens + output_tokens);
  }

  #writeAzure(at_ns: number, { input_tokens, output_tokens }: WrittenRequest): void {
    const at_s = Math.floor(at_ns / NS_PER_S);
    const second = new Date(AZURE_EPOCH_MS + at_s * 1000).toISOString().slice(0, 19).replace("T", " ");
    const hundred_ns = Math.floor((at_ns - at_s * NS_PER_S) / 100);
    this.#sink.text(`${second}.${String(hundred_ns).padStart(7, "0")},${input_tokens},${output_tokens}\n`);
  }

  #time(at_ns: number, unit_ns: number): void {
    if (at_ns % unit_ns === 0) this.#sink.number(at_ns / unit_ns);
    else this.#sink.text(String(at_ns / unit_ns));
  }

  #hashIds(hash_ids: ArrayLike<number>): void {
    const sink = this.#sink;
    sink.text(', "hash_ids": [');
    for (let j = 0; j < hash_ids.length; j++) {
      if (j > 0) sink.text(", ");
      sink.number(hash_ids[j] as number);
    }
    sink.text("]");
  }
}

function escapeUnicode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
