// Reads a trace through once and says what is in it. Keeps about 60 bytes a request and 100 a distinct block.

import { NS_PER_MS, NS_PER_S } from "../../harness/domain/units.ts";
import { NumberColumn } from "../trace/number_column.ts";
import type { TraceRequest } from "../trace/trace_request.ts";
import { BlockTable } from "./block_table.ts";
import { HitCurve } from "./hit_curve.ts";
import { PrefixReach } from "./prefix_reach.ts";
import { PrefixSharing } from "./prefix_sharing.ts";
import { SessionFinder } from "./session_finder.ts";
import type { ArrivalSummary, SessionSummary, TraceInspection } from "./trace_inspection.ts";

export class TraceInspector {
  readonly #contents: ContentReader | null;
  readonly #input_tokens = new NumberColumn();
  readonly #output_tokens = new NumberColumn();
  readonly #at_ns = new NumberColumn();
  readonly #named_turns = new Map<string, number>();
  #unnamed = 0;

  /** `block_tokens`: of the trace's hashes; null where it has none. */
  constructor(block_tokens: number | null) {
    this.#contents = block_tokens === null ? null : new ContentReader(block_tokens);
  }

  add(request: TraceRequest): void {
    const { at_ns, input_tokens, output_tokens, hash_ids, session_id } = request;
    this.#input_tokens.push(input_tokens);
    this.#output_tokens.push(output_tokens);
    if (at_ns !== null) this.#at_ns.push(at_ns);
    if (session_id === null) this.#unnamed++;
    else this.#named_turns.set(session_id, (this.#named_turns.get(session_id) ?? 0) + 1);
    if (hash_ids !== null) this.#contents?.add(hash_ids, input_tokens, at_ns);
  }

  /** Of at least one request. */
  finish(): TraceInspection {
    const input_tokens = this.#input_tokens.values();
    const output_tokens = this.#output_tokens.values();
    const at_ns = this.#at_ns.values().toSorted();
    const { sessions, turns } = this.#sessions();
    return {
      requests: input_tokens.length,
      input_tokens: sum(input_tokens),
      output_tokens: sum(output_tokens),
      samples: {
        input_tokens,
        output_tokens,
        gap_ms: gaps(at_ns).map((gap_ns) => gap_ns / NS_PER_MS),
        turns,
        shared_tokens: this.#contents?.shared_tokens.values() ?? new Float64Array(),
        reuse_requests: this.#contents?.reuse_requests.values() ?? new Float64Array(),
        reuse_s: this.#contents?.reuse_s.values() ?? new Float64Array(),
      },
      sessions,
      arrivals: at_ns.length < input_tokens.length ? null : arrivals(this.#at_ns.values(), at_ns),
      contents: this.#contents?.summary() ?? null,
    };
  }

  /** As named, where every request is; else as found, where there are contents to find them by. */
  #sessions(): { sessions: SessionSummary | null; turns: Float64Array } {
    if (this.#unnamed === 0) {
      const turns = Float64Array.from(this.#named_turns.values());
      return { sessions: { count: turns.length, source: "named" }, turns };
    }
    if (this.#contents === null) return { sessions: null, turns: new Float64Array() };
    const turns = Float64Array.from(this.#contents.sessions.turns);
    return { sessions: { count: turns.length, source: "found" }, turns };
  }
}

/** What the blocks say. */
class ContentReader {
  readonly sessions: SessionFinder;
  readonly shared_tokens = new NumberColumn();
  readonly reuse_requests = new NumberColumn();
  readonly reuse_s = new NumberColumn();
  readonly #block_tokens: number;
  readonly #table = new BlockTable();
  readonly #sharing = new PrefixSharing();
  readonly #reach = new PrefixReach();
  readonly #curve: HitCurve;
  readonly #at_ns: (number | null)[] = [];

  constructor(block_tokens: number) {
    this.#block_tokens = block_tokens;
    this.sessions = new SessionFinder(block_tokens);
    this.#curve = new HitCurve(block_tokens);
  }

  add(hash_ids: readonly number[], input_tokens: number, at_ns: number | null): void {
    const blocks = hash_ids.map((hash_id) => this.#table.number(hash_id));
    const request_index = this.#at_ns.push(at_ns) - 1;
    const { shared_blocks, last_request } = this.#reach.add(blocks);
    this.shared_tokens.push(Math.min(shared_blocks * this.#block_tokens, input_tokens));
    if (last_request !== null) {
      this.reuse_requests.push(request_index - last_request);
      const then_ns = this.#at_ns[last_request] ?? null;
      if (then_ns !== null && at_ns !== null) this.reuse_s.push((at_ns - then_ns) / NS_PER_S);
    }
    this.#curve.add(blocks, input_tokens);
    this.sessions.place(blocks, input_tokens);
    this.#sharing.add(blocks, hash_ids);
  }

  summary() {
    return { block_tokens: this.#block_tokens, sharing: this.#sharing.summary(), curve: this.#curve };
  }
}

const RATE_PARTS = 60;

function arrivals(in_file_order: Float64Array, ascending_ns: Float64Array): ArrivalSummary | null {
  const first_ns = ascending_ns[0];
  const last_ns = ascending_ns.at(-1);
  if (first_ns === undefined || last_ns === undefined) return null;
  const span_s = (last_ns - first_ns) / NS_PER_S;
  const rate_per_s = new Array<number>(RATE_PARTS).fill(0);
  for (const at_ns of ascending_ns) {
    const part = Math.min(
      RATE_PARTS - 1,
      Math.floor((RATE_PARTS * (at_ns - first_ns)) / (last_ns - first_ns)),
    );
    if (span_s > 0) rate_per_s[part] = (rate_per_s[part] ?? 0) + RATE_PARTS / span_s;
  }
  return {
    first_s: first_ns / NS_PER_S,
    last_s: last_ns / NS_PER_S,
    requests_per_s: span_s > 0 ? ascending_ns.length / span_s : 0,
    gap_cv: variation(gaps(ascending_ns)),
    out_of_order: in_file_order.filter((at_ns, i) => i > 0 && at_ns < (in_file_order[i - 1] ?? 0)).length,
    rate_per_s,
  };
}

function gaps(ascending_ns: Float64Array): Float64Array {
  return ascending_ns.subarray(1).map((at_ns, i) => at_ns - (ascending_ns[i] ?? 0));
}

function variation(values: Float64Array): number | null {
  const mean = sum(values) / values.length;
  if (values.length < 2 || mean === 0) return null;
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  return Math.sqrt(squares / values.length) / mean;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
