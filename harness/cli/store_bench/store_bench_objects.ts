// `store-bench --objects N`: what a master takes that holds N objects, and how long it ever stands still. A master process of its own is
// filled over RPC with keys as a connector writes them; its owner mounts numbers, no memory, so that ten million objects fit anywhere.

import { join } from "node:path";
import { OsClock } from "../../clock/os_clock.ts";
import { assert } from "../../domain/assert.ts";
import type { BlockHash } from "../../domain/block_hash.ts";
import type { MasterStats } from "../../domain/master_api.ts";
import { blockObjectKey, keyPrefix } from "../../domain/object_key.ts";
import { DEFAULT_REPLICATE_CONFIG } from "../../domain/replica.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import { KIB, NS_PER_S } from "../../domain/units.ts";
import { makeRuntimeDirs } from "../../launch/runtime_dirs.ts";
import type {
  ObjectsFigures,
  PhaseFigures,
  StallFigures,
} from "../../measure/store_bench_objects_figures.ts";
import type { MasterProcess } from "../../stack/process_config.ts";
import { segmentOfNumbers } from "../../stack/segment_of_numbers.ts";
import { MASTER_SERVICE, type MasterTypes } from "../../wire/master_codec.ts";
import { RpcClient } from "../../wire/rpc_client.ts";
import { BENCH_STORE } from "./store_bench_stack.ts";

const OBJECT_BYTES = 4 * KIB;
const KEYS_PER_CALL = 1024;
const CALLS_OUT = 4;
const RPC_TIMEOUT_MS = 30_000;
const HIGH_WATERMARK = 0.95;
/** The first of them runs code that is not compiled yet. */
const EVICTIONS = 4;
/** Objects take this much of the segment: a few calls more, at ten million of them, and eviction begins. */
const FILLED = HIGH_WATERMARK - 0.0005;
/** Apart from each other, below 2^53 for ten million of them. */
const HASH_STEP = 16_777_619;
const PREFIX: string = keyPrefix({
  cache_prefix: "",
  model: "Qwen/Qwen2.5-7B-Instruct",
  tp_rank: 0,
  pp_rank: 0,
  group: 0,
});
const OWNER = "owner";
const WRITER = "node0/engine-0";

const clock = new OsClock();

export async function measureObjects(objects: number, budget_s: number): Promise<ObjectsFigures> {
  const dirs = makeRuntimeDirs();
  const rpc_address = `unix:${join(dirs.socket_dir, "master.sock")}` as const;
  const worker = new MasterWorker(masterConfig(rpc_address));
  const address = { kind: "unix", path: rpc_address.slice("unix:".length) } as const;
  const timeout_ms = RPC_TIMEOUT_MS;
  const master = new RpcClient<MasterTypes>({ address, service: MASTER_SERVICE, clock, timeout_ms });
  try {
    const idle = await worker.stalls(); // The first answer: the master serves.
    await clock.sleepUntil(clock.now_ns() + NS_PER_S);
    const phases = [await worker.phase("idle", NS_PER_S, 0)];
    assert(idle.rss_bytes > 0, "a master that answers is there");
    await mount(master, objects);
    const bench = new Load(master, objects);
    for (const [name, run] of [
      ["fill", () => bench.fill()],
      ["batch_exist", () => bench.lookUp(budget_s)],
      ["put and evict", () => bench.putAndEvict(budget_s)],
      ["remove_all", () => bench.removeAll()],
    ] as const) {
      const start_ns = clock.now_ns();
      const keys = await run();
      phases.push(await worker.phase(name, clock.now_ns() - start_ns, keys));
    }
    const { evicted_key_count: evicted_keys } = await bench.stats();
    const rss_bytes = phases.reduce((most, phase) => Math.max(most, phase.rss_bytes), 0);
    return {
      schema_version: 1,
      objects,
      key_bytes: Buffer.byteLength(blockObjectKey(PREFIX, 0 as BlockHash)),
      rss_bytes,
      bytes_per_object: rss_bytes / objects,
      evicted_keys,
      refused_keys: bench.refused_keys,
      phases,
    };
  } finally {
    master.close();
    await worker.stop();
    dirs.remove();
  }
}

/** Keys asked and put by one requester, several calls out. */
class Load {
  readonly #master: RpcClient<MasterTypes>;
  readonly #objects: number;
  /** Puts that found no room. */
  refused_keys = 0;
  #next_key: number;

  constructor(master: RpcClient<MasterTypes>, objects: number) {
    this.#master = master;
    this.#objects = objects;
    this.#next_key = objects;
  }

  async fill(): Promise<number> {
    let next = 0;
    let taken = 0;
    await lanes(async () => {
      while (next < this.#objects) {
        const start = next;
        next += KEYS_PER_CALL;
        // Two steps: `+= await` would lose what the other lanes add meanwhile.
        const put = await this.#put(start, Math.min(KEYS_PER_CALL, this.#objects - start));
        taken += put;
      }
    });
    assert(taken === this.#objects, "the segment has room for all objects");
    return taken;
  }

  lookUp(budget_s: number): Promise<number> {
    return this.#until(budget_s, async (call) => {
      const start = (call * KEYS_PER_CALL * 7) % this.#objects;
      await this.#master.call("batch_exist", { keys: keysFrom(start, KEYS_PER_CALL) });
      return KEYS_PER_CALL;
    });
  }

  /** Beyond the watermark, where one eviction takes a share of all objects: until a few are over. Half of the calls ask for keys. */
  async putAndEvict(budget_s: number): Promise<number> {
    const share = EVICTIONS * BENCH_STORE.eviction_ratio * this.#objects;
    let keys = 0;
    do {
      const answered = await this.#until(budget_s, async (call) => {
        if (call % 2 === 0) return this.#put(this.#take(), KEYS_PER_CALL);
        const start = this.#next_key - KEYS_PER_CALL;
        await this.#master.call("batch_exist", { keys: keysFrom(start, KEYS_PER_CALL) });
        return KEYS_PER_CALL;
      });
      keys += answered;
    } while ((await this.stats()).evicted_key_count < share);
    return keys;
  }

  /** Keys are asked for until the reply is there. */
  async removeAll(): Promise<number> {
    let removed = 0;
    let is_done = false;
    const removal = this.#master.call("remove_all", { force: true }).then((reply) => {
      removed = reply.ok ? reply.value.removed : 0;
      is_done = true;
    });
    while (!is_done)
      await this.#master.call("batch_exist", { keys: keysFrom(this.#take() % this.#objects, KEYS_PER_CALL) });
    await removal;
    assert(removed > 0, "what was put is removed");
    return removed;
  }

  async stats(): Promise<MasterStats> {
    const stats = await this.#master.call("get_stats", {});
    assert(stats.ok, "the master answers until it is stopped");
    return stats.value;
  }

  #take(): number {
    this.#next_key += KEYS_PER_CALL;
    return this.#next_key - KEYS_PER_CALL;
  }

  /** How many of them the master took. */
  async #put(start: number, count: number): Promise<number> {
    const keys = keysFrom(start, count);
    const objects = keys.map((key) => ({ key, bytes: OBJECT_BYTES }));
    const config = DEFAULT_REPLICATE_CONFIG;
    await this.#master.call("batch_put_start", { client_id: WRITER, objects, config });
    const ended = await this.#master.call("batch_put_end", { client_id: WRITER, keys });
    const codes = ended.ok ? ended.value.codes : [];
    const taken = codes.filter((code) => code === STORE_CODE.OK).length;
    this.refused_keys += count - taken;
    return taken;
  }

  async #until(budget_s: number, call: (index: number) => Promise<number>): Promise<number> {
    const end_ns = clock.now_ns() + budget_s * NS_PER_S;
    let calls = 0;
    let keys = 0;
    await lanes(async () => {
      while (clock.now_ns() < end_ns) {
        const answered = await call(calls++);
        keys += answered;
      }
    });
    await this.#master.call("ping", { client_id: OWNER });
    return keys;
  }
}

/** What the log of collections says beside their pauses. */
const GC_LINE = /GC|^\s*$/;

/** The process under measurement, one line of figures for one line asked. */
class MasterWorker {
  readonly #child;
  readonly #gc_pauses_ms: number[] = [];
  readonly #lines: AsyncIterator<string>;

  constructor(config: MasterProcess) {
    this.#child = Bun.spawn(
      [process.execPath, join(import.meta.dir, "store_bench_objects_worker.ts"), JSON.stringify(config)],
      { stdin: "pipe", stdout: "pipe", stderr: "pipe", env: { ...process.env, BUN_JSC_logGC: "1" } },
    );
    this.#lines = linesOf(this.#child.stdout);
    void this.#readLog();
  }

  /** JavaScriptCore's own log: every pause, as in `p=0.335117ms`. */
  async #readLog(): Promise<void> {
    for await (const line of linesOf(this.#child.stderr)) {
      const pauses = [...line.matchAll(/ p=([0-9.]+)ms/g)].map((match) => Number(match[1]));
      this.#gc_pauses_ms.push(...pauses);
      if (pauses.length === 0 && !GC_LINE.test(line)) console.error(line);
    }
  }

  async stalls(): Promise<StallFigures> {
    this.#child.stdin.write("stalls\n");
    await this.#child.stdin.flush();
    const line = await this.#lines.next();
    assert(line.done !== true, "the master answers until it is stopped");
    return JSON.parse(line.value) as StallFigures;
  }

  async phase(name: string, took_ns: number, keys: number): Promise<PhaseFigures> {
    const stalls = await this.stalls();
    const pauses_ms = this.#gc_pauses_ms.splice(0);
    const gc = { gc_pauses: pauses_ms.length, gc_pause_ms_max: Math.max(0, ...pauses_ms) };
    return { name, ...stalls, ...gc, keys_per_s: (keys * NS_PER_S) / took_ns };
  }

  async stop(): Promise<void> {
    this.#child.stdin.write("stop\n");
    await this.#child.stdin.end();
    await this.#child.exited;
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let held = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    const parts = (held + decoder.decode(chunk, { stream: true })).split("\n");
    held = parts.pop() ?? "";
    yield* parts;
  }
}

async function lanes(lane: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: CALLS_OUT }, lane));
}

function keysFrom(start: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) =>
    blockObjectKey(PREFIX, ((start + i) * HASH_STEP) as BlockHash),
  );
}

async function mount(master: RpcClient<MasterTypes>, objects: number): Promise<void> {
  const segment = segmentOfNumbers("node0:50053", Math.ceil((objects * OBJECT_BYTES) / FILLED), 1);
  const mounted = await master.call("mount_segment", { client_id: OWNER, segment });
  assert(mounted.ok && mounted.value.code === STORE_CODE.OK, "the master takes the segment");
}

function masterConfig(rpc_address: string): MasterProcess {
  const store = {
    ...BENCH_STORE,
    eviction_high_watermark_ratio: HIGH_WATERMARK,
    client_ttl_ms: 3_600_000,
    lease_ttl_ms: 1_000,
  };
  return { kind: "master", name: "master", rpc_address, http_port: 0, seed: 1, store };
}
