// store-bench's figures as a Markdown table, ratios first: an absolute rate says as much of the machine as of the store.

import { formatBytes } from "../domain/units.ts";
import type { StoreBenchResult, TransferFigures } from "../measure/store_bench_figures.ts";

export function renderStoreBench(result: StoreBenchResult): string {
  const { host, master, copy_threads } = result;
  return [
    `# store-bench on ${host.cpu} (${host.cpus} CPUs), Linux ${host.kernel}, Bun ${host.bun}`,
    "",
    "Put and get of whole batches to a segment of another process on this node, through the master, every byte of a get verified.",
    `All requesters are in one process, each with ${copy_threads} copy threads; memcpy: as many threads, the same sizes, the same rounds.`,
    "",
    "| object | batch | requesters | put ÷ memcpy | get ÷ memcpy | put GB/s | get GB/s | memcpy GB/s | put µs p50 | get µs p50 | failed |",
    "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ...result.transfers.map(transferRow),
    ...result.skipped.map(
      ({ object_bytes, batch, requesters, reason }) =>
        `| ${formatBytes(object_bytes)} | ${batch} | ${requesters} | n/a (${reason}) |  |  |  |  |  |  |  |`,
    ),
    "",
    "| master, one requester | figure |",
    "|---|---:|",
    `| keys resident | ${master.resident_keys.toLocaleString("en")} |`,
    `| batch_exist of 1024, keys/s | ${(master.batch_exist_keys_per_s / 1e6).toFixed(2)} M |`,
    `| exist of one key, calls/s | ${(master.exist_per_s / 1e3).toFixed(1)} k |`,
    `| exist of one key, µs p50 | ${master.exist_us_p50.toFixed(1)} |`,
    `| bare socket echo of 64 B, µs p50 | ${master.socket_echo_us_p50.toFixed(1)} |`,
    `| exist ÷ echo | ${master.exist_of_echo.toFixed(2)} |`,
    "",
    "Disk tier and TCP data path: n/a (not measured by this command).",
    "",
  ].join("\n");
}

function transferRow(figures: TransferFigures): string {
  const gigabytes = (bytes_per_s: number): string => (bytes_per_s / 1e9).toFixed(2);
  const cells = [
    formatBytes(figures.object_bytes),
    figures.batch,
    figures.requesters,
    figures.put_of_memcpy.toFixed(2),
    figures.get_of_memcpy.toFixed(2),
    gigabytes(figures.put_bytes_per_s),
    gigabytes(figures.get_bytes_per_s),
    gigabytes(figures.memcpy_bytes_per_s),
    figures.put_us_p50.toFixed(1),
    figures.get_us_p50.toFixed(1),
    figures.failed_keys,
  ];
  return `| ${cells.join(" | ")} |`;
}
