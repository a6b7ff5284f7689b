// Random operations against a live store (an owner in a process of its own, real sockets and shared memory) and a model of it,
// with crashes, pauses and restarts in between: every answer is compared. Repeat one: bun test store_random -t "seed 2".

import { expect, test } from "bun:test";
import type { Subprocess } from "bun";
import { Random } from "../clock/random.ts";
import { present } from "../domain/assert.ts";
import { DEFAULT_REPLICATE_CONFIG } from "../domain/replica.ts";
import type { RunningProcess } from "./process_config.ts";
import { BLOCK_BYTES, fillBlocks, getItems, keyOf, putItems } from "./store_client_contract.ts";
import { StoreFixture, type StoreRequester } from "./store_fixture.ts";
import { StoreModel } from "./store_model_fixture.ts";

const BLOCKS = 24;
const STEPS = 400;
const SEEDS = [1, 2, 3];
/** Leases end after the test; the master never takes the owner for dead. */
const STORE = { lease_ttl_ms: 600_000, client_ttl_ms: 3_000 };
/** Operations while the owner stands still: much shorter than client_ttl_ms. */
const PAUSE_STEPS = 10;

interface Answer {
  readonly what: string;
  readonly got: unknown;
  readonly wanted: unknown;
}

class LiveDuel {
  readonly #fixture: StoreFixture;
  readonly #random: Random;
  readonly #model = new StoreModel();
  #requester: StoreRequester | null = null;
  #master: RunningProcess | null = null;
  #owner: Subprocess | null = null;
  #generation = 0;
  /** Steps that the owner still stands still. */
  #pause_left = 0;

  constructor(fixture: StoreFixture, seed: number) {
    this.#fixture = fixture;
    this.#random = new Random(seed);
  }

  async start(): Promise<void> {
    this.#master = await this.#fixture.startMaster();
    await this.#startOwner();
    this.#requester = this.#fixture.openClient("node0", 2 * BLOCKS * BLOCK_BYTES);
    await fillBlocks(
      this.#requester,
      Array.from({ length: BLOCKS }, (_, block) => block),
    );
  }

  async step(): Promise<Answer> {
    const { client, memory } = present(this.#requester, "the duel has started");
    const blocks = this.#someBlocks();
    const dice = this.#random.below(100);
    if (this.#pause_left === 1) this.#resume();
    if (this.#pause_left > 1) this.#pause_left--;
    if (dice < 35) {
      const got = await client.put(putItems(memory, blocks), DEFAULT_REPLICATE_CONFIG);
      return { what: `put ${blocks}`, got, wanted: this.#model.put(blocks) };
    }
    if (dice < 65) {
      const outcomes = await client.get(getItems(memory, blocks, (block) => block + BLOCKS));
      const got = outcomes.map(({ code }) => code);
      return { what: `get ${blocks}`, got, wanted: this.#model.get(blocks) };
    }
    if (dice < 80) {
      const got = await client.exists(blocks.map(keyOf));
      return { what: `exists ${blocks}`, got, wanted: this.#model.exists(blocks) };
    }
    const force = dice % 2 === 0;
    if (dice < 92) {
      const block = this.#random.below(BLOCKS);
      const got = await client.remove(keyOf(block), force);
      return { what: `remove ${block} ${force}`, got, wanted: this.#model.remove(block, force) };
    }
    if (dice < 95) {
      const { removed } = await client.removeAll(force);
      return { what: `remove_all ${force}`, got: removed, wanted: this.#model.removeAll(force) };
    }
    if (dice < 98) return this.#pause();
    return dice === 98 ? this.#crashOwner() : this.#restartMaster();
  }

  /** What the master and the model hold, and what the client has seen go wrong that it never should. */
  async ending(): Promise<Answer> {
    this.#resume();
    const { client } = present(this.#requester, "the duel has started");
    const stats = await client.stats();
    const { stale_reads, corrupt_reads } = client.counters();
    const got = { keys: stats.ok ? stats.value.key_count : -1, stale_reads, corrupt_reads };
    return { what: "ending", got, wanted: { keys: this.#model.key_count, stale_reads: 0, corrupt_reads: 0 } };
  }

  /** A stopped owner's memory is still read and written: it takes no part in transfers. */
  #pause(): Answer {
    present(this.#owner, "the duel has an owner").kill("SIGSTOP");
    this.#pause_left = PAUSE_STEPS;
    return { what: "pause the owner", got: 0, wanted: 0 };
  }

  #resume(): void {
    present(this.#owner, "the duel has an owner").kill("SIGCONT");
    this.#pause_left = 0;
  }

  /** Some operations meet the dead owner before another one takes its place. */
  async #crashOwner(): Promise<Answer> {
    const owner = present(this.#owner, "the duel has an owner");
    owner.kill("SIGKILL");
    await owner.exited;
    this.#pause_left = 0;
    this.#model.ownerCrashed();
    const { client, memory } = present(this.#requester, "the duel has started");
    const blocks = this.#someBlocks();
    const puts = await client.put(putItems(memory, blocks), DEFAULT_REPLICATE_CONFIG);
    const gets = await client.get(getItems(memory, blocks, (block) => block + BLOCKS));
    const wanted = [this.#model.put(blocks), this.#model.get(blocks)];
    await this.#startOwner();
    this.#model.ownerRestarted();
    return { what: `crash, put and get ${blocks}`, got: [puts, gets.map(({ code }) => code)], wanted };
  }

  async #restartMaster(): Promise<Answer> {
    this.#resume();
    await present(this.#master, "the duel has a master").stop();
    this.#master = await this.#fixture.startMaster();
    this.#model.masterRestarted();
    const { client } = present(this.#requester, "the duel has started");
    await this.#fixture.until(async () => {
      const segments = await client.segments();
      return segments.ok && segments.value.length === 1;
    });
    return { what: "restart the master", got: 0, wanted: 0 };
  }

  async #startOwner(): Promise<void> {
    this.#generation++;
    this.#owner = await this.#fixture.spawnOwner(
      this.#fixture.ownerConfig(0, { generation: this.#generation }),
    );
  }

  /** One to six blocks, each once. */
  #someBlocks(): number[] {
    const blocks = Array.from({ length: 1 + this.#random.below(6) }, () => this.#random.below(BLOCKS));
    return [...new Set(blocks)];
  }
}

for (const seed of SEEDS) {
  test(`seed ${seed}: every answer of ${STEPS} random operations on a live store is the model's`, async () => {
    await using fixture = new StoreFixture(STORE);
    const duel = new LiveDuel(fixture, seed);
    await duel.start();
    for (let step = 0; step < STEPS; step++) {
      const { what, got, wanted } = await duel.step();
      expect({ step, what, answer: got }).toEqual({ step, what, answer: wanted });
    }
    const { got, wanted } = await duel.ending();
    expect(got).toEqual(wanted);
  }, 60_000);
}
