// How fast blocks move to and from another process's memory over a network path, as a put and a get of whole batches. Rounds
// of put and get alternate, so that a neighbour's load meets both; a figure is the median of its rounds. Gets are verified.

import { join } from "node:path";
import { present } from "../../harness/domain/assert.ts";
import { err, ok, type Result } from "../../harness/domain/result.ts";
import type { DataPlane, Op, Region, RegionError } from "./data_plane.ts";
import type { FabricOpenError } from "./fabric_open_error.ts";
import { FabricPeer } from "./fabric_peer.ts";
import { peerBlock } from "./fabric_peer_process.ts";
import type {
  FabricError,
  FabricOp,
  FabricPath,
  FabricPlane,
  FabricRegion,
  RemoteRegion,
} from "./fabric_plane.ts";
import { openDataPlane } from "./open_data_plane.ts";
import type { FabricOptions } from "./open_fabric.ts";
import { openFabricPlane } from "./open_fabric_plane.ts";

export interface FabricBenchOptions {
  readonly fabric: FabricOptions;
  /** Folder in shared memory. */
  readonly shm_folder: string;
  readonly piece_bytes: number;
  readonly pieces: number;
  readonly rounds: number;
}

/** bytes_per_s over whole batches, from submit to the batch's promise; piece_ns_p50 for one piece at a time. */
export interface FabricFigures {
  readonly path_taken: FabricPath;
  readonly put_bytes_per_s: number;
  readonly get_bytes_per_s: number;
  readonly put_piece_ns_p50: number;
  readonly get_piece_ns_p50: number;
  readonly failed_ops: number;
  readonly corrupt_pieces: number;
}

interface Bench {
  readonly data: DataPlane;
  readonly plane: FabricPlane;
  readonly memory: Region;
  readonly own: FabricRegion;
  readonly remote: RemoteRegion;
  readonly options: FabricBenchOptions;
}

const GENERATION = 1;
/** Software RDMA moves 60 MB/s. */
const TIMEOUT_MS = 30_000;

export async function benchFabric(
  options: FabricBenchOptions,
): Promise<Result<FabricFigures, FabricOpenError | RegionError | FabricError>> {
  const data = openDataPlane();
  if (!data.ok) return data;
  const plane = openFabricPlane(options.fabric);
  try {
    if (!plane.ok) return plane;
    await using peer = new FabricPeer(options.shm_folder, options.fabric);
    const bench = await prepare(data.value, plane.value, peer, options);
    return bench.ok ? ok(await measure(bench.value)) : bench;
  } finally {
    if (plane.ok) await plane.value.close();
    await data.value.close();
  }
}

async function prepare(
  data: DataPlane,
  plane: FabricPlane,
  peer: FabricPeer,
  options: FabricBenchOptions,
): Promise<Result<Bench, RegionError | FabricError>> {
  const shm_path = join(options.shm_folder, "bench_own");
  const memory = data.createRegion(shm_path, options.pieces * options.piece_bytes, GENERATION);
  if (!memory.ok) return err(memory.error);
  const own = await plane.register({ kind: "shm", shm_path, generation: GENERATION });
  if (!own.ok) return err(own.error);
  const { pieces: blocks, piece_bytes: block_bytes } = options;
  const segment = "bench_peer";
  const remote = plane.attach(
    await peer.ask({ do: "own", segment, generation: GENERATION, blocks, block_bytes }),
  );
  if (!remote.ok) return err(remote.error);
  return ok({ data, plane, memory: memory.value, own: own.value, remote: remote.value, options });
}

async function measure(bench: Bench): Promise<FabricFigures> {
  const gets = transfers(bench, "get");
  const puts = transfers(bench, "put");
  const spent_ns = {
    put: [] as number[],
    get: [] as number[],
    put_piece: [] as number[],
    get_piece: [] as number[],
  };
  // Connects, and warms what no round should pay for.
  let failed_ops = await run(bench.plane, gets, []);
  const corrupt_pieces = await countCorrupt(bench);
  for (let round = 0; round < bench.options.rounds; round++) {
    failed_ops += await run(bench.plane, puts, spent_ns.put);
    failed_ops += await run(bench.plane, gets, spent_ns.get);
    for (const put of puts.slice(0, 8)) failed_ops += await run(bench.plane, [put], spent_ns.put_piece);
    for (const get of gets.slice(0, 8)) failed_ops += await run(bench.plane, [get], spent_ns.get_piece);
  }
  const rate = (ns: readonly number[]) => (bench.memory.bytes * 1e9) / median(ns);
  return {
    path_taken: bench.plane.path_taken,
    put_bytes_per_s: rate(spent_ns.put),
    get_bytes_per_s: rate(spent_ns.get),
    put_piece_ns_p50: median(spent_ns.put_piece),
    get_piece_ns_p50: median(spent_ns.get_piece),
    failed_ops,
    corrupt_pieces: corrupt_pieces + (await countCorrupt(bench)),
  };
}

function transfers(bench: Bench, kind: "put" | "get"): FabricOp[] {
  const bytes = bench.options.piece_bytes;
  return Array.from({ length: bench.options.pieces }, (_, piece) => {
    const offset = piece * bytes;
    return {
      kind,
      region: bench.own,
      region_offset: offset,
      remote: bench.remote,
      remote_offset: offset,
      bytes,
    };
  });
}

/** Runs one batch, notes how long it took and returns how many of its ops failed. */
async function run(plane: FabricPlane, ops: readonly FabricOp[], spent_ns: number[]): Promise<number> {
  const start_ns = plane.now_ns();
  const results = await plane.submit(ops, { timeout_ms: TIMEOUT_MS });
  spent_ns.push(plane.now_ns() - start_ns);
  return results.filter((result) => result.code !== "ok").length;
}

async function countCorrupt(bench: Bench): Promise<number> {
  const bytes = bench.options.piece_bytes;
  const checks = Array.from({ length: bench.options.pieces }, (_, piece): Op => {
    const identity = peerBlock("bench_peer", piece, GENERATION);
    return { kind: "verify", region: bench.memory, offset: piece * bytes, bytes, identity };
  });
  const results = await bench.data.submit(checks);
  return results.filter((result) => result.code !== "ok").length;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return present(sorted[Math.floor(sorted.length / 2)], "a median is of something");
}
