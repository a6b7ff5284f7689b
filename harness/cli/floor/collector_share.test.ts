import { expect, test } from "bun:test";
import { measureCollectorShare } from "./collector_share.ts";

const REQUEST = { prompt_tokens: 4, output_tokens: 1 };

test("a client in a process of its own tells what its collector took", async () => {
  const plan = { rate_per_s: 400, seconds: 0.25, ...REQUEST };
  const share = await measureCollectorShare(plan, { ...plan, seconds: 0.05 });
  expect(share).toMatchObject({ ok: true, value: { rate_per_s: 400 } });
  if (!share.ok) return;
  const { pauses_per_s, paused_ratio, pause_ms_max, pause_ms_p50 } = share.value;
  expect(pauses_per_s === 0).toBe(paused_ratio === 0);
  expect(pause_ms_max).toBeGreaterThanOrEqual(pause_ms_p50);
});
