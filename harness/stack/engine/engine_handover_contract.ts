// What a hand-over between engines does, whichever way its bytes go: through this host's memory, over sockets on any host, over a
// device in the VM of scripts/rdma_vm.

import { afterEach, describe, expect, test } from "bun:test";
import type { DataPath } from "../../domain/data_path.ts";
import { FAKE_CORE } from "../fake_engine_fixture.ts";
import type { EngineProcess, NetworkWish } from "../process_config.ts";
import { EngineStoreFixture, metric, PROMPT, until } from "./engine_store_fixture.ts";

interface Held {
  readonly kv_transfer_params: object;
}

interface Answer {
  readonly choices: readonly { readonly token_ids: readonly number[] }[];
}

/** `wish` null: through this host's memory. */
export function engineHandoverContract(path: DataPath, wish: NetworkWish | null): void {
  const fixture = new EngineStoreFixture();

  function configOf(name: string, role: "prefill" | "decode", node: string): EngineProcess {
    const config = fixture.engineConfig(name, node, null);
    return { ...config, network: wish, core: { ...config.core, role, connector: null } };
  }

  async function post(url: string, body: object): Promise<Response> {
    return fetch(`${url}/v1/completions`, { method: "POST", body: JSON.stringify(body) });
  }

  async function prefillAt(url: string, transfer_id: string): Promise<Held> {
    const kv_transfer_params = { do_remote_decode: true, transfer_id };
    const answer = await post(url, { prompt: PROMPT, max_tokens: 1, kv_transfer_params });
    expect(answer.status).toBe(200);
    return (await answer.json()) as Held;
  }

  async function decodeAt(url: string, held: Held): Promise<Answer> {
    const { kv_transfer_params } = held;
    const answer = await post(url, {
      prompt: PROMPT,
      max_tokens: 3,
      return_token_ids: true,
      kv_transfer_params,
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as Answer;
  }

  const taken = `tierbench:path_bytes{node="node1",peer_node="node0",errand="handover",path="${path}"}`;
  const { shard_bytes } = FAKE_CORE.ranks;

  describe(`a hand-over by ${path}`, () => {
    afterEach(() => fixture.close());

    test("brings the prompt's blocks to the decode engine, which counts the path they took", async () => {
      const prefill = await fixture.engine(configOf("prefill-0", "prefill", "node0"));
      const decode = await fixture.engine(configOf("decode-0", "decode", "node1"));
      const handed_over = await decodeAt(decode, await prefillAt(prefill, "t"));
      // 70 tokens: 4 full blocks, whose bytes are checked, and a partial one.
      expect(await metric(decode, "tierbench:pulled_blocks{}")).toBe(5);
      expect(await metric(decode, "tierbench:failed_pulls{}")).toBe(0);
      expect(await metric(decode, "tierbench:corrupt_reads{}")).toBe(0);
      expect(await metric(decode, taken)).toBe(5 * shard_bytes);
      await until(async () => (await metric(prefill, "tierbench:kv_cache_usage{}")) === 0);
      const alone = await post(decode, { prompt: PROMPT, max_tokens: 3, return_token_ids: true });
      expect(((await alone.json()) as Answer).choices).toEqual([...handed_over.choices]);
    });

    test("from an engine that is gone is given up, and one that starts anew in its place is pulled from", async () => {
      const config = configOf("prefill-0", "prefill", "node0");
      const first = await fixture.startedEngine(config);
      const decode = await fixture.engine(configOf("decode-0", "decode", "node1"));
      await decodeAt(decode, await prefillAt(first.url, "before"));
      const lost = await prefillAt(first.url, "lost");
      await first.stop();
      await decodeAt(decode, lost);
      expect(await metric(decode, "tierbench:failed_pulls{}")).toBe(1);
      const second = await fixture.engine({ ...config, generation: config.generation + 1 });
      await decodeAt(decode, await prefillAt(second, "after"));
      expect(await metric(decode, "tierbench:failed_pulls{}")).toBe(1);
      // 5 blocks, and then the partial one alone: the full ones are still in the decode engine's own cache.
      expect(await metric(decode, taken)).toBe((5 + 1) * shard_bytes);
    });

    // Through this host's memory every engine is reached.
    if (wish === null) return;
    test("is not made another way where the prefill engine offers no such path", async () => {
      const prefill = await fixture.engine({ ...configOf("prefill-0", "prefill", "node0"), network: null });
      const lines: string[] = [];
      const decode = await fixture.engine(configOf("decode-0", "decode", "node1"), (line) =>
        lines.push(line),
      );
      await decodeAt(decode, await prefillAt(prefill, "t"));
      expect(await metric(decode, "tierbench:failed_pulls{}")).toBe(1);
      expect(lines.join("\n")).toContain(
        `pull from prefill-0: node1–node0: its owner has no network path, and ${path} is asked for`,
      );
    });
  });
}
