// `store-bench --core`: the random operations of the live store's test on the master's core alone, and what a tick of eviction costs
// beside how many objects.

import { OsClock } from "../../clock/os_clock.ts";
import { Random } from "../../clock/random.ts";
import { MASTER_DEFAULTS } from "../../core/master/master_config.ts";
import { MasterCore, TICK_MS } from "../../core/master/master_core.ts";
import { SegmentAllocator } from "../../core/tier/segment_allocator.ts";
import { DEFAULT_REPLICATE_CONFIG } from "../../domain/replica.ts";
import { msToNs, NS_PER_MS, NS_PER_S } from "../../domain/units.ts";
import type { CoreFigures, EvictionTickFigures } from "../../measure/store_bench_core_figures.ts";
import { segmentOfNumbers } from "../../stack/segment_of_numbers.ts";
import { StoreCore } from "../../stack/store_core.ts";
import { StoreModel } from "../../stack/store_model.ts";
import { type StoreOperation, StoreOperations } from "../../stack/store_operation.ts";
import { quantile, sortAscending } from "../../stats/quantile.ts";
import { BENCH_STORE } from "./store_bench_stack.ts";

const SEED = 1;
const BLOCKS = 24;
const BLOCK_BYTES = 4160;
const KEYS: readonly string[] = Array.from({ length: BLOCKS }, (_, block) => `model@tp_rank:0@${block}`);
const ROUND = 10_000;
const STAYING_OBJECTS = [100_000, 1_000_000];
const EVICTIONS = 200;
const PUTS_PER_EVICTION = 1_000;

const clock = new OsClock();

export function measureCore(budget_s: number): CoreFigures {
  const operations = new StoreOperations(new Random(SEED), BLOCKS);
  const core = new StoreCore(KEYS, BLOCK_BYTES, SEED);
  const model = new StoreModel(BLOCK_BYTES);
  const end_ns = clock.now_ns() + budget_s * NS_PER_S;
  let core_ns = 0;
  let cpu_us = 0;
  let count = 0;
  let first_difference: CoreFigures["first_difference"] = null;
  while (first_difference === null && clock.now_ns() < end_ns) {
    const round = Array.from({ length: ROUND }, () => operations.next());
    const start_ns = clock.now_ns();
    const before = process.cpuUsage();
    const answers = round.map((operation) => core.apply(operation));
    core_ns += clock.now_ns() - start_ns;
    const { user, system } = process.cpuUsage(before);
    cpu_us += user + system;
    first_difference = compare(round, answers, model, count);
    count += ROUND;
  }
  const eviction = STAYING_OBJECTS.map(evictionTick);
  return {
    schema_version: 1,
    operations: count,
    operations_per_s: (count * NS_PER_S) / core_ns,
    operations_per_cpu_s: (count * 1e6) / cpu_us,
    first_difference,
    eviction,
  };
}

function compare(
  round: readonly StoreOperation[],
  answers: readonly unknown[],
  model: StoreModel,
  before: number,
): CoreFigures["first_difference"] {
  for (const [i, operation] of round.entries()) {
    const wanted = model.apply(operation);
    if (!Bun.deepEquals(answers[i], wanted)) return { step: before + i, operation, got: answers[i], wanted };
  }
  return null;
}

/** Ticks that evict about as many objects as were just put, while `objects` of them stay. */
function evictionTick(objects: number): EvictionTickFigures {
  const newSpace = (segment_bytes: number): SegmentAllocator => new SegmentAllocator(segment_bytes);
  // So much of them that as many go as were put: the default of 0.05 would make the work itself grow with the objects.
  const ratio = PUTS_PER_EVICTION / objects;
  const store = { ...BENCH_STORE, eviction_high_watermark_ratio: 0.95, eviction_ratio: ratio };
  const core = new MasterCore({ ...MASTER_DEFAULTS, ...store }, { random: new Random(SEED), newSpace });
  const segment = segmentOfNumbers("node0:1", Math.ceil((objects * 64) / 0.95), 1);
  core.handle({ op: "mount_segment", client_id: "owner", segment }, 0);
  let next = 0;
  const put = (count: number): void => {
    const keys = Array.from({ length: count }, () => `p@${(next++).toString(16).padStart(16, "0")}`);
    const batch = { op: "batch_put_start", client_id: "w", config: DEFAULT_REPLICATE_CONFIG } as const;
    core.handle({ ...batch, objects: keys.map((key) => ({ key, bytes: 64 })) }, 0);
    core.handle({ op: "batch_put_end", client_id: "w", keys }, 0);
  };
  while (next < objects) put(PUTS_PER_EVICTION);
  const tick_ms: number[] = [];
  for (let i = 1; i <= EVICTIONS; i++) {
    put(PUTS_PER_EVICTION);
    const start_ns = clock.now_ns();
    core.tick(i * msToNs(TICK_MS));
    tick_ms.push((clock.now_ns() - start_ns) / NS_PER_MS);
  }
  const sorted = sortAscending(tick_ms);
  const evicted_keys = core.stats(0).evicted_key_count;
  return {
    objects,
    evicted_per_tick: evicted_keys / EVICTIONS,
    tick_ms_p50: quantile(sorted, 0.5),
    tick_ms_p99: quantile(sorted, 0.99),
  };
}
