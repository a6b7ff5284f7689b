/** An address of a port. */
export interface RdmaGid {
  readonly gid_index: number;
  /** As the kernel writes it: eight groups of four hex digits. */
  readonly gid: string;
  readonly type: "ib" | "roce_v1" | "roce_v2" | "unknown";
  /** Null: of InfiniBand, or the kernel does not say. */
  readonly netdev: string | null;
}

export interface RdmaPort {
  readonly port: number;
  readonly active: boolean;
  /** "Ethernet", "InfiniBand", "unknown". */
  readonly link_layer: string;
  /** As the kernel words it: "100 Gb/sec (4X EDR)". */
  readonly rate: string;
  /** Those that are set, by index. */
  readonly gids: readonly RdmaGid[];
}

/** An RDMA device of this host, as the kernel describes it. */
export interface RdmaDevice {
  readonly name: string;
  /** PCI address `dddd:bb:dd.f`. Null: not on PCI. */
  readonly bdf: string | null;
  /** Null: of no node (software devices, one-node hosts). */
  readonly numa_node: number | null;
  readonly driver: string | null;
  /** Of SR-IOV: a part of a device that is often given to a container. */
  readonly is_virtual_function: boolean;
  readonly netdevs: readonly string[];
  readonly ports: readonly RdmaPort[];
}
