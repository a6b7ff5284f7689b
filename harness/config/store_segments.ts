// Which memory a stack's store has, by the mode of the engines' store clients (spec: vllm_mooncake_store_connector.md §1.1).
//
//   standalone-store   engines mount nothing; every node has an owner process with its segment
//   embedded           every engine mounts a segment in its own process, without a disk behind it; owners are there only for
//                      the disk tier
import type { EngineSpec, Topology } from "../domain/topology.ts";
import type { ArmConfig } from "./arm_config.ts";
import { usesDisk } from "./uses_disk.ts";
import { usesSharedStore } from "./uses_shared_store.ts";

/** Whether the stack has owner processes. */
export function hasOwners(arm: ArmConfig): boolean {
  return usesSharedStore(arm) && (arm.connector.mode === "standalone-store" || usesDisk(arm));
}

/** Whether engines mount segments. */
export function embedsSegments(arm: ArmConfig): boolean {
  return usesSharedStore(arm) && arm.connector.mode === "embedded";
}

const EMBEDDED_SEGMENT_PORT = 12_345;

export function embeddedSegmentName({ node }: Pick<EngineSpec, "node">): string {
  return `${node}:${EMBEDDED_SEGMENT_PORT}`;
}

/** Of owner 0 of the real Mooncake on this machine, and between its owners. */
export const MOONCAKE_SEGMENT_PORT = 50_053;
export const MOONCAKE_PORTS_PER_OWNER = 10;

/** Of the owner at `owner_index`: a real owner's segment is named after where it listens. */
export function mooncakeSegmentName(owner_index: number): string {
  return `127.0.0.1:${MOONCAKE_SEGMENT_PORT + owner_index * MOONCAKE_PORTS_PER_OWNER}`;
}

/** The segment that `preferred_segment = local` means for the engines of a node: its owner's, else an engine's own. */
export function localSegmentName(arm: ArmConfig, topology: Topology, node: string): string | null {
  const index = hasOwners(arm) ? topology.owners.findIndex((one) => one.node === node) : -1;
  if (index >= 0) return ownerSegments(arm, topology)[index] ?? null;
  return embedsSegments(arm) ? embeddedSegmentName({ node }) : null;
}

/** Every segment of the stack. */
export function segmentNames(arm: ArmConfig, topology: Topology): string[] {
  const owners = hasOwners(arm) ? ownerSegments(arm, topology) : [];
  return embedsSegments(arm) ? [...owners, ...topology.engines.map(embeddedSegmentName)] : owners;
}

/** [owners] */
function ownerSegments({ store }: ArmConfig, { owners }: Topology): string[] {
  return owners.map(({ segment_name }, i) =>
    store.kind === "mooncake" ? mooncakeSegmentName(i) : segment_name,
  );
}
