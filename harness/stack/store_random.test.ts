// Random operations against a live store (an owner in a process of its own, real sockets and shared memory) and the reference model,
// with crashes, pauses, restarts and jumps of the master's clock in between: every answer is compared. The same operations then on the
// master's core alone. Repeat one: bun test store_random -t "seed 2".

import { expect, test } from "bun:test";
import type { Subprocess } from "bun";
import { JumpingClock } from "../clock/jumping_clock_fixture.ts";
import { Random } from "../clock/random.ts";
import { present } from "../domain/assert.ts";
import { DEFAULT_REPLICATE_CONFIG } from "../domain/replica.ts";
import { msToNs } from "../domain/units.ts";
import type { RunningProcess } from "./process_config.ts";
import { BLOCK_BYTES, fillBlocks, getItems, keyOf, putItems } from "./store_client_contract.ts";
import { StoreCore } from "./store_core.ts";
import { StoreFixture, type StoreRequester } from "./store_fixture.ts";
import { type StoreAnswer, StoreModel } from "./store_model.ts";
import {
  CLIENT_TTL_MS,
  EXPIRY_JUMP_MS,
  JUMP_MS,
  LEASE_TTL_MS,
  type StoreOperation,
  StoreOperations,
} from "./store_operation.ts";

const BLOCKS = 24;
const STEPS = 400;
const SEEDS = [1, 3];
const STORE = { lease_ttl_ms: LEASE_TTL_MS, client_ttl_ms: CLIENT_TTL_MS };
/** Operations while the owner stands still: much shorter than client_ttl_ms. */
const PAUSE_STEPS = 10;
const ALL_BLOCKS: readonly number[] = Array.from({ length: BLOCKS }, (_, block) => block);

class LiveStore {
  readonly #fixture: StoreFixture;
  readonly #clock: JumpingClock;
  #requester: StoreRequester | null = null;
  #master: RunningProcess | null = null;
  #owner: Subprocess | null = null;
  #generation = 0;
  /** Steps that the owner still stands still. */
  #pause_left = 0;

  constructor(fixture: StoreFixture) {
    this.#fixture = fixture;
    this.#clock = new JumpingClock(fixture.clock);
  }

  async start(): Promise<void> {
    this.#master = await this.#fixture.startMaster(this.#clock);
    await this.#startOwner();
    this.#requester = this.#fixture.openClient("node0", 2 * BLOCKS * BLOCK_BYTES);
    await fillBlocks(this.#requester, ALL_BLOCKS);
  }

  async apply(operation: StoreOperation): Promise<StoreAnswer> {
    const { client } = this.#opened();
    if (this.#pause_left === 1) this.#signalOwner("SIGCONT");
    this.#pause_left = Math.max(0, this.#pause_left - 1);
    switch (operation.kind) {
      case "put":
        return this.#put(operation.blocks);
      case "get":
        return this.#get(operation.blocks);
      case "exists":
        return client.exists(operation.blocks.map(keyOf));
      case "remove":
        return client.remove(keyOf(operation.block), operation.force);
      case "remove_all":
        return (await client.removeAll(operation.force)).removed;
      case "pause_owner":
        this.#signalOwner("SIGSTOP");
        this.#pause_left = PAUSE_STEPS;
        return 0;
      case "jump_clock":
        this.#clock.jump(msToNs(JUMP_MS));
        return 0;
      case "restart_master":
        return this.#restartMaster();
      case "crash_owner":
        return this.#crashOwner(operation.blocks);
      case "expire_owner":
        return this.#expireOwner(operation.blocks);
    }
  }

  /** What the master holds, and what the client has seen go wrong that it never should. */
  async ending(): Promise<{ keys: number; stale_reads: number; corrupt_reads: number }> {
    const { client } = this.#opened();
    const stats = await client.stats();
    const { stale_reads, corrupt_reads } = client.counters();
    return { keys: stats.ok ? stats.value.key_count : -1, stale_reads, corrupt_reads };
  }

  #put(blocks: readonly number[]): Promise<readonly number[]> {
    const { client, memory } = this.#opened();
    return client.put(putItems(memory, blocks), DEFAULT_REPLICATE_CONFIG);
  }

  async #get(blocks: readonly number[]): Promise<number[]> {
    const { client, memory } = this.#opened();
    const outcomes = await client.get(getItems(memory, blocks, (block) => block + BLOCKS));
    return outcomes.map(({ code }) => code);
  }

  async #restartMaster(): Promise<StoreAnswer> {
    this.#resume();
    await present(this.#master, "the store has a master").stop();
    this.#master = await this.#fixture.startMaster(this.#clock);
    await this.#until(1);
    return 0;
  }

  async #crashOwner(blocks: readonly number[]): Promise<StoreAnswer> {
    this.#pause_left = 0;
    const owner = present(this.#owner, "the store has an owner");
    owner.kill("SIGKILL");
    await owner.exited;
    const answers = [await this.#put(blocks), await this.#get(blocks)];
    await this.#startOwner();
    return answers;
  }

  /** A ping that was under way when the owner stopped may count after the jump: then another jump ends it. */
  async #expireOwner(blocks: readonly number[]): Promise<StoreAnswer> {
    this.#signalOwner("SIGSTOP");
    this.#clock.jump(msToNs(EXPIRY_JUMP_MS));
    await this.#fixture.until(async () => {
      const segments = await this.#opened().client.segments();
      if (segments.ok && segments.value.length === 0) return true;
      this.#clock.jump(msToNs(JUMP_MS));
      return false;
    });
    const answers = [await this.#put(blocks), await this.#get(blocks)];
    this.#resume();
    await this.#until(1);
    return answers;
  }

  #until(segment_count: number): Promise<void> {
    return this.#fixture.until(async () => {
      const segments = await this.#opened().client.segments();
      return segments.ok && segments.value.length === segment_count;
    });
  }

  #resume(): void {
    this.#signalOwner("SIGCONT");
    this.#pause_left = 0;
  }

  #signalOwner(signal: "SIGSTOP" | "SIGCONT"): void {
    present(this.#owner, "the store has an owner").kill(signal);
  }

  async #startOwner(): Promise<void> {
    this.#generation++;
    const config = this.#fixture.ownerConfig(0, { generation: this.#generation });
    this.#owner = await this.#fixture.spawnOwner(config);
  }

  #opened(): StoreRequester {
    return present(this.#requester, "the store has started");
  }
}

for (const seed of SEEDS) {
  test(`seed ${seed}: every answer of ${STEPS} random operations on a live store is the model's`, async () => {
    await using fixture = new StoreFixture(STORE);
    const live = new LiveStore(fixture);
    const model = new StoreModel(BLOCK_BYTES);
    const operations = new StoreOperations(new Random(seed), BLOCKS);
    await live.start();
    for (let step = 0; step < STEPS; step++) {
      const operation = operations.next();
      const got = await live.apply(operation);
      expect({ step, operation, answer: got }).toEqual({ step, operation, answer: model.apply(operation) });
    }
    expect(await live.ending()).toEqual({ keys: model.key_count, stale_reads: 0, corrupt_reads: 0 });
  }, 180_000);

  test(`seed ${seed}: every answer of 20,000 random operations on the core alone is the model's`, () => {
    const core = new StoreCore(ALL_BLOCKS.map(keyOf), BLOCK_BYTES, seed);
    const model = new StoreModel(BLOCK_BYTES);
    const operations = new StoreOperations(new Random(seed), BLOCKS);
    for (let step = 0; step < 20_000; step++) {
      const operation = operations.next();
      const [got, wanted] = [core.apply(operation), model.apply(operation)];
      if (Bun.deepEquals(got, wanted)) continue;
      expect({ step, operation, answer: got }).toEqual({ step, operation, answer: wanted });
    }
    expect(core.key_count).toBe(model.key_count);
  });
}
