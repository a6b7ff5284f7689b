// Links between the nodes of one host: a transfer that crosses nodes is not done before the modelled link would have
// carried it. Arithmetic in core/link; the next-free times of every NIC live in shared memory, so all processes queue
// on the same links. The bytes themselves are copied at memory speed.

import type { SharedNumbers } from "../../native/ffi/data_plane.ts";
import { linkTableLength, reserveTransfer } from "../core/link/link_shaper.ts";
import { assert } from "../domain/assert.ts";
import { NS_PER_US } from "../domain/units.ts";
import type { LinkTable } from "./process_config.ts";

export interface ShapedLinks {
  /**
   * Books `bytes` on the link and returns the time before which the transfer is not done: `earliest_done_ns` of a copy.
   * 0 when both are on one node, or when one of them is not in the table. `now_ns` is the data plane's time, which all
   * processes of the host share.
   */
  reserve(src_node: string, dst_node: string, bytes: number, now_ns: number): number;
  close(): void;
}

/** The processes' common table. `next_free` has linkTableLength(nodes) numbers and is closed with the links. */
export class SharedLinkTable implements ShapedLinks {
  readonly #table: LinkTable;
  readonly #next_free: SharedNumbers;
  readonly #index_of_node: ReadonlyMap<string, number>;

  constructor(table: LinkTable, next_free: SharedNumbers) {
    assert(
      next_free.length >= linkTableLength(table.nodes.length),
      "the table has two numbers for every node",
    );
    this.#table = table;
    this.#next_free = next_free;
    this.#index_of_node = new Map(table.nodes.map((node, i) => [node, i]));
  }

  reserve(src_node: string, dst_node: string, bytes: number, now_ns: number): number {
    const src_index = this.#index_of_node.get(src_node);
    const dst_index = this.#index_of_node.get(dst_node);
    if (src_index === undefined || dst_index === undefined || src_index === dst_index) return 0;
    const { bandwidth_bytes_per_s, latency_us } = this.#table;
    const shape = { bandwidth_bytes_per_s, latency_ns: latency_us * NS_PER_US };
    let end_ns = 0;
    this.#next_free.update((values) => {
      end_ns = reserveTransfer(values, src_index, dst_index, bytes, now_ns, shape).end_ns;
    });
    return end_ns;
  }

  close(): void {
    this.#next_free.close();
  }
}
