// The store client over a real Mooncake store. A process of its own holds the requester and moves the bytes between the store and
// the engine's shared memory; here keys are mapped to ranges, arrivals are verified, and everything is counted.
//
// Tier and place of an object are asked of the master's HTTP port, before a get, and with `observe_puts` before and after a put:
// that grants no lease and counts no hit, and costs a question each. Without observe_puts the place and the earlier existence
// of puts are not counted.

import type { DataPlane, OpResult, Region } from "../../../native/ffi/data_plane.ts";
import { RequesterCounters } from "../../core/connector/requester_counters.ts";
import type { RequesterCounts } from "../../core/connector/requester_counts.ts";
import type { GetOutcome } from "../../core/connector/store_api.ts";
import { present } from "../../domain/assert.ts";
import type { ReplicateConfig } from "../../domain/replica.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import type { StoreClient } from "../store_client.ts";
import type { GetItem, PutItem } from "../store_items.ts";
import type { MooncakeRequesterProcess } from "./mooncake_requester_process.ts";
import type { WireItem, WireReplica } from "./mooncake_requester_protocol.ts";

export interface MooncakeStoreOptions {
  readonly requester: MooncakeRequesterProcess;
  readonly plane: DataPlane;
  /** Name of the segment on the engine's own node; null: there is none. */
  readonly local_segment: string | null;
  readonly observe_puts: boolean;
  /** Absent or true: tier and place of what is read are asked; false: they are not known. */
  readonly observe_gets?: boolean;
}

/** A region's file begins with a page of its own (native/src/region.h). */
const REGION_HEADER_BYTES = 4096;
const UNKNOWN: WireReplica = [null, null];

export class MooncakeStoreClient implements StoreClient {
  readonly #options: MooncakeStoreOptions;
  readonly #counters = new RequesterCounters();
  /** region_id → 0 once registered, or the code of why not. */
  readonly #registered = new Map<number, Promise<number>>();

  constructor(options: MooncakeStoreOptions) {
    this.#options = options;
  }

  async exists(keys: readonly string[]): Promise<readonly number[]> {
    if (keys.length === 0) return [];
    const reply = await this.#options.requester.call({ op: "exists", keys });
    const codes = reply.ok ? reply.value : keys.map(() => reply.error.code);
    for (const code of codes) this.#counters.countFault(code);
    return codes;
  }

  async get(items: readonly GetItem[]): Promise<readonly GetOutcome[]> {
    if (items.length === 0) return [];
    const wire = await this.#wireItems(items);
    if (typeof wire === "number") return this.#countGets(items.map(() => failed(wire)));
    const replicas = this.#options.observe_gets === false ? [] : await this.#describe(items);
    const reply = await this.#options.requester.call({ op: "get", items: wire });
    const codes = reply.ok ? reply.value : items.map(() => reply.error.code);
    return this.#countGets(await this.#verify(items, codes, replicas));
  }

  async put(items: readonly PutItem[], config: ReplicateConfig): Promise<readonly number[]> {
    if (items.length === 0) return [];
    const wire = await this.#wireItems(items);
    const before = this.#options.observe_puts ? await this.#describe(items) : [];
    const codes = typeof wire === "number" ? items.map(() => wire) : await this.#putItems(wire, config);
    this.#counters.countPuts(codes, before.filter(([tier]) => tier !== null).length);
    if (this.#options.observe_puts) await this.#countPlaces(items, codes, before);
    return codes;
  }

  async remove(key: string, force: boolean): Promise<number> {
    const reply = await this.#options.requester.call({ op: "remove", key, force });
    return reply.ok ? reply.value : reply.error.code;
  }

  async removeAll(force: boolean): Promise<{ readonly code: number; readonly removed: number }> {
    const reply = await this.#options.requester.call({ op: "remove_all", force });
    if (!reply.ok) return { code: reply.error.code, removed: 0 };
    return reply.value < 0 ? { code: reply.value, removed: 0 } : { code: 0, removed: reply.value };
  }

  counters(): RequesterCounts {
    return this.#counters.snapshot();
  }

  close(): Promise<void> {
    return this.#options.requester.close();
  }

  /** Ranges as the requester knows them; a code where a region cannot be registered. */
  async #wireItems(items: readonly PutItem[]): Promise<readonly WireItem[] | number> {
    const regions = new Map(items.map(({ region }) => [region.region_id, region]));
    for (const region of regions.values()) {
      const code = await this.#register(region);
      if (code !== STORE_CODE.OK) return code;
    }
    return items.map(({ key, region, offset, bytes }) => [key, region.region_id, offset, bytes]);
  }

  #register({ region_id, shm_path, bytes }: Region): Promise<number> {
    const known = this.#registered.get(region_id);
    if (known !== undefined) return known;
    const asked = this.#options.requester
      .call({ op: "register", region_id, path: shm_path, offset: REGION_HEADER_BYTES, bytes })
      .then((reply) => (reply.ok ? reply.value : reply.error.code));
    this.#registered.set(region_id, asked);
    return asked;
  }

  async #putItems(items: readonly WireItem[], config: ReplicateConfig): Promise<readonly number[]> {
    const reply = await this.#options.requester.call({ op: "put", items, config });
    return reply.ok ? reply.value : items.map(() => reply.error.code);
  }

  async #describe(items: readonly PutItem[]): Promise<readonly WireReplica[]> {
    const reply = await this.#options.requester.call({ op: "describe", keys: items.map(({ key }) => key) });
    return reply.ok ? reply.value : items.map(() => UNKNOWN);
  }

  /** Checks what arrived against what it must be. */
  async #verify(
    items: readonly GetItem[],
    codes: readonly number[],
    replicas: readonly WireReplica[],
  ): Promise<readonly GetOutcome[]> {
    const checks = items.flatMap(({ identity, region, offset, bytes }, i) =>
      identity === null || (codes[i] ?? STORE_CODE.INTERNAL_ERROR) < 0
        ? []
        : [{ i, op: { kind: "verify" as const, region, offset, bytes, identity } }],
    );
    const results = await this.#options.plane.submit(checks.map(({ op }) => op));
    const result_of = new Map(checks.map(({ i }, at) => [i, present(results[at], "one result an op")]));
    return codes.map((code, i) => this.#outcome(code, replicas[i] ?? UNKNOWN, result_of.get(i)));
  }

  #outcome(code: number, [tier, segment]: WireReplica, verified: OpResult | undefined): GetOutcome {
    if (code < 0) return failed(code);
    const { local_segment } = this.#options;
    const remote = segment !== null && segment !== local_segment;
    const verdict = verified?.code ?? "ok";
    if (verdict === "stale") return { code, tier, remote, stale: true };
    if (verdict === "ok") return { code, tier, remote, stale: false };
    return failed(STORE_CODE.CHECKSUM_MISMATCH);
  }

  #countGets(outcomes: readonly GetOutcome[]): readonly GetOutcome[] {
    this.#counters.countGets(outcomes);
    return outcomes;
  }

  /** Of what was stored and had not been there: which went to the own node's segment. */
  async #countPlaces(
    items: readonly PutItem[],
    codes: readonly number[],
    before: readonly WireReplica[],
  ): Promise<void> {
    const after = await this.#describe(items);
    for (const [i, { bytes }] of items.entries()) {
      const segment = after[i]?.[1] ?? null;
      const is_new = (before[i]?.[0] ?? null) === null;
      if (codes[i] !== STORE_CODE.OK || segment === null || !is_new) continue;
      this.#counters.countPutCopies(segment === this.#options.local_segment, 1, bytes);
    }
  }
}

function failed(code: number): GetOutcome {
  return { code, tier: null, remote: false, stale: false };
}
