// Features in a KV store: the embedded one, or a real Mooncake where a requester for it runs. One object a tensor, moved natively
// between registered memory and the store; tensors that the caller has in the JS heap go through staging memory.

import type { Region } from "../../../native/ffi/data_plane.ts";
import { present } from "../../domain/assert.ts";
import { DEFAULT_REPLICATE_CONFIG } from "../../domain/replica.ts";
import { ok, type Result } from "../../domain/result.ts";
import { describeStoreCode, STORE_CODE } from "../../domain/store_error.ts";
import { StagingMemory } from "../staging_memory.ts";
import type { StoreClient } from "../store_client.ts";
import type { GetItem } from "../store_items.ts";
import type { FeatureBackend, FeatureRemoval, FeatureTransfer } from "./feature_backend.ts";
import { type FeatureError, featureError } from "./feature_error.ts";
import { readRegionBytes, writeRegionBytes } from "./feature_region_bytes.ts";
import { dataBytes, type RegionRange } from "./feature_tensor.ts";

export interface FeatureStoreBackendOptions {
  readonly kind: "store" | "mooncake";
  readonly client: Pick<StoreClient, "put" | "get" | "remove" | "exists">;
  /** Registered memory for tensors in typed arrays; holds one sample at least, and as many as move at the same time. Null: only regions are taken. */
  readonly staging: Region | null;
  readonly replica_num: number;
}

/** The client, its plane and the staging memory stay the caller's. */
export class FeatureStoreBackend implements FeatureBackend {
  readonly kind: "store" | "mooncake";
  readonly hard_pin = true;
  readonly #options: FeatureStoreBackendOptions;
  readonly #staging: StagingMemory | null;

  constructor(options: FeatureStoreBackendOptions) {
    this.kind = options.kind;
    this.#options = options;
    this.#staging = options.staging === null ? null : new StagingMemory(options.staging);
  }

  put(transfers: readonly FeatureTransfer[]): Promise<Result<void, FeatureError>> {
    return this.#withRanges(transfers, "put_failed", async (ranges) => {
      for (const [i, { data }] of transfers.entries()) {
        if (data instanceof Uint8Array) writeRegionBytes(rangeAt(ranges, i), data);
      }
      const items = transfers.map(({ key }, i) => ({ key, ...rangeAt(ranges, i) }));
      const { replica_num } = this.#options;
      const config = { ...DEFAULT_REPLICATE_CONFIG, replica_num, hard_pin: true };
      const codes = await this.#options.client.put(items, config);
      const failed = codes.findIndex((code) => code !== STORE_CODE.OK);
      if (failed < 0) return ok(undefined);
      const status = describeStoreCode(codes[failed] ?? STORE_CODE.INTERNAL_ERROR);
      return featureError("put_failed", `${transfers[failed]?.key}: ${status}`);
    });
  }

  get(transfers: readonly FeatureTransfer[]): Promise<Result<void, FeatureError>> {
    return this.#withRanges(transfers, "get_failed", async (ranges) => {
      const items = transfers.map(({ key }, i) => ({ key, ...rangeAt(ranges, i), identity: null }));
      const ends = await Promise.all(groupBySize(items).map((group) => this.#getGroup(group)));
      const failed = ends.find((end) => !end.ok);
      if (failed !== undefined) return failed;
      for (const [i, { data }] of transfers.entries()) {
        if (data instanceof Uint8Array) readRegionBytes(rangeAt(ranges, i), data);
      }
      return ok(undefined);
    });
  }

  async remove(key: string, force: boolean): Promise<FeatureRemoval> {
    const code = await this.#options.client.remove(key, force);
    if (code === STORE_CODE.OK || code === STORE_CODE.OBJECT_NOT_FOUND) return "removed";
    return code === STORE_CODE.OBJECT_HAS_LEASE ? "leased" : "failed";
  }

  async exists(key: string): Promise<boolean | null> {
    const [code] = await this.#options.client.exists([key]);
    return code === undefined || code < 0 ? null : code === 1;
  }

  close(): Promise<void> {
    return this.#staging?.idle() ?? Promise.resolve();
  }

  async #getGroup(items: readonly GetItem[]): Promise<Result<void, FeatureError>> {
    const outcomes = await this.#options.client.get(items);
    for (const [i, { key, bytes }] of items.entries()) {
      const { code } = present(outcomes[i], "one outcome a key");
      if (code === bytes) continue;
      if (code >= 0) return featureError("short_read", `${key}: got ${code} of ${bytes} bytes`);
      if (code === STORE_CODE.INVALID_PARAMS)
        return featureError("short_read", `${key}: not of ${bytes} bytes`);
      const absent = code === STORE_CODE.OBJECT_NOT_FOUND;
      return featureError(absent ? "not_found" : "get_failed", `${key}: ${describeStoreCode(code)}`);
    }
    return ok(undefined);
  }

  /** Runs `body` with a range of registered memory for each transfer; waits for staging memory where one needs it. */
  async #withRanges(
    transfers: readonly FeatureTransfer[],
    code: "put_failed" | "get_failed",
    body: (ranges: readonly RegionRange[]) => Promise<Result<void, FeatureError>>,
  ): Promise<Result<void, FeatureError>> {
    const needed = stagedBytes(transfers);
    if (needed === 0) return body(rangesOf(transfers, null, 0));
    const room = this.#staging?.region.bytes ?? 0;
    if (this.#staging === null || needed > room) {
      return featureError(code, `needs ${needed} bytes of staging memory, has ${room}`);
    }
    const { region } = this.#staging;
    return this.#staging.borrow(needed, (offset) => body(rangesOf(transfers, region, offset)));
  }
}

const ALIGN_BYTES = 64;

function align(bytes: number): number {
  return Math.ceil(bytes / ALIGN_BYTES) * ALIGN_BYTES;
}

/** Of the transfers whose tensors are typed arrays. */
function stagedBytes(transfers: readonly FeatureTransfer[]): number {
  const staged = transfers.filter(({ data }) => data instanceof Uint8Array);
  return staged.reduce((sum, { data }) => sum + align(dataBytes(data)), 0);
}

/** Typed arrays lie one behind the other in `staging`, from `start` on. */
function rangesOf(
  transfers: readonly FeatureTransfer[],
  staging: Region | null,
  start: number,
): RegionRange[] {
  let offset = start;
  return transfers.map(({ data }) => {
    if (!(data instanceof Uint8Array)) return data;
    const range = { region: present(staging, "typed arrays are staged"), offset, bytes: data.byteLength };
    offset += align(data.byteLength);
    return range;
  });
}

function rangeAt(ranges: readonly RegionRange[], index: number): RegionRange {
  return present(ranges[index], "one range a transfer");
}

/** A store client's get takes objects of one size. */
function groupBySize(items: readonly GetItem[]): readonly (readonly GetItem[])[] {
  return [...Map.groupBy(items, ({ bytes }) => bytes).values()];
}
