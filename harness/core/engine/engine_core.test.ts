import { expect, test } from "bun:test";
import { RandomWorld } from "./random_world.ts";

const SEEDS = 60;
const REQUESTS = 50;

/** Throws, naming the seed, when the core breaks a promise. */
function runScenario(seed: number): RandomWorld {
  const world = new RandomWorld(seed);
  try {
    while (world.told.size < REQUESTS) {
      takeRandomAction(world);
      world.core.assertInvariants();
    }
    drain(world);
  } catch (error) {
    throw new Error(`seed ${seed} (repeat: runScenario(${seed})) ${JSON.stringify(world.config.connector)}`, {
      cause: error,
    });
  }
  return world;
}

function takeRandomAction(world: RandomWorld): void {
  const action = world.draw(100);
  if (action < 20) world.arrive();
  else if (action < 24) world.send({ type: "abort", request_id: `r${world.draw(world.told.size + 1)}` });
  else if (action < 26) world.reset();
  else if (action < 27) world.send({ type: "weights_updated", weights_version: world.draw(9) });
  else if (action < 28) world.passTime();
  else if (action < 34) {
    const [transfer_id] = world.heldTransfers;
    if (transfer_id !== undefined) world.releaseHeld(transfer_id);
  } else world.answerOne();
}

/** Answers what is out until nothing is; holds that block the rest expire. */
function drain(world: RandomWorld): void {
  for (;;) {
    while (!world.idle) world.answerOne();
    world.core.assertInvariants();
    if (world.core.next_deadline_ns() === null) return;
    world.passTime();
  }
}

test("whatever the world answers, every request ends once, with exact tokens, and no block is lost", () => {
  const seen = {
    preemptions: 0,
    recomputed: 0,
    failed_pulls: 0,
    splits: 0,
    hits: 0,
    resets: 0,
    fused_steps: 0,
  };
  for (let seed = 1; seed <= SEEDS; seed++) {
    const world = runScenario(seed);
    for (const { request, finishes, remote_releases } of world.told.values()) {
      expect([seed, request.request_id, finishes]).toEqual([seed, request.request_id, 1]);
      expect([seed, request.request_id, remote_releases]).toEqual([
        seed,
        request.request_id,
        request.remote === null ? 0 : 1,
      ]);
    }
    const snapshot = world.core.snapshot();
    expect([seed, snapshot.kv_cache_usage]).toEqual([seed, 0]);
    expect(world.reset_replies.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: world.resets_asked }, (_, i) => i + 1),
    );
    const tokens = [...world.told.values()].reduce((sum, told) => sum + told.tokens, 0);
    expect([seed, snapshot.generation_tokens]).toEqual([seed, tokens]);
    const { hbm, cpu, disk } = snapshot.cached_tokens;
    // Pulled tokens are neither cached nor computed.
    expect(hbm + cpu + disk + snapshot.computed_prompt_tokens).toBeLessThanOrEqual(snapshot.prompt_tokens);
    seen.preemptions += snapshot.preemptions;
    seen.recomputed += snapshot.recomputed_requests;
    seen.failed_pulls += snapshot.failed_pulls;
    seen.splits += snapshot.split_batches;
    seen.hits += cpu + disk;
    seen.resets += world.resets_asked;
    seen.fused_steps += world.fused_steps;
  }
  // The scenarios reach what they are there for.
  for (const [what, count] of Object.entries(seen)) expect([what, count > 0]).toEqual([what, true]);
});

test("the same events give the same effects", () => {
  const first = runScenario(3).core.snapshot();
  expect(runScenario(3).core.snapshot()).toEqual(first);
});
