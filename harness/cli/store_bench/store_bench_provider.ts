// `store-bench --path rdma --provider P`: batches of 1 MiB to another process's memory by libfabric's provider P on this host, beside
// the plain sockets path and a plain TCP stream, in turn in one run. For hosts without an RDMA device: tcp;ofi_rxm is the code of an
// RDMA device over loopback. The store's own work is not in it.

import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { benchFabric, type FabricFigures } from "../../../native/ffi/bench_fabric.ts";
import { LoopbackBaseline } from "../../../native/ffi/loopback_baseline.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { MIB, NS_PER_S, nsToMs } from "../../domain/units.ts";
import { quantile, sortAscending } from "../../stats/quantile.ts";

const SOURCE = "127.0.0.1";
const PIECES = 16;
/** The paths are run in turn, so often; */
const TURNS = 3;
/** each time with so many rounds. */
const ROUNDS = 5;

export interface ProviderBench {
  /** Medians over the turns: the asked provider, then plain sockets. */
  readonly paths: readonly ProviderFigures[];
  /** A plain TCP stream over loopback with the same pieces. */
  readonly stream_bytes_per_s: number;
}

export interface ProviderFigures {
  readonly provider: string;
  readonly library: string;
  readonly put_bytes_per_s: number;
  readonly get_bytes_per_s: number;
  readonly put_piece_ns_p50: number;
  readonly get_piece_ns_p50: number;
  readonly failed_ops: number;
  readonly corrupt_pieces: number;
}

/** The error says which path could not be had; no other is taken for it. */
export async function measureProvider(provider: string): Promise<Result<ProviderBench, string>> {
  const stream = LoopbackBaseline.open(PIECES * MIB);
  if (!stream.ok) return err(stream.error.detail);
  const stream_ns: number[] = [];
  const runs = new Map<string, FabricFigures[]>([provider, "tcp"].map((path) => [path, []]));
  try {
    for (let turn = 0; turn < TURNS; turn++) {
      for (let round = 0; round < ROUNDS; round++) stream_ns.push(stream.value.streamNs(MIB, PIECES));
      for (const [path, figures] of runs) {
        const measured = await measureOnce(path);
        if (!measured.ok) return measured;
        figures.push(measured.value);
      }
    }
  } finally {
    stream.value.close();
  }
  return ok({
    paths: [...runs].map(([path, figures]) => summarise(path, figures)),
    stream_bytes_per_s: (PIECES * MIB * NS_PER_S) / middleOf(stream_ns),
  });
}

export function renderProvider({ paths, stream_bytes_per_s }: ProviderBench): string {
  const rate = (bytes_per_s: number): string =>
    `${(bytes_per_s / 1e9).toFixed(2)} GB/s (${(bytes_per_s / stream_bytes_per_s).toFixed(2)} ×)`;
  return [
    `# store-bench: batches of ${PIECES} × 1 MiB over loopback, ${TURNS} turns of ${ROUNDS} rounds a path`,
    "",
    `Real: two processes a path; what arrived is verified before and after the rounds. × is of a plain TCP stream in the same run: ${(stream_bytes_per_s / 1e9).toFixed(2)} GB/s.`,
    "",
    "| provider | library | put | get | put of 1 MiB, ms p50 | get of 1 MiB, ms p50 | failed | corrupt |",
    "|---|---|---:|---:|---:|---:|---:|---:|",
    ...paths.map(
      (path) =>
        `| ${path.provider} | ${path.library} | ${rate(path.put_bytes_per_s)} | ${rate(path.get_bytes_per_s)} | ${nsToMs(path.put_piece_ns_p50).toFixed(2)} | ${nsToMs(path.get_piece_ns_p50).toFixed(2)} | ${path.failed_ops} | ${path.corrupt_pieces} |`,
    ),
    "",
  ].join("\n");
}

async function measureOnce(provider: string): Promise<Result<FabricFigures, string>> {
  const shm_folder = mkdtempSync(join("/dev/shm", "tierbench-provider-"));
  try {
    const figures = await benchFabric({
      fabric: { provider, source: SOURCE },
      shm_folder,
      piece_bytes: MIB,
      pieces: PIECES,
      rounds: ROUNDS,
    });
    return figures.ok ? figures : err(`--provider ${figures.error.detail}`);
  } finally {
    rmSync(shm_folder, { recursive: true });
  }
}

function middleOf(values: readonly number[]): number {
  return quantile(sortAscending(values), 0.5);
}

function summarise(provider: string, figures: readonly FabricFigures[]): ProviderFigures {
  const middle = (of: (one: FabricFigures) => number): number => middleOf(figures.map(of));
  const sum = (of: (one: FabricFigures) => number): number => figures.reduce((all, one) => all + of(one), 0);
  return {
    provider,
    library: figures[0]?.path_taken.library ?? "",
    put_bytes_per_s: middle((one) => one.put_bytes_per_s),
    get_bytes_per_s: middle((one) => one.get_bytes_per_s),
    put_piece_ns_p50: middle((one) => one.put_piece_ns_p50),
    get_piece_ns_p50: middle((one) => one.get_piece_ns_p50),
    failed_ops: sum((one) => one.failed_ops),
    corrupt_pieces: sum((one) => one.corrupt_pieces),
  };
}
