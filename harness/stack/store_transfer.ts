// Native copies between a client's memory and one segment, booked on the link between their nodes.

import type { CopyOp, DataPlane, OpResult, Region } from "../../native/ffi/data_plane.ts";
import type { SegmentInfo } from "../domain/replica.ts";
import type { Result } from "../domain/result.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import { movedBytes } from "./copy_end.ts";
import type { NodePaths } from "./node_paths.ts";
import type { SegmentDirectory, SegmentPart } from "./segment_directory.ts";
import type { ShapedLinks } from "./shaped_links.ts";
import type { GetItem, PutItem } from "./store_items.ts";

/** One copy from or to `segment_offset` of a mapped part of a segment. */
export interface Transfer<Item> {
  readonly item: Item;
  readonly segment_offset: number;
}

export interface TransferParts {
  readonly plane: DataPlane;
  readonly directory: SegmentDirectory;
  /** Counts what is moved. */
  readonly paths: NodePaths;
  readonly links: ShapedLinks | null;
  /** The client's node. */
  readonly node: string;
}

/** Copies objects out of a segment or its staging buffer and checks them: one result a transfer, or one code for all. */
export async function copyIn(
  parts: TransferParts,
  segment: SegmentInfo,
  part: SegmentPart,
  generation: number | null,
  transfers: readonly Transfer<GetItem>[],
): Promise<readonly OpResult[] | number> {
  const earliest_done_ns = book(parts, segment.node, parts.node, transfers);
  return run(parts, segment, part, generation, (region) =>
    transfers.map(({ item, segment_offset }) => ({
      kind: "copy" as const,
      from: region,
      from_offset: segment_offset,
      to: item.region,
      to_offset: item.offset,
      bytes: item.bytes,
      verify: item.identity,
      earliest_done_ns,
    })),
  );
}

/** Copies objects into a segment. */
export async function copyOut(
  parts: TransferParts,
  segment: SegmentInfo,
  generation: number,
  transfers: readonly Transfer<PutItem>[],
): Promise<readonly OpResult[] | number> {
  const earliest_done_ns = book(parts, parts.node, segment.node, transfers);
  return run(parts, segment, "segment", generation, (region) =>
    transfers.map(({ item, segment_offset }) => ({
      kind: "copy" as const,
      from: item.region,
      from_offset: item.offset,
      to: region,
      to_offset: segment_offset,
      bytes: item.bytes,
      verify: null,
      earliest_done_ns,
    })),
  );
}

/** The code of a copy that did not go well; 0 for one that did (a stale block is the caller's to judge). */
export function transferCode({ code }: OpResult): number {
  if (code === "ok" || code === "stale") return STORE_CODE.OK;
  return code === "corrupt" ? STORE_CODE.CHECKSUM_MISMATCH : STORE_CODE.TRANSFER_FAIL;
}

/**
 * A segment is copied from and to in the mount that its replica names and in no other; a staging buffer, of which the owner has
 * just answered, is tried once more when its owner turns out to have come back.
 */
async function run(
  parts: TransferParts,
  segment: SegmentInfo,
  part: SegmentPart,
  generation: number | null,
  toOps: (region: Region) => readonly CopyOp[],
): Promise<readonly OpResult[] | number> {
  const { directory, plane, paths } = parts;
  const { segment_name } = segment;
  const attempt = (): Promise<Result<readonly OpResult[], number>> =>
    directory.withRegion(segment_name, part, async (region) => {
      const ops = toOps(region);
      const results = await plane.submit(ops);
      paths.count("store", segment.node, movedBytes(ops, results));
      return results;
    });
  if (generation !== null) {
    const mount = await directory.findMount(segment_name, generation);
    if (!mount.ok) return mount.error;
  }
  let done = await attempt();
  if (isGone(done)) {
    if (generation !== null) directory.forget({ ...segment, generation });
    else if (await directory.findSuccessor(segment)) done = await attempt();
  }
  return done.ok ? done.value : done.error;
}

function isGone(done: Result<readonly OpResult[], number>): boolean {
  return !done.ok || done.value.some((result) => result.code === "peer_dead");
}

/** The transfers of one batch follow each other on the link: all are done when the last is. */
function book<Item extends PutItem>(
  { links, plane }: TransferParts,
  src_node: string,
  dst_node: string,
  transfers: readonly Transfer<Item>[],
): number {
  if (links === null || src_node === dst_node) return 0;
  const bytes = transfers.reduce((sum, { item }) => sum + item.bytes, 0);
  return links.reserve(src_node, dst_node, bytes, plane.now_ns());
}
