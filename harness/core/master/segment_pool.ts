// The segments mounted now, in order of mounting, and their totals.

import { assert } from "../../domain/assert.ts";
import type { ClientId } from "../../domain/master_api.ts";
import type { MountedSegment } from "./mounted_segment.ts";

export class SegmentPool {
  #list: MountedSegment[] = [];
  readonly #by_name = new Map<string, MountedSegment>();
  /** In order of mounting; clients without a segment are not in it. */
  readonly #by_client = new Map<ClientId, readonly MountedSegment[]>();
  #capacity_bytes = 0;

  get list(): readonly MountedSegment[] {
    return this.#list;
  }

  get capacity_bytes(): number {
    return this.#capacity_bytes;
  }

  get allocated_bytes(): number {
    let bytes = 0;
    for (const segment of this.#list) bytes += segment.space.allocated_bytes;
    return bytes;
  }

  /** Allocated part of all memory; 0 without any. */
  get used_ratio(): number {
    return this.#capacity_bytes === 0 ? 0 : this.allocated_bytes / this.#capacity_bytes;
  }

  find(segment_name: string): MountedSegment | undefined {
    return this.#by_name.get(segment_name);
  }

  ofClient(client_id: ClientId): readonly MountedSegment[] {
    return this.#by_client.get(client_id) ?? [];
  }

  add(segment: MountedSegment): void {
    const name = segment.segment_name;
    assert(!this.#by_name.has(name), "a segment name is mounted once");
    this.#by_name.set(name, segment);
    this.#list = [...this.#list, segment];
    this.#by_client.set(segment.client_id, [...this.ofClient(segment.client_id), segment]);
    this.#capacity_bytes += segment.info.segment_bytes;
  }

  remove(segment: MountedSegment): void {
    assert(this.#by_name.delete(segment.segment_name), "a mounted segment is removed");
    this.#list = this.#list.filter((other) => other !== segment);
    const left = this.ofClient(segment.client_id).filter((other) => other !== segment);
    if (left.length > 0) this.#by_client.set(segment.client_id, left);
    else this.#by_client.delete(segment.client_id);
    this.#capacity_bytes -= segment.info.segment_bytes;
  }
}
