import { expect, test } from "bun:test";
import { Random } from "../../clock/random.ts";
import { MASTER_DEFAULTS } from "../../core/master/master_config.ts";
import { MasterCore } from "../../core/master/master_core.ts";
import { SegmentAllocator } from "../../core/tier/segment_allocator.ts";
import { DEFAULT_REPLICATE_CONFIG } from "../../domain/replica.ts";
import { MIB, msToNs } from "../../domain/units.ts";
import { segmentOfNumbers } from "../segment_of_numbers.ts";
import { STORE } from "../store_fixture.ts";
import { masterMetrics } from "./master_metrics.ts";
import { masterSummary } from "./master_summary.ts";

/** One MiB mounted by one owner. In 2 s: two puts of 64 KiB, one of them again; three keys asked for, one of them missing. */
function busyMaster(): { readonly core: MasterCore; readonly idle: ReturnType<MasterCore["stats"]> } {
  const core = new MasterCore(
    { ...MASTER_DEFAULTS, ...STORE },
    { random: new Random(1), newSpace: (segment_bytes) => new SegmentAllocator(segment_bytes) },
  );
  const segment = segmentOfNumbers("a:1", MIB, 1);
  core.handle({ op: "mount_segment", client_id: "owner", segment }, 0);
  const idle = core.stats(0);
  const config = DEFAULT_REPLICATE_CONFIG;
  const objects = ["x", "y"].map((key) => ({ key, bytes: 65_536 }));
  core.handle({ op: "batch_put_start", client_id: "w", objects, config }, 0);
  core.handle({ op: "batch_put_end", client_id: "w", keys: ["x", "y"] }, 0);
  core.handle({ op: "batch_put_start", client_id: "w", objects: objects.slice(0, 1), config }, 0);
  core.handle({ op: "batch_get_replicas", keys: ["x", "y", "z"] }, 0);
  core.handle({ op: "batch_exist", keys: ["x"] }, 0);
  core.handle({ op: "remove", key: "z", force: false }, 0);
  return { core, idle };
}

test("the summary line is Mooncake's, field by field, with rates of the window", () => {
  const { core, idle } = busyMaster();
  const now_ns = msToNs(2_000);
  const line = masterSummary(core.stats(now_ns), now_ns, { stats: idle, taken_ns: 0 });
  expect(line.split(" | ")).toEqual([
    "Mem Storage: 128.00 KB / 1.00 MB (12.5%)",
    "NVMe-oF SSD: 0 B / 0 B",
    "SSD Storage: 0 B / 0 B",
    "Keys: 2 (soft-pinned: 0)",
    "Clients: 1",
    // One remove in 2 s, of a key that is not there.
    "Requests (Success/Total per sec): PutStart=0.00/0.00, PutEnd=0.00/0.00, PutRevoke=0.00/0.00, Get=0.00/0.00, Exist=0.00/0.00, Del=0.00/0.50, DelAll=0.00/0.00, Ping=0.00/0.00, CopyStart=0.00/0.00, CopyEnd=0.00/0.00, CopyRevoke=0.00/0.00, MoveStart=0.00/0.00, MoveEnd=0.00/0.00, MoveRevoke=0.00/0.00, EvictDiskReplica=0.00/0.00",
    // Two put starts, of which the second failed whole; a get of three keys of which one failed: a partial success.
    "Batch Requests (per sec, Req=Success/PartialSuccess/Total, Item=Success/Total): PutStart:(Req=0.50/0.00/1.00, Item=1.00/1.50), PutEnd:(Req=0.50/0.00/0.50, Item=1.00/1.00), PutRevoke:(Req=0.00/0.00/0.00, Item=0.00/0.00), Get:(Req=0.00/0.50/0.50, Item=1.00/1.50), ExistKey:(Req=0.50/0.00/0.50, Item=0.50/0.50), QueryIp:(Req=0.00/0.00/0.00, Item=0.00/0.00), Clear:(Req=0.00/0.00/0.00, Item=0.00/0.00), CreateMoveTask:(Req=0.00/0.00), CreateCopyTask:(Req=0.00/0.00), QueryTask:(Req=0.00/0.00), FetchTasks:(Req=0.00/0.00), MarkTaskToComplete:(Req=0.00/0.00)",
    "Eviction: Success/Attempts=0/0, AllocFail=0, keys=0, size=0 B",
    "Mem Eviction: Success/Attempts=0/0, keys=0, size=0 B",
    "NoF Eviction: Success/Attempts=0/0, keys=0, size=0 B",
    "Discard: Released/Total=0/0, StagingSize=0 B",
    "Promotion: in_flight=0, admitted=0, completed=0, failed=0, cancelled=0, expired=0, bytes=0 B, rejected(freq/wm/cap)=0/0/0",
    "Snapshots: Success=0, Fail=0",
  ]);
});

test("without a window every rate is 0.00, and totals stand", () => {
  const { core } = busyMaster();
  const line = masterSummary(core.stats(0), 0, null);
  expect(line).toContain("Del=0.00/0.00");
  expect(line).toContain("Keys: 2 (soft-pinned: 0)");
});

test("/metrics has the levels and totals of a small store under Mooncake's names", async () => {
  const { core } = busyMaster();
  const lines = (await masterMetrics(core.stats(0)).text()).split("\n");
  const named = lines
    .filter((line) => line.startsWith("# TYPE "))
    .map((line) => line.slice("# TYPE ".length));
  const levels = named.filter((line) => line.endsWith(" gauge")).map((line) => line.split(" ")[0]);
  expect(levels).toEqual([
    "master_allocated_bytes",
    "master_total_capacity_bytes",
    "master_allocated_file_size_bytes",
    "master_total_file_capacity_bytes",
    "master_key_count",
    "master_soft_pin_key_count",
    "master_active_clients",
    "segment_allocated_bytes",
    "segment_total_capacity_bytes",
    "mem_cache_nums_",
    "file_cache_nums_",
    "master_put_start_discarded_staging_size",
    "master_promotion_in_flight",
  ]);
  for (const line of [
    "mem_cache_hit_bytes_total 131072",
    "mem_cache_nums_ 2",
    "master_attempted_evictions_total 0",
    "master_successful_evictions_mem 0",
    "master_promotion_rejected_frequency_total 0",
    "master_batch_put_start_items_total 3",
    "master_batch_put_start_failed_items_total 1",
    "master_batch_get_replica_list_partial_successes_total 1",
    "master_batch_exist_key_requests_total 1",
    "master_evict_disk_replica_requests_total 0",
    "master_remove_failures_total 1",
  ]) {
    expect(lines).toContain(line);
  }
});
