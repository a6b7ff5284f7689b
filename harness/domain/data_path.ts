/** How bytes go between the memory of two processes: through that of their host, by plain sockets, or by a device. */
export type DataPath = "shm" | "tcp" | "rdma";

/** What bytes are moved for: to and from the store, or from a prefill to a decode engine. */
export type PathErrand = "store" | "handover";

/** Bytes that one process moved to and from the memory of a node, its own included. */
export interface PathBytes {
  readonly peer_node: string;
  readonly errand: PathErrand;
  readonly path: DataPath;
  readonly bytes: number;
}
