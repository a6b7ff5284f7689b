// The segments that a store client reads and writes: their owners' descriptions from the master and the memory they are
// mapped at. Mapped on first use; a mapping is given back when its owner is found dead and nothing copies from it any more.

import type { DataPlane, Region, RegionError } from "../../native/ffi/data_plane.ts";
import { assert } from "../domain/assert.ts";
import type { SegmentInfo } from "../domain/replica.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import type { MasterTypes } from "../wire/master_codec.ts";
import { stagingPath } from "../wire/owner_codec.ts";
import type { RpcClient } from "../wire/rpc_client.ts";
import type { RpcError } from "../wire/rpc_error.ts";
import type { NodePaths } from "./node_paths.ts";
import type { Log } from "./process_config.ts";

/** What of an owner is mapped: its segment, or the buffer that it reads disk objects into. */
export type SegmentPart = "segment" | "staging";

interface Mapping {
  readonly region: Region;
  users: number;
  dropped: boolean;
}

interface Entry {
  readonly info: SegmentInfo;
  readonly mappings: Map<SegmentPart, Mapping>;
}

export interface SegmentDirectoryOptions {
  readonly master: RpcClient<MasterTypes>;
  readonly plane: DataPlane;
  readonly paths: NodePaths;
  readonly log: Log;
}

export class SegmentDirectory {
  readonly #options: SegmentDirectoryOptions;
  readonly #entries = new Map<string, Entry>();
  /** Copies under way, over all mappings. */
  #users = 0;
  #onIdle: (() => void) | null = null;
  #refreshing: Promise<Result<readonly SegmentInfo[], RpcError>> | null = null;

  constructor(options: SegmentDirectoryOptions) {
    this.#options = options;
  }

  /** The segment's description, asked of the master when it is not known. */
  async find(segment_name: string): Promise<Result<SegmentInfo, number>> {
    const known = this.#entries.get(segment_name);
    if (known !== undefined) return ok(known.info);
    const refreshed = await this.refresh();
    if (!refreshed.ok) return err(refreshed.error.code);
    const found = this.#entries.get(segment_name);
    return found === undefined ? err(STORE_CODE.SEGMENT_NOT_FOUND) : ok(found.info);
  }

  /** That mount of the segment, asked of the master when another one is known; INVALID_REPLICA when it is no longer there. */
  async findMount(segment_name: string, generation: number): Promise<Result<SegmentInfo, number>> {
    const isWanted = (info: SegmentInfo | undefined): info is SegmentInfo => info?.generation === generation;
    const known = this.#entries.get(segment_name)?.info;
    if (isWanted(known)) return ok(known);
    const refreshed = await this.refresh();
    if (!refreshed.ok) return err(refreshed.error.code);
    const found = this.#entries.get(segment_name)?.info;
    return isWanted(found) ? ok(found) : err(STORE_CODE.INVALID_REPLICA);
  }

  /** Callers at the same time share one question. */
  refresh(): Promise<Result<readonly SegmentInfo[], RpcError>> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  /** Runs `body` on the mapped memory of a segment that `find` has found; TRANSFER_FAIL when it cannot be mapped. */
  async withRegion<T>(
    segment_name: string,
    part: SegmentPart,
    body: (region: Region) => Promise<T>,
  ): Promise<Result<T, number>> {
    const mapping = this.#map(segment_name, part);
    if (mapping === null) return err(STORE_CODE.TRANSFER_FAIL);
    mapping.users += 1;
    this.#users += 1;
    try {
      return ok(await body(mapping.region));
    } finally {
      mapping.users -= 1;
      this.#users -= 1;
      this.#closeIfUnused(mapping);
      if (this.#users === 0) this.#onIdle?.();
    }
  }

  /** Whether the master knows another generation of a segment whose memory has turned out to be gone. */
  async findSuccessor(segment: SegmentInfo): Promise<boolean> {
    this.forget(segment);
    const found = await this.find(segment.segment_name);
    return found.ok && found.value.generation !== segment.generation;
  }

  /** Unmaps everything, when the copies under way have ended. */
  async close(): Promise<void> {
    for (const entry of [...this.#entries.values()]) this.#drop(entry);
    if (this.#users === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  async #refresh(): Promise<Result<readonly SegmentInfo[], RpcError>> {
    const reply = await this.#options.master.call("get_segments", {});
    if (!reply.ok) return reply;
    for (const info of reply.value.segments) {
      const known = this.#entries.get(info.segment_name);
      if (known?.info.generation === info.generation) continue;
      if (known !== undefined) this.#drop(known);
      this.#entries.set(info.segment_name, { info, mappings: new Map() });
    }
    return ok(reply.value.segments);
  }

  #map(segment_name: string, part: SegmentPart): Mapping | null {
    const entry = this.#entries.get(segment_name);
    if (entry === undefined) return null;
    const mapped = entry.mappings.get(part);
    if (mapped !== undefined) return mapped;
    const attached = this.#attach(entry.info, part);
    if (!attached.ok) {
      this.#options.log(`${part} of ${segment_name}: ${attached.error.code}: ${attached.error.detail}`);
      return null;
    }
    const mapping: Mapping = { region: attached.value, users: 0, dropped: false };
    entry.mappings.set(part, mapping);
    return mapping;
  }

  #attach(info: SegmentInfo, part: SegmentPart): Result<Region, RegionError> {
    const { node, shm_path, generation, fabric_keys } = info;
    return this.#options.paths.attach({
      node,
      shm_path: part === "segment" ? shm_path : stagingPath(shm_path),
      generation,
      fabric_key: fabric_keys?.[part] ?? null,
    });
  }

  /** Its memory has turned out to be gone: the next one who looks for it asks the master. */
  forget({ segment_name, generation }: SegmentInfo): void {
    const entry = this.#entries.get(segment_name);
    if (entry?.info.generation === generation) this.#drop(entry);
  }

  #drop(entry: Entry): void {
    this.#entries.delete(entry.info.segment_name);
    for (const mapping of entry.mappings.values()) {
      mapping.dropped = true;
      this.#closeIfUnused(mapping);
    }
  }

  #closeIfUnused(mapping: Mapping): void {
    assert(mapping.users >= 0, "a mapping is left as often as it is entered");
    if (mapping.dropped && mapping.users === 0) this.#options.plane.closeRegion(mapping.region);
  }
}
