// Which GID index to use on all devices of a host (MC_GID_INDEX), and whether a list of devices can be used with it. Rules and
// texts of the owner scripts (spec: vllm_mooncake_store_connector.md §1.8, "RNIC / GID detection").

import type { RdmaDevice, RdmaGid } from "../../domain/rdma_device.ts";
import { err, ok, type Result } from "../../domain/result.ts";

/** GID indices that are looked at, as in the owner scripts. */
const MAX_GID_INDEX = 8;

/** What speaks for an index, most important first. */
export interface GidScore {
  readonly index: number;
  /** Not link-local and RoCE v2; not link-local; RoCE v2; any. Counts of active ports. */
  readonly counts: readonly [number, number, number, number];
}

/** The best of all indices; the lowest wins a tie. */
export function bestGidIndex(devices: readonly RdmaDevice[]): Result<GidScore, string> {
  const gids = devices
    .flatMap(({ ports }) => ports.filter(({ active }) => active))
    .flatMap(({ gids }) => gids)
    .filter(counts);
  const scores = Array.from({ length: MAX_GID_INDEX + 1 }, (_, index) => scoreOf(index, gids));
  let best = scores[0];
  for (const score of scores) if (best !== undefined && isBetter(score, best)) best = score;
  if (best === undefined || best.counts[3] === 0) {
    return err("failed to auto-detect a usable RDMA GID index.");
  }
  return ok(best);
}

/** A port that could carry traffic now; with an index, one that has that GID. */
export function hasActivePort(device: RdmaDevice, gid_index: number | null): boolean {
  return device.ports.some(
    ({ active, gids }) =>
      active && (gid_index === null || gids.some((gid) => gid.gid_index === gid_index && counts(gid))),
  );
}

/** The first thing wrong with a comma-separated list of devices, or null. */
export function checkDeviceList(
  device_names: string,
  devices: readonly RdmaDevice[],
  gid_index: number | null,
): string | null {
  if (device_names.trim() === "") return "RDMA device list is empty.";
  const names = device_names.split(",").map((name) => name.trim());
  if (names.includes("")) return "RDMA device list contains an empty entry.";
  for (const name of names) {
    const device = devices.find((candidate) => candidate.name === name);
    if (device === undefined) return `RDMA device ${name} does not exist under /sys/class/infiniband.`;
    const which = gid_index === null ? "" : ` for MC_GID_INDEX=${gid_index}`;
    if (!hasActivePort(device, gid_index)) return `RDMA device ${name} is not active${which}.`;
  }
  return null;
}

/** The scripts count addresses of a net device. */
function counts({ netdev }: RdmaGid): boolean {
  return netdev !== null;
}

function scoreOf(index: number, gids: readonly RdmaGid[]): GidScore {
  const here = gids.filter((gid) => gid.gid_index === index);
  const global = here.filter(({ gid }) => !gid.toLowerCase().startsWith("fe80"));
  const isV2 = ({ type }: RdmaGid): boolean => type === "roce_v2";
  return {
    index,
    counts: [global.filter(isV2).length, global.length, here.filter(isV2).length, here.length],
  };
}

function isBetter(a: GidScore, b: GidScore): boolean {
  const at = a.counts.findIndex((count, i) => count !== b.counts[i]);
  return at >= 0 && (a.counts[at] ?? 0) > (b.counts[at] ?? 0);
}
