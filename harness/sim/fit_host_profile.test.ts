import { expect, test } from "bun:test";
import { fitHostProfile } from "./fit_host_profile.ts";

const MEASURED = {
  rpc_paused_ns: 90_000,
  rpc_one_key_ns: 80_000,
  rpc_many_keys_ns: 80_000 + 1_023 * 400,
  rpc_many_keys: 1_024,
  copy_small_ns: 4_000,
  copy_bytes_per_s: 5e9,
  disk_read_bytes_per_s: 2e9,
  disk_write_bytes_per_s: 1e9,
  disk_latency_ns: 90_000,
  disk_depth: 8,
  itl_beyond_ns: 50_000,
  short_ttft_beyond_ns: 0,
  long_ttft_beyond_ns: 0,
  short_prompt_tokens: 100,
  long_prompt_tokens: 4_100,
  short_prefill_steps: 1,
  long_prefill_steps: 3,
};

test("the fit gives back the costs that a path was made of", () => {
  // fixed 2 × 300 + 120 µs, 60 ns a token and hop, 50 µs a step
  const beyond = (tokens: number, steps: number): number => 720_000 + 2 * tokens * 60 + steps * 50_000;
  const profile = fitHostProfile(
    { ...MEASURED, short_ttft_beyond_ns: beyond(100, 1), long_ttft_beyond_ns: beyond(4_100, 3) },
    "here",
  );
  expect(profile).toMatchObject({
    rpc_ns: 90_000,
    rpc_key_ns: 400,
    http_ns: 300_000,
    http_token_ns: 60,
    sse_ns: 120_000,
    step_lateness_us: 50,
  });
});

test("noise never makes a negative cost", () => {
  const profile = fitHostProfile({ ...MEASURED, itl_beyond_ns: -10_000, rpc_many_keys_ns: 10 }, "here");
  expect([profile.step_lateness_us, profile.rpc_key_ns, profile.http_ns, profile.http_token_ns]).toEqual([
    0, 0, 0, 0,
  ]);
});
