// The master against the reference model: seeded operations, every answer compared, invariants checked after each.

import { expect, test } from "bun:test";
import { ReferenceMaster } from "./reference_master.ts";
import { TestMaster } from "./test_master.ts";

const OBJECT_BYTES = 64;
/** Two segments of 20 and 16 objects. */
const SEGMENT_OBJECTS = [20, 16] as const;
const STEPS = 1_500;
const SEEDS = 12;
/** Two objects in three are of no group. */
const GROUPS = ["", "", "", "", "g0", "g1"] as const;

class Duel {
  readonly master: TestMaster;
  readonly model: ReferenceMaster = new ReferenceMaster(SEGMENT_OBJECTS[0] + SEGMENT_OBJECTS[1]);
  #now_ms = 0;
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
    this.master = new TestMaster({ soft_pin_ttl_ms: 40_000 }, { below: (limit) => this.below(limit) });
    this.master.mount("a", SEGMENT_OBJECTS[0] * OBJECT_BYTES);
    this.master.mount("b", SEGMENT_OBJECTS[1] * OBJECT_BYTES);
  }

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  /** One random operation on both; what each answered. */
  step(): { readonly got: unknown; readonly wanted: unknown; readonly what: string } {
    const key = `k${this.below(60)}`;
    const client = `writer-${this.below(2)}`;
    const dice = this.below(100);
    if (dice < 45) return this.#put(key, client, dice);
    if (dice < 70) return this.#read(key, dice);
    if (dice < 75) return this.#endLate(key, client);
    if (dice < 78) {
      const { codes } = this.master.core.handle(
        { op: "batch_put_revoke", client_id: client, keys: [key] },
        this.master.now_ns,
      );
      return { what: `revoke ${key}`, got: codes, wanted: [this.model.revoke(key, client)] };
    }
    if (dice < 84) return this.#remove(key, dice < 80);
    if (dice === 84) return this.#removeAll(this.below(2) === 0);
    return this.#pass(dice === 99 ? 30_000 + this.below(600_000) : this.below(3_000));
  }

  /** Leased objects, to be found again after a tick. */
  leasedKeys(): string[] {
    return this.model.keys().filter((key) => this.model.isLeased(key, this.#now_ms));
  }

  #put(key: string, client: string, dice: number): ReturnType<Duel["step"]> {
    const pin = dice < 5 ? "soft" : dice < 7 ? "hard" : "none";
    const group = GROUPS[this.below(GROUPS.length)] ?? "";
    const config = { soft_pin: pin === "soft", hard_pin: pin === "hard", group_ids: [group] };
    const got = [this.master.putStart([key], OBJECT_BYTES, config, client)[0]?.code];
    const wanted = [this.model.putStart(key, client, pin, group, this.#now_ms)];
    if (dice < 40 && wanted[0] === 0) {
      got.push(...this.master.putEnd([key], client));
      wanted.push(this.model.putEnd(key, client, this.#now_ms));
    }
    return { what: `put ${key}`, got, wanted };
  }

  #read(key: string, dice: number): ReturnType<Duel["step"]> {
    const { exist, get } = this.model.read(key, this.#now_ms);
    if (dice < 60) return { what: `exist ${key}`, got: this.master.exist(key), wanted: [exist] };
    return { what: `get ${key}`, got: this.master.get(key).code, wanted: get };
  }

  #endLate(key: string, client: string): ReturnType<Duel["step"]> {
    const wanted = [this.model.putEnd(key, client, this.#now_ms)];
    return { what: `end ${key}`, got: this.master.putEnd([key], client), wanted };
  }

  #remove(key: string, force: boolean): ReturnType<Duel["step"]> {
    const wanted = this.model.remove(key, force, this.#now_ms);
    return { what: `remove ${key}`, got: this.master.remove(key, force), wanted };
  }

  #removeAll(force: boolean): ReturnType<Duel["step"]> {
    const { removed } = this.master.core.handle({ op: "remove_all", force }, this.master.now_ns);
    return { what: "remove_all", got: removed, wanted: this.model.removeAll(force, this.#now_ms) };
  }

  #pass(ms: number): ReturnType<Duel["step"]> {
    this.#now_ms += ms;
    const leased = this.leasedKeys();
    this.master.at(this.#now_ms);
    this.model.tick(this.#now_ms);
    const lost = leased.filter((key) => !this.master.keys().includes(key));
    return { what: `tick after ${ms} ms`, got: [this.master.keys(), lost], wanted: [this.model.keys(), []] };
  }
}

/** Ranges of different objects are disjoint and inside their segments; allocated bytes are what the model holds. */
function checkMemory(duel: Duel): void {
  const { master, model } = duel;
  const taken = new Set<string>();
  for (const key of master.keys()) {
    for (const replica of master.core.queryKey(key, master.now_ns)?.replicas ?? []) {
      if (replica.tier !== "cpu") throw new Error("this store has no disk tier");
      const limit = SEGMENT_OBJECTS[replica.segment_name === "a:1" ? 0 : 1] * OBJECT_BYTES;
      const place = `${replica.segment_name}+${replica.offset}`;
      if (taken.has(place)) throw new Error(`two objects at ${place}`);
      if (replica.offset % OBJECT_BYTES !== 0 || replica.offset >= limit)
        throw new Error(`outside: ${place}`);
      taken.add(place);
    }
  }
  expect(master.core.stats(master.now_ns).allocated_bytes).toBe(model.used_slots * OBJECT_BYTES);
}

for (let seed = 0; seed < SEEDS; seed++) {
  test(`seed ${seed}: every answer of ${STEPS} random operations is the reference model's`, () => {
    const duel = new Duel(seed);
    for (let step = 0; step < STEPS; step++) {
      const { what, got, wanted } = duel.step();
      expect({ step, what, answer: got }).toEqual({ step, what, answer: wanted });
      checkMemory(duel);
    }
    expect(duel.master.core.stats(duel.master.now_ns).evicted_key_count).toBeGreaterThan(0);
  });
}
