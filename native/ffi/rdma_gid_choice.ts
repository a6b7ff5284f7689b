// Which address of a device a process uses, where nobody says which. Pure.
//
// Rule: of the active ports, RoCE v2 with an IPv4 address first, for it is routed and is what peers connect to by address; then
// RoCE v2 with a global IPv6 address, InfiniBand, RoCE v2 of the link only, and RoCE v1 last, which no router passes on. Of equals
// the lowest index.

import type { RdmaDevice, RdmaGid } from "../../harness/domain/rdma_device.ts";

/** For users: the rule above. */
export const GID_RULE =
  "RoCE v2 with IPv4, RoCE v2 with global IPv6, InfiniBand, RoCE v2 link-local, RoCE v1; of equals the lowest index";

/** Null: no active port has such an address. `gid_index` null: the rule decides. */
export function chooseGid(device: RdmaDevice, gid_index: number | null): RdmaGid | null {
  const gids = device.ports.filter(({ active }) => active).flatMap((port) => port.gids);
  const asked = gid_index === null ? gids : gids.filter((gid) => gid.gid_index === gid_index);
  const ranked = asked.toSorted((a, b) => rankOf(a) - rankOf(b) || a.gid_index - b.gid_index);
  return ranked[0] ?? null;
}

function rankOf(gid: RdmaGid): number {
  const is_local = gid.gid.toLowerCase().startsWith("fe80");
  if (gid.type === "roce_v2") return ipv4Of(gid.gid) !== null ? 0 : is_local ? 3 : 1;
  return gid.type === "ib" ? 2 : 4;
}

/** An IPv4 address mapped into a GID: ::ffff:a.b.c.d. */
export function ipv4Of(gid: string): string | null {
  const digits = /^0000:0000:0000:0000:0000:ffff:([0-9a-f]{4}):([0-9a-f]{4})$/i.exec(gid);
  if (digits === null) return null;
  const value = Number.parseInt(`${digits[1]}${digits[2]}`, 16);
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
}

const TYPE_WORDS = { ib: "InfiniBand", roce_v1: "RoCE v1", roce_v2: "RoCE v2", unknown: "unknown type" };

/** "GID 3 (RoCE v2, 10.77.0.1, eth0)" */
export function describeGid({ gid_index, gid, type, netdev }: RdmaGid): string {
  const parts = [TYPE_WORDS[type], ipv4Of(gid) ?? gid, ...(netdev === null ? [] : [netdev])];
  return `GID ${gid_index} (${parts.join(", ")})`;
}
