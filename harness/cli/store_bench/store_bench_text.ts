// store-bench's figures as a Markdown table, ratios first: an absolute rate says as much of the machine as of the store.

import { formatBytes } from "../../domain/units.ts";
import { type Ratio, STEADY_TURNS_MIN } from "../../measure/steady_turns.ts";
import type { StoreBenchResult, TransferFigures } from "../../measure/store_bench_figures.ts";

export function renderStoreBench(result: StoreBenchResult): string {
  const { host, master, copy_threads, path } = result;
  const echo_us = master.socket_echo_us_p50;
  return [
    `# store-bench on ${host.cpu} (${host.cpus} CPUs), Linux ${host.kernel}, Bun ${host.bun}`,
    "",
    "Put and get of whole batches to a segment of another process, through the master, every byte of a get verified.",
    `All requesters are in one process, each with ${copy_threads} copy threads. Path: ${path.path} (${path.why}).`,
    `Limit: ${path.limit}. It takes turns with put and get; a ratio is the median of the turns in which it held still.`,
    "",
    "| object | batch | requesters | put ÷ limit | get ÷ limit | put GB/s | get GB/s | limit GB/s | one thread GB/s | put µs p50 | get µs p50 | steady turns | failed |",
    "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ...result.transfers.map(transferRow),
    "",
    ...noisyLines(result),
    ...skippedLines(result),
    ...comparedLines(result),
    "| master, one requester | figure |",
    "|---|---:|",
    `| keys resident | ${master.resident_keys.toLocaleString("en")} |`,
    `| batch_exist of 1024, keys/s | ${(master.batch_exist_keys_per_s / 1e6).toFixed(2)} M |`,
    `| exist of one key, calls/s | ${(master.exist_per_s / 1e3).toFixed(1)} k |`,
    `| exist of one key, µs p50 | ${master.exist_us_p50.toFixed(1)} |`,
    `| bare socket echo of 64 B, µs p50 | ${master.socket_echo_us_p50.toFixed(1)} |`,
    `| the same, both ends on one CPU, µs p50 | ${master.socket_echo_one_cpu_us_p50?.toFixed(1) ?? "–"} |`,
    `| exist ÷ echo | ${master.exist_of_echo.toFixed(2)} |`,
    "",
    `A get of one small object is a question to the master and a copy, a put two questions and a copy: no quicker than one echo (${echo_us.toFixed(1)} µs) or two (${(2 * echo_us).toFixed(1)} µs).`,
    "An echo on one CPU is what the software of both ends takes; the rest of it is waking a CPU that sleeps, twice.",
    "Disk: `store-bench --disk DIR`. Other paths: `--path tcp`, `--path rdma`.",
    "",
  ].join("\n");
}

/** Both stores had the same cell in turn. */
function comparedLines({ compared, transfers }: StoreBenchResult): string[] {
  if (compared === null) return [];
  const rows = compared.transfers.map((theirs) => {
    const ours = transfers.find(
      ({ object_bytes, batch, requesters }) =>
        requesters === 1 && object_bytes === theirs.object_bytes && batch === theirs.batch,
    );
    const times = (mine: number | undefined, other: number): string =>
      mine === undefined ? "n/a" : `${(mine / other).toFixed(1)} ×`;
    const cells = [
      formatBytes(theirs.object_bytes),
      theirs.batch,
      (theirs.put_bytes_per_s / 1e9).toFixed(2),
      (theirs.get_bytes_per_s / 1e9).toFixed(2),
      theirs.put_us_p50.toFixed(1),
      theirs.get_us_p50.toFixed(1),
      times(ours?.put_bytes_per_s, theirs.put_bytes_per_s),
      times(ours?.get_bytes_per_s, theirs.get_bytes_per_s),
      theirs.failed_keys,
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [
    `${compared.store} on this host, one requester, its own loopback TCP, through a requester process of Python:`,
    "",
    "| object | batch | put GB/s | get GB/s | put µs p50 | get µs p50 | ours ÷ its put | ours ÷ its get | failed |",
    "|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ...rows,
    "",
  ];
}

function noisyLines({ transfers }: StoreBenchResult): string[] {
  const noisy = transfers.filter(isNoisy).length;
  if (noisy === 0) return [];
  const rows = `${noisy} of ${transfers.length} rows`;
  return [
    `~ In ${rows} fewer than ${STEADY_TURNS_MIN} turns were steady (a busy machine, or a short --seconds), and all turns count.`,
    "",
  ];
}

function isNoisy({ steady_turns }: TransferFigures): boolean {
  return steady_turns < STEADY_TURNS_MIN;
}

/** A line a reason: "4.0 MiB × 128 by 1, 2, 4, 8; …". */
function skippedLines({ skipped }: StoreBenchResult): string[] {
  const lines = [...Map.groupBy(skipped, ({ reason }) => reason)].map(([reason, cells]) => {
    const batches = Map.groupBy(
      cells,
      ({ object_bytes, batch }) => `${formatBytes(object_bytes)} × ${batch}`,
    );
    const names = [...batches].map(
      ([name, some]) => `${name} by ${some.map(({ requesters }) => requesters).join(", ")}`,
    );
    return `Not measured (${reason}): ${names.join("; ")}.`;
  });
  return lines.length === 0 ? [] : [...lines, ""];
}

function transferRow(figures: TransferFigures): string {
  const gigabytes = (bytes_per_s: number | null): string =>
    bytes_per_s === null ? "n/a" : (bytes_per_s / 1e9).toFixed(2);
  const ratio = (of: Ratio | null): string =>
    of === null ? "n/a" : `${isNoisy(figures) ? "~" : ""}${of.median.toFixed(2)}`;
  const cells = [
    formatBytes(figures.object_bytes),
    figures.batch,
    figures.requesters,
    ratio(figures.put_of_limit),
    ratio(figures.get_of_limit),
    gigabytes(figures.put_bytes_per_s),
    gigabytes(figures.get_bytes_per_s),
    gigabytes(figures.put_limit_bytes_per_s),
    gigabytes(figures.one_thread_bytes_per_s),
    figures.put_us_p50.toFixed(1),
    figures.get_us_p50.toFixed(1),
    `${figures.steady_turns} of ${figures.turns}`,
    figures.failed_keys,
  ];
  return `| ${cells.join(" | ")} |`;
}
