import { expect, test } from "bun:test";
import type { BlockHash } from "../../domain/block_hash.ts";
import type { KvAwareConfig } from "./kv_aware_config.ts";
import { PickKvAware } from "./pick_kv_aware.ts";
import type { EngineLoad } from "./pick_rule.ts";
import type { RouteRequest } from "./router_api.ts";

/** 1 µs a token to compute, 0.1 µs to fetch. */
const CONFIG: KvAwareConfig = {
  block_tokens: 10,
  balancing_threshold: 2,
  prefill_ns_per_token: 1_000,
  prefill_ns_per_attended_token: 0,
  transfer_ns_per_token: 100,
  decode_base_ns: 1_000_000,
  decode_ns_per_kv_token: 1_000,
  ttft_slo_ms: null,
  tbt_slo_ms: null,
};
const A: EngineLoad = { engine_name: "a", outstanding_prompt_tokens: 0 };
const B: EngineLoad = { engine_name: "b", outstanding_prompt_tokens: 0 };

function rule(changes: Partial<KvAwareConfig> = {}): PickKvAware {
  return new PickKvAware({ ...CONFIG, ...changes }, 1_000);
}

/** A prompt of 101 tokens whose first `shared` blocks are the same in every request. */
function request(id: number, shared: number): RouteRequest {
  const prompt_block_hashes = Array.from(
    { length: 10 },
    (_, i) => (i < shared ? i : 1_000 * id + i) as BlockHash,
  );
  return { request_id: `r${id}`, session_id: null, prompt_tokens: 101, prompt_block_hashes };
}

function pick(picker: PickKvAware, wanted: RouteRequest, candidates = [A, B]): string | undefined {
  return picker.pick(candidates, wanted)?.engine_name;
}

test("an idle holder of the prefix wins", () => {
  const picker = rule();
  expect(pick(picker, request(1, 8), [B])).toBe("b");
  picker.prefillEnded("r1");
  // b: 21 tokens to compute, 21 µs. a: 80 to fetch and 21 to compute, 8 + 21 = 29 µs.
  expect(pick(picker, request(2, 8))).toBe("b");
});

test("a busy holder loses to an idle engine that fetches the prefix, where engines can", () => {
  const fetching = rule();
  const alone = rule({ balancing_threshold: null });
  for (const picker of [fetching, alone]) {
    pick(picker, request(1, 8), [B]); // 101 µs in b's queue
    expect(pick(picker, request(2, 8))).toBe("a");
    // fetching: a 29 µs + 29 µs queued, b 101 + 21. alone: a has 101 µs queued and matches, so both need 122 µs: a is first.
    expect(pick(picker, request(3, 8))).toBe("a");
  }
  // Queues now: fetching a 29 + 21 (it matches since r2), b 101; alone a 101 + 21, b 101.
  expect(pick(fetching, request(4, 0))).toBe("a"); // 50 + 101 against 101 + 101
  expect(pick(alone, request(4, 0))).toBe("b"); // 122 + 101 against 101 + 101
});

test("own matches above the threshold are extended by computing, not by fetching", () => {
  const picker = rule({ transfer_ns_per_token: 0 });
  pick(picker, request(1, 8), [B]);
  pick(picker, request(2, 5), [A]);
  picker.prefillEnded("r1");
  picker.prefillEnded("r2");
  // Best 80, a's own 50: 80 ÷ 50 < 2, so a computes 51 tokens though a fetch would be free. b computes 21.
  expect(pick(picker, request(3, 8))).toBe("b");
});

test("the end of a prefill empties the queue by what it was reckoned at, once", () => {
  const picker = rule();
  pick(picker, request(1, 0), [A]);
  expect(pick(picker, request(2, 0))).toBe("b");
  picker.prefillEnded("r1");
  picker.prefillEnded("r1");
  expect(pick(picker, request(3, 0))).toBe("a");
});

test("with equal estimates the first engine wins; a match is worth what it saves of the prefill, with attention", () => {
  // 101 tokens: 101 µs + 101² ÷ 2 × 0.02 µs = 101 + 102.01 = 203.01 µs. With 80 matched: 21 + (21 × 80 + 21² ÷ 2) × 0.02 =
  // 21 + (1680 + 220.5) × 0.02 = 59.01 µs.
  const picker = rule({ prefill_ns_per_attended_token: 20 });
  expect(pick(picker, request(1, 8))).toBe("a"); // 203.01 µs each
  expect(pick(picker, request(2, 8), [B])).toBe("b"); // fetches 80: 8 + 59.01 µs
  picker.prefillEnded("r1");
  // a: 59.01 µs. b: 67.01 queued + 59.01.
  expect(pick(picker, request(3, 8))).toBe("a");
});

test("a fetch is worth it only where the link is quicker than the compute it saves", () => {
  // b holds 80 tokens and has 101 µs queued. a: 80 × 1.5 µs to fetch and 21 to compute = 141 µs. b: 101 + 21 = 122 µs.
  const picker = rule({ transfer_ns_per_token: 1_500 });
  pick(picker, request(1, 8), [B]);
  expect(pick(picker, request(2, 8))).toBe("b");
});

test("a match is never the whole prompt: its last token is computed", () => {
  // 10 blocks of 10 tokens match a prompt of 100: 99 count, and 1 token of 1 µs is left, over an SLO of 0.5 µs.
  const whole: RouteRequest = { ...request(1, 10), prompt_tokens: 100 };
  const picker = rule();
  pick(picker, whole, [A]);
  picker.prefillEnded("r1");
  const strict = rule({ ttft_slo_ms: 0.000_5 });
  expect(pick(strict, whole, [A])).toBeUndefined();
  expect(pick(rule({ ttft_slo_ms: 0.1 }), whole, [A])).toBe("a"); // 100 tokens: 100 µs, nothing matches yet
});

test("a lost engine's prefixes are forgotten, and what is out on it stays in its queue until it ends", () => {
  const picker = rule({ balancing_threshold: null });
  pick(picker, request(1, 8), [B]);
  picker.engineLost("b");
  picker.prefillEnded("r1");
  expect(pick(picker, request(2, 8))).toBe("a"); // neither holds it
});

test("a request that would miss an SLO is refused", () => {
  // 101 tokens take 0.101 ms, and then as long again behind the first.
  const picker = rule({ ttft_slo_ms: 0.15 });
  expect(pick(picker, request(1, 0), [A])).toBe("a");
  expect(pick(picker, request(2, 0), [A])).toBeUndefined();
  picker.prefillEnded("r1");
  expect(pick(picker, request(3, 0), [A])).toBe("a");

  // 1 ms + (899 + 101) × 1 µs = 2 ms.
  const decoding = { engine_name: "d", outstanding_prompt_tokens: 899 };
  expect(rule({ tbt_slo_ms: 2 }).acceptsDecode(decoding, request(1, 0))).toBe(true);
  expect(rule({ tbt_slo_ms: 1.9 }).acceptsDecode(decoding, request(1, 0))).toBe(false);
});
