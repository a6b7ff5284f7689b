import { expect, test } from "bun:test";
import { present } from "../../domain/assert.ts";
import type { BlockHash } from "../../domain/block_hash.ts";
import {
  ROUTING_POLICIES,
  type Route,
  type RouteRequest,
  type RouterCore,
  type RouterEngine,
} from "./router_api.ts";
import { createRouterCore, DEFAULT_ROUTER_CORE_CONFIG } from "./router_core.ts";

const P = (i: number): RouterEngine => ({ engine_name: `prefill-${i}`, role: "prefill" });
const D = (i: number): RouterEngine => ({ engine_name: `decode-${i}`, role: "decode" });
const E = (i: number): RouterEngine => ({ engine_name: `engine-${i}`, role: "both" });

function hashes(...ids: number[]): BlockHash[] {
  return ids.map((id) => id as BlockHash);
}

function request(id: string, over: Partial<RouteRequest> = {}): RouteRequest {
  return { request_id: id, session_id: null, prompt_tokens: 100, prompt_block_hashes: [], ...over };
}

function route(core: RouterCore, wanted: RouteRequest): Route {
  const routed = core.route(wanted, 0);
  if ("error" in routed) throw new Error("an engine is healthy");
  return routed;
}

function prefillOf(core: RouterCore, wanted: RouteRequest): string {
  return route(core, wanted).prefill_engine;
}

test.each(ROUTING_POLICIES.map((policy) => [policy]))(
  "%s: without a healthy engine of a stage there is no route",
  (policy) => {
    const core = createRouterCore(policy, [P(0), D(0)]);
    core.setHealthy("decode-0", false);
    expect(core.route(request("a"), 0)).toEqual({ error: "no_engine" });
    core.setHealthy("decode-0", true);
    core.setHealthy("prefill-0", false);
    expect(core.route(request("a"), 0)).toEqual({ error: "no_engine" });
    core.setHealthy("prefill-0", true);
    expect(core.route(request("a"), 0)).toMatchObject({
      prefill_engine: "prefill-0",
      decode_engine: "decode-0",
    });
  },
);

test.each(ROUTING_POLICIES.map((policy) => [policy]))(
  "%s: a combined engine does both halves, and unhealthy ones are skipped",
  (policy) => {
    const core = createRouterCore(policy, [E(0), E(1)]);
    core.setHealthy("engine-0", false);
    for (const id of ["a", "b", "c"]) {
      expect(route(core, request(id, { session_id: id }))).toMatchObject({
        prefill_engine: "engine-1",
        decode_engine: "engine-1",
      });
    }
  },
);

test("round_robin takes engines in turn, and skips an unhealthy one", () => {
  const core = createRouterCore("round_robin", [P(0), P(1), P(2), D(0)]);
  expect(["a", "b", "c", "d"].map((id) => prefillOf(core, request(id)))).toEqual([
    "prefill-0",
    "prefill-1",
    "prefill-2",
    "prefill-0",
  ]);
  core.setHealthy("prefill-1", false);
  expect(["e", "f"].map((id) => prefillOf(core, request(id)))).toEqual(["prefill-0", "prefill-2"]);
});

test("least_loaded counts outstanding prompt tokens, not requests; ties go by name", () => {
  const core = createRouterCore("least_loaded", [P(1), P(0), D(0)]);
  expect(prefillOf(core, request("big", { prompt_tokens: 1000 }))).toBe("prefill-0");
  expect(prefillOf(core, request("a", { prompt_tokens: 400 }))).toBe("prefill-1");
  // 400 + 500 < 1000
  expect(prefillOf(core, request("b", { prompt_tokens: 500 }))).toBe("prefill-1");
  expect(prefillOf(core, request("c", { prompt_tokens: 200 }))).toBe("prefill-1");
  expect(prefillOf(core, request("d", { prompt_tokens: 1 }))).toBe("prefill-0");
});

test("prefillDone frees the prefill engine, finished the decode engine", () => {
  const core = createRouterCore("least_loaded", [P(0), P(1), D(0), D(1)]);
  const a = route(core, request("a"));
  expect(a).toMatchObject({ prefill_engine: "prefill-0", decode_engine: "decode-0" });
  core.prefillDone(a, 1);
  expect(route(core, request("b"))).toMatchObject({
    prefill_engine: "prefill-0",
    decode_engine: "decode-1",
  });
  core.finished(a, 2);
  expect(route(core, request("c"))).toMatchObject({
    prefill_engine: "prefill-1",
    decode_engine: "decode-0",
  });
});

test("a request that ends before its prefill is done frees both engines", () => {
  const core = createRouterCore("least_loaded", [P(0), P(1), D(0), D(1)]);
  core.finished(route(core, request("a")), 1);
  expect(route(core, request("b"))).toMatchObject({
    prefill_engine: "prefill-0",
    decode_engine: "decode-0",
  });
});

test("a combined engine carries a request until it is finished", () => {
  const core = createRouterCore("least_loaded", [E(0), E(1)]);
  const a = route(core, request("a"));
  expect(a.prefill_engine).toBe("engine-0");
  core.prefillDone(a, 1);
  expect(prefillOf(core, request("b", { prompt_tokens: 50 }))).toBe("engine-1");
  core.finished(a, 2);
  expect(prefillOf(core, request("c"))).toBe("engine-0");
});

test("a request finishes once, and an unknown one does not", () => {
  const core = createRouterCore("round_robin", [E(0)]);
  const a = route(core, request("a"));
  core.finished(a, 0);
  expect(() => core.finished(a, 0)).toThrow("a request that ends is running");
  const unknown = { prefill_engine: "engine-0", decode_engine: "engine-0" };
  expect(() => core.prefillDone(unknown, 0)).toThrow("a request that ends is running");
});

test("kv_aware: the same request is not routed twice", () => {
  const core = createRouterCore("kv_aware", [E(0)]);
  route(core, request("a"));
  expect(() => core.route(request("a"), 0)).toThrow("picked for once");
});

const SESSIONS = Array.from({ length: 300 }, (_, i) => `session-${i}`);

function placeSessions(core: RouterCore, round: string): Map<string, string> {
  return new Map(SESSIONS.map((id) => [id, prefillOf(core, request(`${id}/${round}`, { session_id: id }))]));
}

test("session keeps a session on its engine whatever the load", () => {
  const core = createRouterCore("session", [P(0), P(1), P(2), D(0)]);
  expect(placeSessions(core, "second")).toEqual(placeSessions(core, "first"));
});

test("session keeps more sessions on their engines than it remembers", () => {
  const core = createRouterCore("session", [P(0), P(1), P(2), D(0)]);
  const first: string[] = [];
  for (let i = 0; i < 120_000; i++) {
    const session = i % 60_000;
    const engine = prefillOf(core, request(`${i}`, { session_id: `session-${session}` }));
    first[session] ??= engine;
    expect(engine).toBe(first[session]);
  }
});

test("session spreads sessions over all engines", () => {
  const placed = [...placeSessions(createRouterCore("session", [P(0), P(1), P(2), D(0)]), "first").values()];
  // 100 expected on each; the binomial deviation is √(300 × ⅓ × ⅔) = 8.2, so 60 is five of them away.
  for (const name of ["prefill-0", "prefill-1", "prefill-2"]) {
    expect(placed.filter((engine) => engine === name).length).toBeGreaterThan(60);
  }
});

test("session: the loss of an engine moves its sessions only, and its return brings them back", () => {
  const core = createRouterCore("session", [P(0), P(1), P(2), D(0)]);
  const before = placeSessions(core, "before");
  core.setHealthy("prefill-1", false);
  const during = placeSessions(core, "during");
  for (const id of SESSIONS) {
    if (before.get(id) === "prefill-1") expect(during.get(id)).not.toBe("prefill-1");
    else expect(during.get(id)).toBe(before.get(id));
  }
  core.setHealthy("prefill-1", true);
  expect(placeSessions(core, "after")).toEqual(before);
});

test("session: a request without one goes to the least loaded engine", () => {
  const core = createRouterCore("session", [P(0), P(1), D(0)]);
  expect(["a", "b"].map((id) => prefillOf(core, request(id)))).toEqual(["prefill-0", "prefill-1"]);
});

const PREFIX_CONFIG = {
  ...DEFAULT_ROUTER_CORE_CONFIG,
  prefix_index_blocks: 4,
  prefix_load_guard_tokens: 150,
};

test("prefix follows the longest match, else the least load", () => {
  const core = createRouterCore("prefix", [P(0), P(1), D(0)], PREFIX_CONFIG);
  expect(prefillOf(core, request("a", { prompt_block_hashes: hashes(1, 2) }))).toBe("prefill-0");
  expect(prefillOf(core, request("b", { prompt_block_hashes: hashes(8, 9) }))).toBe("prefill-1");
  expect(prefillOf(core, request("c", { prompt_block_hashes: hashes(8, 9, 10) }))).toBe("prefill-1");
  // The second block alone is no prefix: prefill-0 has 100 tokens out, prefill-1 200.
  expect(prefillOf(core, request("d", { prompt_block_hashes: hashes(7, 9) }))).toBe("prefill-0");
});

test("prefix does not follow a match to an engine that is too far ahead in load", () => {
  const core = createRouterCore("prefix", [P(0), P(1), D(0)], PREFIX_CONFIG);
  const shared = { prompt_block_hashes: hashes(1, 2) };
  // Ahead by 0, 100 and 200 tokens: the third is over the guard of 150.
  expect(["a", "b", "c"].map((id) => prefillOf(core, request(id, shared)))).toEqual([
    "prefill-0",
    "prefill-0",
    "prefill-1",
  ]);
});

/** Serves prompts one after the other on prefill-0, then leaves it with more load than prefill-1. */
function prefixCoreAfter(...prompts: number[][]): RouterCore {
  const core = createRouterCore("prefix", [P(0), P(1), D(0)], PREFIX_CONFIG);
  for (const [i, ids] of prompts.entries()) {
    const served = route(core, request(`served-${i}`, { prompt_block_hashes: hashes(...ids) }));
    expect(served.prefill_engine).toBe("prefill-0");
    core.finished(served, 0);
  }
  prefillOf(core, request("load", { prompt_tokens: 10 }));
  return core;
}

test("kv_aware refuses what would be late, and a refused request leaves nothing behind", () => {
  // 100 tokens at the default 0.1 ms each: 10 ms for the first, 20 ms for the second behind it.
  const kv_aware = { ...DEFAULT_ROUTER_CORE_CONFIG.kv_aware, ttft_slo_ms: 15 };
  const core = createRouterCore("kv_aware", [P(0), D(0)], { ...DEFAULT_ROUTER_CORE_CONFIG, kv_aware });
  const a = route(core, request("a"));
  expect(core.route(request("b"), 0)).toEqual({ error: "slo" });
  core.prefillDone(a, 0);
  expect(prefillOf(core, request("b"))).toBe("prefill-0");
});

test("kv_aware: a combined engine's prefill leaves its queue with the first token, not with the answer's end", () => {
  // 100 tokens at 0.1 ms are 10 ms; two in the queue would be 20.
  const kv_aware = { ...DEFAULT_ROUTER_CORE_CONFIG.kv_aware, ttft_slo_ms: 15 };
  const core = createRouterCore("kv_aware", [E(0)], { ...DEFAULT_ROUTER_CORE_CONFIG, kv_aware });
  const a = route(core, request("a"));
  expect(core.route(request("b"), 0)).toEqual({ error: "slo" });
  core.prefillDone(a, 0); // a decodes on
  expect(prefillOf(core, request("b"))).toBe("engine-0");
  core.finished(a, 0);
  expect(core.route(request("c"), 0)).toEqual({ error: "slo" }); // a was taken off once
});

test("kv_aware: the decode engine is the one with the least TBT, and a request over its bound is refused", () => {
  // TBT = 5 ms + KV tokens × 10 µs, at most 7 ms: 200 tokens, two prompts of 100.
  const kv_aware = {
    ...DEFAULT_ROUTER_CORE_CONFIG.kv_aware,
    decode_ns_per_kv_token: 10_000,
    tbt_slo_ms: 7,
  };
  const core = createRouterCore("kv_aware", [P(0), D(0), D(1)], { ...DEFAULT_ROUTER_CORE_CONFIG, kv_aware });
  const routes = ["a", "b", "c", "d"].map((id) => route(core, request(id)));
  const decodes = routes.map(({ decode_engine }) => decode_engine);
  expect(decodes).toEqual(["decode-0", "decode-1", "decode-0", "decode-1"]);
  expect(core.route(request("e"), 0)).toEqual({ error: "slo" });
  core.finished(present(routes[1], "b has a route"), 0);
  expect(route(core, request("e")).decode_engine).toBe("decode-1");
});

test("prefix keeps the head of a prompt longer than its tail", () => {
  // 3 + 2 blocks in an index of 4: block 3 goes, 1 and 2 stay.
  const core = prefixCoreAfter([1, 2, 3], [8, 9]);
  expect(prefillOf(core, request("a", { prompt_block_hashes: hashes(1, 2) }))).toBe("prefill-0");
});

test("prefix remembers a bounded number of blocks per engine", () => {
  // 2 + 4 blocks in an index of 4: 1 and 2 go.
  const core = prefixCoreAfter([1, 2], [5, 6, 7, 8]);
  expect(prefillOf(core, request("a", { prompt_block_hashes: hashes(1, 2) }))).toBe("prefill-1");
});

test("prefix forgets what a lost engine held", () => {
  const core = createRouterCore("prefix", [P(0), P(1), D(0)], PREFIX_CONFIG);
  expect(prefillOf(core, request("a", { prompt_block_hashes: hashes(1) }))).toBe("prefill-0");
  core.setHealthy("prefill-0", false);
  core.setHealthy("prefill-0", true);
  expect(prefillOf(core, request("b", { prompt_block_hashes: hashes(1) }))).toBe("prefill-1");
});
