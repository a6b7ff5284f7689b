// How bytes move: over links between nodes (the arithmetic of core/link) and through each node's memory. A transfer is done
// when both are: live copies at memory speed and holds the end back to what the link allows.

import { type LinkShape, linkTableLength, reserveTransfer } from "../core/link/link_shaper.ts";
import { assert, present } from "../domain/assert.ts";
import type { HostProfile } from "../domain/host_profile.ts";
import { NS_PER_S } from "../domain/units.ts";

export class Fabric {
  readonly #link: LinkShape;
  readonly #host: HostProfile;
  readonly #next_free: Float64Array;
  /** [node], or one for all when they are one host: when a memory has done what it was asked. */
  readonly #memory_free_ns: Float64Array;
  /** By node, of the few that are not as they should be: how many times slower its link is. */
  readonly #slowness = new Map<number, number>();
  /** By node, of links that were lost: nothing goes over it before. */
  readonly #lost_until_ns = new Map<number, number>();

  constructor(node_count: number, link: LinkShape, host: HostProfile) {
    this.#link = link;
    this.#host = host;
    this.#next_free = new Float64Array(linkTableLength(node_count));
    this.#memory_free_ns = new Float64Array(host.one_host ? 1 : node_count);
  }

  slowLink(node_index: number, factor: number): void {
    assert(factor >= 1, "a slow link is not faster than it should be");
    this.#slowness.set(node_index, factor);
  }

  /** What is sent meanwhile goes when the link is back, as a connection that sends again does. */
  loseLink(node_index: number, until_ns: number): void {
    this.#lost_until_ns.set(node_index, until_ns);
  }

  /** Books `copies` copies of `bytes` in all from a node to another, or inside one; when the last byte is there. */
  transfer(src_index: number, dst_index: number, bytes: number, copies: number, now_ns: number): number {
    const { copy_ns, copy_bytes_per_s, one_host } = this.#host;
    const memory = one_host ? 0 : dst_index;
    const free_ns = present(this.#memory_free_ns[memory], "every node has memory");
    const service_ns = copies * copy_ns + Math.round((bytes / copy_bytes_per_s) * NS_PER_S);
    const copied_ns = Math.max(now_ns, free_ns) + service_ns;
    this.#memory_free_ns[memory] = copied_ns;
    if (src_index === dst_index) return copied_ns;
    const shape = this.#shape(src_index, dst_index);
    const sent_ns = Math.max(now_ns, this.#backNs(src_index), this.#backNs(dst_index));
    return Math.max(
      copied_ns,
      reserveTransfer(this.#next_free, src_index, dst_index, bytes, sent_ns, shape).end_ns,
    );
  }

  #backNs(node_index: number): number {
    return this.#lost_until_ns.get(node_index) ?? 0;
  }

  #shape(src_index: number, dst_index: number): LinkShape {
    const slowness = Math.max(this.#slowness.get(src_index) ?? 1, this.#slowness.get(dst_index) ?? 1);
    const { bandwidth_bytes_per_s, latency_ns } = this.#link;
    if (slowness === 1 || bandwidth_bytes_per_s === null) return this.#link;
    return { bandwidth_bytes_per_s: bandwidth_bytes_per_s / slowness, latency_ns };
  }
}
