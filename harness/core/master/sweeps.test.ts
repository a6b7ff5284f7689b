// What is done to all objects piece by piece looks to every caller as if it had been done at once: the same seeded operations drive a
// master that does it at once and one that goes over three objects a tick, and every answer is compared.

import { expect, test } from "bun:test";
import type { MasterReplies } from "../../domain/master_api.ts";
import type { RemoveMany } from "./master_core.ts";
import type { RemovedMany } from "./removal.ts";
import { numbered, TestMaster } from "./test_master.ts";

const ROWS_PER_PIECE = 3;
const OBJECT_BYTES = 10;
const KEYS = 40;
/** Of objects that are never put: owners find them on their disks. */
const DISK_KEYS = 10;
const STEPS = 1_200;
const SEEDS = 8;
const NODES = ["a", "b"] as const;
const FULL_OF_SWITCHES = {
  enable_offload: true,
  promote_on_hit: true,
  promotion_admission_threshold: 1,
  promotions_per_heartbeat: 4,
  client_ttl_ms: 4_000,
  put_start_release_ms: 60_000,
};

class Pair {
  /** What removals of the second master have answered, in the order in which they were asked; undefined: not yet. */
  readonly replies: (RemovedMany | undefined)[] = [];
  readonly wanted: RemovedMany[] = [];
  readonly #at_once: TestMaster;
  readonly #in_pieces: TestMaster;
  /** By node. */
  readonly #handed = new Map<string, Pick<MasterReplies["offload_heartbeat"], "tasks" | "promotions">>();
  #state: number;
  #now_ms = 0;

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
    const random = { below: () => 0 };
    this.#at_once = new TestMaster(FULL_OF_SWITCHES, random);
    this.#in_pieces = new TestMaster(FULL_OF_SWITCHES, random, ROWS_PER_PIECE);
    for (const node of NODES) this.#both((master) => master.mount(node, 100_000));
  }

  /** One random operation: what it was, and what both answered. */
  step(): { readonly what: string; readonly answers: readonly [unknown, unknown] } {
    const stored = `k${this.#below(KEYS)}`;
    const found = `d${this.#below(DISK_KEYS)}`;
    const key = this.#below(3) === 0 ? found : stored;
    const node = NODES[this.#below(2)] ?? "a";
    const dice = this.#below(100);
    if (dice < 30) return this.#put(stored, dice);
    if (dice < 42) return this.#ask(`exist ${key}`, (master) => master.exist(key));
    if (dice < 52) return this.#ask(`get ${key}`, (master) => [master.get(key).code, master.tiersOf(key)]);
    if (dice < 57) return this.#ask(`end ${key}`, (master) => master.putEnd([key]));
    if (dice < 62) return this.#ask(`remove ${key}`, (master) => master.remove(key, dice === 61));
    if (dice < 66) return this.#removeMany({ op: "remove_all", force: dice === 65 });
    if (dice < 70) return this.#removeMany({ op: "remove_by_regex", pattern: "[0-5]$", force: dice === 69 });
    if (dice < 80) return this.#heartbeat(node, dice === 79 ? -1 : 0);
    if (dice < 84) {
      const results = [{ key: found, bytes: OBJECT_BYTES }];
      return this.#ask(`found ${found}`, (master) => master.answer(node, results));
    }
    if (dice === 84) return this.#ask(`mount ${node}`, (master) => master.mount(node, 100_000));
    if (dice === 85) return this.#ask(`unmount ${node}`, (master) => unmount(master, node));
    return this.#pass(dice > 97 ? 5_000 : this.#below(1_000));
  }

  /** Ticks until nothing is left to do. */
  finish(): void {
    for (let ticks = 0; this.#in_pieces.core.has_work && ticks < STEPS; ticks++) this.#pass(10);
  }

  /** What is left, and what it takes: the same in both once nothing is under way. */
  levels(): readonly [unknown, unknown] {
    return this.#both((master) => {
      const { key_count, allocated_bytes, allocated_file_size_bytes, mem_cache_nums, file_cache_nums } =
        master.core.stats(master.now_ns);
      const levels = {
        key_count,
        allocated_bytes,
        allocated_file_size_bytes,
        mem_cache_nums,
        file_cache_nums,
      };
      return { keys: master.keys(), ...levels };
    });
  }

  #put(key: string, dice: number): ReturnType<Pair["step"]> {
    const config = { replica_num: 1 + this.#below(2), soft_pin: dice < 3, group_ids: [dice < 9 ? "g" : ""] };
    return this.#ask(`put ${key}`, (master) => {
      const code = master.putStart([key], OBJECT_BYTES, config)[0]?.code;
      return dice < 24 && code === 0 ? master.putEnd([key]) : code;
    });
  }

  #removeMany(request: RemoveMany): ReturnType<Pair["step"]> {
    const { now_ns } = this.#at_once;
    this.wanted.push(this.#at_once.core.handle(request, now_ns));
    const index = this.replies.push(undefined) - 1;
    this.#in_pieces.core.handleInPieces(request, now_ns, (reply) => {
      this.replies[index] = reply;
    });
    return { what: JSON.stringify(request), answers: [null, null] };
  }

  /** The owner answers the tasks of its heartbeat before with `code`, then takes new ones. */
  #heartbeat(node: string, code: number): ReturnType<Pair["step"]> {
    const due = this.#handed.get(node) ?? { tasks: [], promotions: [] };
    return this.#ask(`heartbeat ${node} ${code}`, (master) => {
      const results = due.promotions.map(({ key, bytes }) => ({ key, bytes, code }));
      const owner = { client_id: `owner-${node}`, segment_name: `${node}:1`, results };
      const promoted = master.core.handle({ op: "notify_promoted", ...owner }, master.now_ns);
      const answered = master.answer(node, due.tasks, code);
      const taken = master.heartbeat(node);
      this.#handed.set(node, taken);
      const keys = [...taken.tasks, ...taken.promotions].map(({ key }) => key);
      return [promoted, answered, taken.code, taken.wipe, keys];
    });
  }

  #pass(ms: number): ReturnType<Pair["step"]> {
    this.#now_ms += ms;
    return this.#ask(`tick after ${ms} ms`, (master) =>
      master.at(this.#now_ms, ms < 5_000 ? ["owner-a", "owner-b"] : []),
    );
  }

  #ask(what: string, ask: (master: TestMaster) => unknown): ReturnType<Pair["step"]> {
    return { what, answers: this.#both(ask) };
  }

  #both(ask: (master: TestMaster) => unknown): [unknown, unknown] {
    return [ask(this.#at_once), ask(this.#in_pieces)];
  }

  #below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }
}

function unmount(master: TestMaster, node: string): number {
  const request = { op: "unmount_segment", client_id: `owner-${node}`, segment_name: `${node}:1` } as const;
  return master.core.handle(request, master.now_ns).code;
}

for (let seed = 0; seed < SEEDS; seed++) {
  test(`seed ${seed}: removals in pieces answer ${STEPS} random operations as removals at once do`, () => {
    const pair = new Pair(seed);
    for (let step = 0; step < STEPS; step++) {
      const { what, answers } = pair.step();
      expect({ step, what, answer: answers[1] }).toEqual({ step, what, answer: answers[0] });
    }
    pair.finish();
    expect(pair.replies).toEqual(pair.wanted);
    const [wanted, got] = pair.levels();
    expect(got).toEqual(wanted);
  });
}

test("a removal of all is over for every caller at once, and is answered when the memory is free", () => {
  const master = new TestMaster({}, { below: () => 0 }, ROWS_PER_PIECE);
  master.mount("a", 1024);
  master.put(numbered("k", 10), 100); // full
  let reply: RemovedMany | undefined;
  master.core.handleInPieces({ op: "remove_all", force: false }, 0, (done) => {
    reply = done;
  });
  expect(master.core.stats(0).allocated_bytes).toBe(700); // three of ten are done
  expect(reply).toBeUndefined();
  expect(master.exist("k0", "k9")).toEqual([0, 0]);
  expect(master.put(["k9"], 100)).toBe(0); // a new object, which the removal does not concern
  for (const ms of [1, 2, 3]) master.at(ms);
  expect(reply).toEqual({ code: 0, removed: 10 });
  expect(master.keys()).toEqual(["k9"]);
  expect(master.core.has_work).toBe(false);
});

test("the list of all keys comes in pieces that name each object once", () => {
  const master = new TestMaster({}, { below: () => 0 }, ROWS_PER_PIECE);
  master.mount("a", 1024);
  master.put(numbered("k", 7), 100);
  master.remove("k1");
  const pages: (readonly string[])[] = [];
  for (let next: number | null = 0; next !== null; ) {
    const page = master.core.keyPage(next);
    pages.push(page.keys);
    next = page.next;
  }
  expect(pages).toEqual([["k0", "k2"], ["k3", "k4", "k5"], ["k6"]]);
});
