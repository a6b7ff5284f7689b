// How one process reaches memory on the nodes of its run, its own and the others, and what it moved there. A node that is not
// its own is reached by the network path where the process has one, and never another way.

import type { DataPlane, Region, RegionError } from "../../native/ffi/data_plane.ts";
import type { NetworkedDataPlane } from "../../native/ffi/networked_data_plane.ts";
import type { DataPath, PathBytes, PathErrand } from "../domain/data_path.ts";
import type { FabricKey } from "../domain/fabric_key.ts";
import { err, type Result } from "../domain/result.ts";

/** Memory that another process has made. */
export interface NodeMemory {
  readonly node: string;
  readonly shm_path: string;
  readonly generation: number;
  /** Null: its maker offers it to no network. */
  readonly fabric_key: FabricKey | null;
}

export class NodePaths {
  readonly #plane: DataPlane;
  readonly #network: NetworkedDataPlane | null;
  readonly #node: string;
  readonly #moved = new Map<string, PathBytes>();

  /** `network`: the same plane, where it reaches other nodes by network; null: through this host's memory. */
  constructor(node: string, plane: DataPlane, network: NetworkedDataPlane | null) {
    this.#node = node;
    this.#plane = plane;
    this.#network = network;
  }

  pathTo(node: string): DataPath {
    if (this.#network === null || node === this.#node) return "shm";
    return this.#network.path_taken.provider.startsWith("tcp") ? "tcp" : "rdma";
  }

  /** To be closed by the plane's closeRegion. */
  attach({ node, shm_path, generation, fabric_key }: NodeMemory): Result<Region, RegionError> {
    if (this.#network === null || node === this.#node) return this.#plane.attachRegion(shm_path, generation);
    if (fabric_key !== null) return this.#network.attachRemote(fabric_key);
    const detail = `${this.#node}–${node}: its owner has no network path, and ${this.pathTo(node)} is asked for. Start it with the same link.protocol.`;
    return err({ code: "not_found", detail });
  }

  count(errand: PathErrand, peer_node: string, bytes: number): void {
    const key = `${errand} ${peer_node}`;
    const before = this.#moved.get(key)?.bytes ?? 0;
    this.#moved.set(key, { peer_node, errand, path: this.pathTo(peer_node), bytes: before + bytes });
  }

  moved(): readonly PathBytes[] {
    return [...this.#moved.values()];
  }
}
