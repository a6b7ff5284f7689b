// Real engines and a real router in one process: real HTTP and RPC, real bytes in shared memory, the real core.

import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSharedNumbers } from "../../../native/ffi/shared_numbers.ts";
import { OsClock } from "../../clock/os_clock.ts";
import { linkTableLength } from "../../core/link/link_shaper.ts";
import { DEFAULT_ROUTER_CORE_CONFIG } from "../../core/router/router_core.ts";
import type { RankLayout } from "../../domain/rank_layout.ts";
import type { EngineRole } from "../../domain/topology.ts";
import { FAKE_CORE } from "../fake_engine_fixture.ts";
import type { EngineProcess, LinkTable } from "../process_config.ts";
import { serveRouter } from "../router/router_http.ts";
import { startEngine } from "./engine_server.ts";

/** The first engine of a fresh checkout compiles the native library. */
setDefaultTimeout(180_000);

const clock = new OsClock();
const log = (): void => {};
const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function tempDir(parent: string): string {
  const dir = mkdtempSync(join(parent, "tierbench-engine-"));
  cleanups.push(() => rmSync(dir, { recursive: true }));
  return dir;
}

function engineConfig(name: string, role: EngineRole, node: string, links: LinkTable | null): EngineProcess {
  return {
    kind: "engine",
    name,
    core: { ...FAKE_CORE, engine_name: name, role, node, block_tokens: 16, max_model_len: 512 },
    weights_version: 1,
    http_port: 0,
    rpc_address: `unix:${tempDir(tmpdir())}/rpc`,
    hbm_shm_path: `${tempDir("/dev/shm")}/hbm`,
    generation: 3,
    master_address: null,
    mooncake: null,
    links,
    native: null,
    segment: null,
    network: null,
  };
}

interface Started {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

async function start(config: EngineProcess): Promise<Started> {
  const engine = await startEngine(config, clock, log);
  if (!engine.ok) throw new Error(engine.error.detail);
  let stopped = false;
  const stop = async (): Promise<void> => {
    if (stopped) return;
    stopped = true;
    await engine.value.stop();
  };
  cleanups.push(stop);
  return { url: `http://127.0.0.1:${engine.value.http_port}`, stop };
}

interface Answer {
  readonly choices: readonly { readonly text: string; readonly token_ids: readonly number[] }[];
  readonly usage: { readonly prompt_tokens_details: { readonly cached_tokens: number } };
}

async function complete(
  url: string,
  prompt: readonly number[],
  max_tokens: number,
): Promise<[Answer, Headers]> {
  const body = JSON.stringify({ prompt, max_tokens, return_token_ids: true });
  const answer = await fetch(`${url}/v1/completions`, { method: "POST", body });
  expect(answer.status).toBe(200);
  return [(await answer.json()) as Answer, answer.headers];
}

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, "m").exec(text)?.[1]);
}

async function until(reached: () => Promise<boolean>): Promise<void> {
  while (!(await reached())) await Bun.sleep(1);
}

const PROMPT = Array.from({ length: 70 }, (_, i) => 1 + i);

test("an engine's answer is a function of its prompt, and the second time the prompt is cached", async () => {
  const { url } = await start(engineConfig("engine-0", "both", "node0", null));
  const [first] = await complete(url, PROMPT, 5);
  const [second] = await complete(url, PROMPT, 5);
  expect(first.choices[0]?.token_ids.length).toBe(5);
  expect(second.choices).toEqual(first.choices);
  // 70 tokens are 4 full blocks of 16.
  expect(first.usage.prompt_tokens_details.cached_tokens).toBe(0);
  expect(second.usage.prompt_tokens_details.cached_tokens).toBe(64);
  const [other] = await complete(url, [...PROMPT.slice(0, 69), 999], 5);
  expect(other.choices[0]?.token_ids).not.toEqual(first.choices[0]?.token_ids as never);
});

test("a request takes no less than the modelled time of its steps", async () => {
  const { url } = await start(engineConfig("engine-0", "both", "node0", null));
  const started_ns = clock.now_ns();
  await complete(url, PROMPT, 3);
  const took_ns = clock.now_ns() - started_ns;
  // 70 prompt tokens under a budget of 64 are 2 steps, and 2 more tokens are 2 steps, each with 0.1 ms of overhead.
  expect(await metric(url, "tierbench:timed_steps")).toBe(4);
  const modelled_ns = await metric(url, "tierbench:step_modelled_ns");
  expect(modelled_ns).toBeGreaterThan(4 * 100_000);
  expect(took_ns).toBeGreaterThanOrEqual(modelled_ns);
});

test("a reset empties the prefix cache", async () => {
  const { url } = await start(engineConfig("engine-0", "both", "node0", null));
  await complete(url, PROMPT, 2);
  expect((await fetch(`${url}/reset_prefix_cache`, { method: "POST" })).status).toBe(200);
  const [again] = await complete(url, PROMPT, 2);
  expect(again.usage.prompt_tokens_details.cached_tokens).toBe(0);
});

test("a stopped engine leaves neither its memory nor its socket", async () => {
  const config = engineConfig("engine-0", "both", "node0", null);
  const engine = await start(config);
  expect(existsSync(config.hbm_shm_path)).toBe(true);
  await engine.stop();
  expect(existsSync(config.hbm_shm_path)).toBe(false);
  expect(existsSync(config.rpc_address.slice("unix:".length))).toBe(false);
});

test("an engine that cannot have its memory, links or port says so and leaves nothing", async () => {
  const config = engineConfig("engine-0", "both", "node0", null);
  const links = { shm_path: "/dev/shm/none", nodes: ["node0"], bandwidth_bytes_per_s: null, latency_us: 0 };
  const taken = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  cleanups.push(() => taken.stop(true));
  const cases: [string, EngineProcess][] = [
    ["hbm_shm_path: ", { ...config, hbm_shm_path: "/dev/shm/no/such/dir" }],
    ["links: ", { ...config, links }],
    ["http_port: ", { ...config, http_port: taken.port ?? 0 }],
    ["rpc_address: ", { ...config, rpc_address: "nowhere" }],
  ];
  for (const [where, broken] of cases) {
    const result = await startEngine(broken, clock, log);
    expect(result.ok ? "started" : result.error.detail).toStartWith(where);
    expect(existsSync(config.hbm_shm_path)).toBe(false);
  }
});

const ONE_RANK = FAKE_CORE.ranks;
const FOUR_RANKS: RankLayout = { tp_size: 4, replication_factor: 2, shard_bytes: 512 };

test.each([
  ["one rank", ONE_RANK],
  ["four ranks of two KV heads", FOUR_RANKS],
])(
  "1p1d, %s: the decode engine pulls the prompt's bytes over the link, checks them, answers the same and releases them",
  async (_, ranks) => {
    const configOf = (
      name: string,
      role: EngineRole,
      node: string,
      table: LinkTable | null,
    ): EngineProcess => {
      const config = engineConfig(name, role, node, table);
      return { ...config, core: { ...config.core, ranks } };
    };
    const shm_dir = tempDir("/dev/shm");
    const links = {
      shm_path: `${shm_dir}/links`,
      nodes: ["node0", "node1"],
      bandwidth_bytes_per_s: 1e9,
      latency_us: 50,
    };
    const numbers = createSharedNumbers(links.shm_path, linkTableLength(2));
    if (!numbers.ok) throw new Error(numbers.error.detail);
    cleanups.push(() => numbers.value.close());
    const prefill = await start(configOf("prefill-0", "prefill", "node0", links));
    const decode = await start(configOf("decode-0", "decode", "node1", links));
    const alone = await start(configOf("engine-0", "both", "node0", null));
    const router = serveRouter(
      {
        kind: "router",
        name: "router",
        http_port: 0,
        policy: "prefix",
        block_tokens: 16,
        kv_aware: DEFAULT_ROUTER_CORE_CONFIG.kv_aware,
        engines: [
          { engine_name: "prefill-0", role: "prefill", url: prefill.url },
          { engine_name: "decode-0", role: "decode", url: decode.url },
        ],
        record: null,
      },
      clock,
      log,
    );
    if (!router.ok) throw new Error(router.error.detail);
    cleanups.push(() => router.value.stop());
    const url = `http://127.0.0.1:${router.value.http_port}`;

    const [handed_over, headers] = await complete(url, PROMPT, 6);
    const [computed] = await complete(alone.url, PROMPT, 6);
    expect(handed_over.choices).toEqual(computed.choices);
    expect(headers.get("x-tierbench-prefill-engine")).toBe("prefill-0");
    expect(headers.get("x-tierbench-decode-engine")).toBe("decode-0");
    expect(JSON.parse(headers.get("x-tierbench-stages") ?? "null")).toMatchObject({
      engine_name: "prefill-0",
      prompt_tokens: 70,
    });
    // 70 tokens: 4 full blocks, whose bytes are checked, and a partial one.
    expect(await metric(decode.url, "tierbench:pulled_blocks")).toBe(5);
    expect(await metric(decode.url, "tierbench:stale_reads")).toBe(0);
    expect(await metric(decode.url, "tierbench:corrupt_reads")).toBe(0);
    expect(await metric(decode.url, "tierbench:failed_pulls")).toBe(0);
    await until(async () => (await metric(prefill.url, "tierbench:kv_cache_usage")) === 0);

    // The next turn quotes the answer: the prefill engine finds the prompt's 4 blocks, the decode engine pulls the rest.
    const next_turn = [...PROMPT, ...(handed_over.choices[0]?.token_ids ?? []), 7, 8, 9];
    const [second] = await complete(url, next_turn, 3);
    expect(second.usage.prompt_tokens_details.cached_tokens).toBe(64);
  },
);

test("weights that changed between prefill and pull are seen in the bytes", async () => {
  const prefill = await start(engineConfig("prefill-0", "prefill", "node0", null));
  const decode = await start(engineConfig("decode-0", "decode", "node1", null));
  const post = (url: string, path: string, body: object): Promise<Response> =>
    fetch(url + path, { method: "POST", body: JSON.stringify(body) });
  const half = {
    prompt: PROMPT,
    max_tokens: 1,
    kv_transfer_params: { do_remote_decode: true, transfer_id: "t" },
  };
  const kept = (await (await post(prefill.url, "/v1/completions", half)).json()) as {
    kv_transfer_params: object;
  };
  await post(decode.url, "/weights_version", { weights_version: 2 });
  const answer = await post(decode.url, "/v1/completions", { prompt: PROMPT, max_tokens: 2, ...kept });
  expect(answer.status).toBe(200);
  expect(await metric(decode.url, "tierbench:stale_reads")).toBe(4); // the full blocks
});

test("a decode engine whose prefill engine is gone computes the prompt itself", async () => {
  const prefill = await start(engineConfig("prefill-0", "prefill", "node0", null));
  const decode = await start(engineConfig("decode-0", "decode", "node1", null));
  const post = (url: string, body: object): Promise<Response> =>
    fetch(`${url}/v1/completions`, { method: "POST", body: JSON.stringify(body) });
  const half = {
    prompt: PROMPT,
    max_tokens: 1,
    kv_transfer_params: { do_remote_decode: true, transfer_id: "t" },
  };
  const kept = (await (await post(prefill.url, half)).json()) as { kv_transfer_params: object };
  await prefill.stop();
  const answer = await post(decode.url, { prompt: PROMPT, max_tokens: 2, return_token_ids: true, ...kept });
  expect(answer.status).toBe(200);
  expect(((await answer.json()) as Answer).choices[0]?.token_ids.length).toBe(2);
  expect(await metric(decode.url, "tierbench:failed_pulls")).toBe(1);
  await until(async () => (await metric(decode.url, "tierbench:failed_releases")) === 1);
});

test("what a decode engine reads from a hold that has expired is not believed, and the prompt is computed", async () => {
  const sizes = { remote_hold_ms: 1, num_hbm_blocks: 6 };
  const config = engineConfig("prefill-0", "prefill", "node0", null);
  const prefill = await start({ ...config, core: { ...config.core, ...sizes } });
  const decode = await start(engineConfig("decode-0", "decode", "node1", null));
  const alone = await start(engineConfig("engine-0", "both", "node0", null));
  const post = (url: string, body: object): Promise<Response> =>
    fetch(`${url}/v1/completions`, { method: "POST", body: JSON.stringify(body) });
  // A prompt of 4 full blocks and a partial one, and one whose only block is partial and has no hash to check.
  const prompts = [PROMPT, Array.from({ length: 10 }, (_, i) => 500 + i)];
  for (const [i, prompt] of prompts.entries()) {
    const kv_transfer_params = { do_remote_decode: true, transfer_id: `t-${i}` };
    const kept = (await (await post(prefill.url, { prompt, max_tokens: 1, kv_transfer_params })).json()) as {
      kv_transfer_params: object;
    };
    await until(async () => (await metric(prefill.url, "tierbench:kv_cache_usage")) === 0);
    // 95 tokens take 6 blocks: every block of the pool now holds another prompt.
    await complete(
      prefill.url,
      Array.from({ length: 95 }, (_, j) => 1_000 + 100 * i + j),
      1,
    );
    const answer = await post(decode.url, { prompt, max_tokens: 3, return_token_ids: true, ...kept });
    const [computed] = await complete(alone.url, prompt, 3);
    expect(((await answer.json()) as Answer).choices).toEqual(computed.choices);
    expect(await metric(decode.url, "tierbench:failed_pulls")).toBe(i + 1);
  }
  expect(await metric(decode.url, "tierbench:pulled_blocks")).toBe(0);
  expect(await metric(decode.url, "tierbench:computed_prompt_tokens")).toBe(70 + 10);
  expect(await metric(decode.url, "tierbench:corrupt_reads")).toBe(0);
});

test("no test left shared memory behind", () => {
  expect(readdirSync("/dev/shm").filter((name) => name.startsWith("tierbench-engine-"))).toEqual([]);
});
