// The line of Mooncake's `/metrics/summary`, in the format that says rates: requests are per second of the window since the last snapshot,
// evictions, discards and promotions are totals. What this store does not have (NVMe-oF, copy and move tasks, HA snapshots) stands there
// as zero, so that a parser of the line finds every field. Source: spec mooncake_store.md §6.8.

import type { MasterOp, MasterStats } from "../../domain/master_api.ts";
import { NS_PER_S } from "../../domain/units.ts";

/** Since when the rates count; the master's process takes one every SNAPSHOT_MS. */
export interface SummarySnapshot {
  readonly stats: MasterStats;
  readonly taken_ns: number;
}

export const SNAPSHOT_MS = 10_000;

/** Without a snapshot every rate is 0.00. */
export function masterSummary(stats: MasterStats, now_ns: number, since: SummarySnapshot | null): string {
  const window = new Window(stats, now_ns, since);
  return [
    `Mem Storage: ${used(stats.allocated_bytes, stats.total_capacity_bytes)}`,
    `NVMe-oF SSD: ${used(0, 0)}`,
    `SSD Storage: ${byteSize(stats.allocated_file_size_bytes)} / ${byteSize(stats.total_file_capacity_bytes)}`,
    `Keys: ${stats.key_count} (soft-pinned: ${stats.soft_pin_key_count})`,
    `Clients: ${stats.active_clients}`,
    `Requests (Success/Total per sec): ${requestRates(window)}`,
    `Batch Requests (per sec, Req=Success/PartialSuccess/Total, Item=Success/Total): ${batchRates(window)}`,
    `Eviction: ${evictions(stats, `AllocFail=${window.allocFailures()}, `)}`,
    `Mem Eviction: ${evictions(stats, "")}`,
    "NoF Eviction: Success/Attempts=0/0, keys=0, size=0 B",
    `Discard: Released/Total=${stats.put_start_released}/${stats.put_start_discarded}, StagingSize=${byteSize(stats.put_start_discarded_staging_bytes)}`,
    `Promotion: ${promotions(stats)}`,
    "Snapshots: Success=0, Fail=0",
  ].join(" | ");
}

/** What has happened since the snapshot. */
class Window {
  readonly #stats: MasterStats;
  readonly #since: MasterStats | null;
  readonly #seconds: number;

  constructor(stats: MasterStats, now_ns: number, since: SummarySnapshot | null) {
    this.#stats = stats;
    this.#since = since?.stats ?? null;
    this.#seconds = since === null ? 0 : (now_ns - since.taken_ns) / NS_PER_S;
  }

  allocFailures(): number {
    if (this.#since === null) return 0;
    return this.#stats.put_start_alloc_failures - this.#since.put_start_alloc_failures;
  }

  /** `PutStart=success/total` of an op, or of none. */
  single(name: string, op: MasterOp | null): string {
    const total = this.#delta("requests", op);
    return `${name}=${this.#rate(total - this.#delta("failures", op))}/${this.#rate(total)}`;
  }

  batch(name: string, op: MasterOp | null): string {
    const requests = this.#delta("requests", op);
    const partial = this.#delta("partial_successes", op);
    const success = requests - this.#delta("failures", op) - partial;
    const items = this.#delta("items", op);
    const good_items = items - this.#delta("failed_items", op);
    const req = [success, partial, requests].map((count) => this.#rate(count)).join("/");
    return `${name}:(Req=${req}, Item=${this.#rate(good_items)}/${this.#rate(items)})`;
  }

  #delta(
    count: "requests" | "failures" | "partial_successes" | "items" | "failed_items",
    op: MasterOp | null,
  ): number {
    if (op === null || this.#since === null) return 0;
    return this.#stats[count][op] - this.#since[count][op];
  }

  #rate(count: number): string {
    return (this.#seconds > 0 ? count / this.#seconds : 0).toFixed(2);
  }
}

/** Puts, gets and questions of this store are batches: their single forms never come. */
function requestRates(window: Window): string {
  const names = ["PutStart", "PutEnd", "PutRevoke", "Get", "Exist"] as const;
  const copies = ["CopyStart", "CopyEnd", "CopyRevoke", "MoveStart", "MoveEnd", "MoveRevoke"] as const;
  return [
    ...names.map((name) => window.single(name, null)),
    window.single("Del", "remove"),
    window.single("DelAll", "remove_all"),
    window.single("Ping", "ping"),
    ...copies.map((name) => window.single(name, null)),
    window.single("EvictDiskReplica", "notify_disk_evicted"),
  ].join(", ");
}

function batchRates(window: Window): string {
  const tasks = [
    "CreateMoveTask",
    "CreateCopyTask",
    "QueryTask",
    "FetchTasks",
    "MarkTaskToComplete",
  ] as const;
  return [
    window.batch("PutStart", "batch_put_start"),
    window.batch("PutEnd", "batch_put_end"),
    window.batch("PutRevoke", "batch_put_revoke"),
    window.batch("Get", "batch_get_replicas"),
    window.batch("ExistKey", "batch_exist"),
    window.batch("QueryIp", null),
    window.batch("Clear", null),
    ...tasks.map((name) => `${name}:(${window.single("Req", null)})`),
  ].join(", ");
}

function evictions(stats: MasterStats, alloc_fail: string): string {
  const { successful_evictions, attempted_evictions, evicted_key_count, evicted_size_bytes } = stats;
  const outcome = `Success/Attempts=${successful_evictions}/${attempted_evictions}`;
  return `${outcome}, ${alloc_fail}keys=${evicted_key_count}, size=${byteSize(evicted_size_bytes)}`;
}

function promotions({ promotions: counts }: MasterStats): string {
  const rejected = [counts.rejected_frequency, counts.rejected_watermark, counts.rejected_cap].join("/");
  return [
    `in_flight=${counts.in_flight}`,
    `admitted=${counts.admitted}`,
    `completed=${counts.completed}`,
    `failed=${counts.failed}`,
    `cancelled=${counts.cancelled}`,
    `expired=${counts.expired}`,
    `bytes=${byteSize(counts.completed_bytes)}`,
    `rejected(freq/wm/cap)=${rejected}`,
  ].join(", ");
}

function used(bytes: number, of_bytes: number): string {
  const sizes = `${byteSize(bytes)} / ${byteSize(of_bytes)}`;
  return of_bytes === 0 ? sizes : `${sizes} (${((100 * bytes) / of_bytes).toFixed(1)}%)`;
}

/** As Mooncake writes sizes: steps of 1024 under decimal names. */
function byteSize(bytes: number): string {
  for (const [exponent, name] of [
    [4, "TB"],
    [3, "GB"],
    [2, "MB"],
    [1, "KB"],
  ] as const) {
    if (bytes >= 1024 ** exponent) return `${(bytes / 1024 ** exponent).toFixed(2)} ${name}`;
  }
  return `${bytes} B`;
}
