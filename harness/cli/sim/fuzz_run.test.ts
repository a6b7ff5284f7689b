// Every promise that a fuzz run watches can be broken, and is then seen: a watch that nothing can fail proves nothing. Each
// mutation below is one line of the system gone wrong.

import { afterEach, expect, mock, setDefaultTimeout, spyOn, test } from "bun:test";
import { RequesterCounters } from "../../core/connector/requester_counters.ts";
import { BlockPool } from "../../core/engine/block_pool.ts";
import { LeaseOrder } from "../../core/master/lease_order.ts";
import { DiskTier } from "../../core/tier/disk_tier.ts";
import { BlockContents } from "../../sim/block_contents.ts";
import { Exchange } from "../../sim/exchange.ts";
import { InvariantWatch } from "../../sim/fuzz/invariant_watch.ts";
import { SlotSpace } from "../../sim/slot_space.ts";
import { runFuzzScenario, shrinkScenario } from "./fuzz_run.ts";
import { drawScenario, type FuzzScenario } from "./fuzz_scenario.ts";

// A loaded machine takes its time.
setDefaultTimeout(180_000);

/** Not every scenario reaches every line. */
const SEEDS = 40;

afterEach(() => {
  mock.restore();
});

async function firstFailure(): Promise<{ readonly scenario: FuzzScenario; readonly failure: string }> {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const scenario = drawScenario(seed);
    const { failure } = await runFuzzScenario(scenario);
    if (failure !== null) return { scenario, failure };
  }
  throw new Error("no scenario fails");
}

interface Mutation {
  readonly wrong: string;
  readonly breaks: RegExp;
  readonly apply: () => void;
}

/** As a tier would that had let in a GiB too much. */
function reportMore(field: "used_bytes" | "staged_bytes"): void {
  const snapshot = DiskTier.prototype.snapshot;
  spyOn(DiskTier.prototype, "snapshot").mockImplementation(function (this: DiskTier) {
    const held = snapshot.call(this);
    return held[field] === 0 ? held : { ...held, [field]: held[field] + 2 ** 30 };
  });
}

const MUTATIONS: readonly Mutation[] = [
  {
    wrong: "eviction does not look at leases",
    breaks: /a leased object is not evicted/,
    apply: () => {
      const takeExpired = LeaseOrder.prototype.takeExpired;
      spyOn(LeaseOrder.prototype, "takeExpired").mockImplementation(function (this: LeaseOrder) {
        return takeExpired.call(this, Number.MAX_SAFE_INTEGER);
      });
    },
  },
  {
    wrong: "a block is not given back",
    breaks: /every reference to a block has a holder|every block is free/,
    apply: () => {
      const release = BlockPool.prototype.release;
      spyOn(BlockPool.prototype, "release").mockImplementation(function (
        this: BlockPool,
        block_ids: readonly number[],
      ) {
        release.call(this, block_ids.slice(1));
      });
    },
  },
  {
    wrong: "a segment hands out more than it has",
    breaks: /no more memory is allocated than mounted/,
    apply: () => {
      const allocate = SlotSpace.prototype.allocate;
      let beyond = 0;
      spyOn(SlotSpace.prototype, "allocate").mockImplementation(function (this: SlotSpace, bytes: number) {
        const offset = allocate.call(this, bytes);
        if (offset !== null) return offset;
        beyond += Math.ceil(bytes / 64) * 64;
        const held_bytes = this.allocated_bytes;
        Object.defineProperty(this, "allocated_bytes", { configurable: true, value: held_bytes + bytes });
        return 1e6 * beyond;
      });
    },
  },
  {
    wrong: "two objects get the same memory",
    breaks: /holds the bytes of its key|no block of other bytes is read/,
    apply: () => {
      const allocate = SlotSpace.prototype.allocate;
      spyOn(SlotSpace.prototype, "allocate").mockImplementation(function (this: SlotSpace, bytes: number) {
        const offset = allocate.call(this, bytes);
        return offset === null ? null : Math.floor(offset / bytes / 2) * bytes;
      });
    },
  },
  {
    wrong: "bytes of older weights are taken for new ones",
    breaks: /no block of older weights is read/,
    apply: () => {
      spyOn(BlockContents.prototype, "verify").mockReturnValue("stale");
    },
  },
  {
    wrong: "a disk tier holds more than its disk",
    breaks: /bucket files fit on the disk/,
    apply: () => reportMore("used_bytes"),
  },
  {
    wrong: "more is staged than the buffer holds",
    breaks: /staged objects fit into the staging buffer/,
    apply: () => reportMore("staged_bytes"),
  },
  {
    wrong: "a requester does not count its reads",
    breaks: /the ledger does not balance/,
    apply: () => {
      spyOn(RequesterCounters.prototype, "countGets").mockImplementation(() => {});
    },
  },
  {
    wrong: "tokens of two steps come at one time",
    breaks: /tokens come one after the other/,
    apply: () => {
      const { tokens } = Exchange.prototype;
      spyOn(Exchange.prototype, "tokens").mockImplementation(function (this: Exchange, ends_ns, first) {
        tokens.call(this, ends_ns, first);
        const times = this.token_ns;
        this.token_ns = times.map((_, i) => times[Math.max(0, i - 1)] ?? 0);
      });
    },
  },
];

for (const { wrong, breaks, apply } of MUTATIONS) {
  test(`it is seen when ${wrong}`, async () => {
    apply();
    expect((await firstFailure()).failure).toMatch(breaks);
  });
}

for (const [what, times, breaks] of [
  ["lost", 0, /no request is lost/],
  ["told of twice", 2, /no request finishes twice/],
] as const) {
  test(`it is seen when a request is ${what}`, async () => {
    const record = InvariantWatch.prototype.record;
    let seen = 0;
    spyOn(InvariantWatch.prototype, "record").mockImplementation(function (this: InvariantWatch, one) {
      seen++;
      for (let i = 0; i < (seen === 3 ? times : 1); i++) record.call(this, one);
    });
    expect((await firstFailure()).failure).toMatch(breaks);
  });
}

test("a failing scenario is made smaller, and what is left still fails", async () => {
  spyOn(RequesterCounters.prototype, "countGets").mockImplementation(() => {});
  const { scenario, failure } = await firstFailure();
  const small = await shrinkScenario(scenario, failure);
  expect((await runFuzzScenario(small.scenario)).failure).toBe(small.failure);
  expect(small.scenario.faults).toEqual([]);
  expect(sizeOf(small.scenario)).toBeLessThan(sizeOf(scenario));
});

function sizeOf({ config: { workload } }: FuzzScenario): number {
  return workload.name === "multi_turn" ? workload.sessions * workload.turns : 0;
}
