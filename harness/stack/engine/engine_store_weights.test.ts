// New weights on a real master and owner: which blocks of old weights are read, and what a master that dies does to the reset.

import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { tmpdir } from "node:os";
import {
  CONNECTOR,
  complete,
  EngineStoreFixture,
  metric,
  untilSavedLocally,
} from "./engine_store_fixture.ts";

/** The first engine of a fresh checkout compiles the native library. */
setDefaultTimeout(180_000);

const fixture = new EngineStoreFixture();
afterEach(() => fixture.close());

test("spec verl: blocks saved under old weights are seen as stale by an engine with new ones", async () => {
  const master_address = await fixture.startStore();
  const writer = await fixture.engine(fixture.engineConfig("engine-0", "node0", master_address));
  const config = { ...fixture.engineConfig("engine-1", "node1", master_address), weights_version: 2 };
  const reader = await fixture.engine(config);
  await complete(writer);
  await untilSavedLocally(writer, 4);
  await complete(reader);
  expect(await metric(reader, "tierbench:stale_reads{}")).toBe(4);
});

test("spec verl: after new weights only a forced reset keeps old blocks away: leased ones outlive an unforced one", async () => {
  for (const [query, stale_reads, wipes] of [
    ["reset_external=false", 4, 0],
    ["reset_external=true&force=false", 4, 1],
    ["reset_external=true", 0, 1],
  ] as const) {
    const master_address = await fixture.startStore();
    const engine = await fixture.engine(fixture.engineConfig("engine-0", "node0", master_address));
    await complete(engine);
    await untilSavedLocally(engine, 4);
    await fetch(`${engine}/reset_prefix_cache`, { method: "POST" });
    // The lookup of this one leases the blocks for lease_ttl_ms.
    expect((await complete(engine)).tierbench_stages.cached_tokens).toMatchObject({ cpu: 64 });

    await fetch(`${engine}/weights_version`, { method: "POST", body: '{"weights_version": 2}' });
    expect((await fetch(`${engine}/reset_prefix_cache?${query}`, { method: "POST" })).status).toBe(200);
    // Spec §1.10: the master counts one RemoveAll for each reset that reaches it.
    expect([query, await metric(fixture.master_url, "master_remove_all_requests_total")]).toEqual([
      query,
      wipes,
    ]);
    await complete(engine);
    expect([query, await metric(engine, "tierbench:stale_reads{}")]).toEqual([query, stale_reads]);
  }
});

/** Between an engine and the master: passes everything on until it is cut, then breaks off at the next call. */
async function startRelay(master_address: string): Promise<{ address: string; cut: () => void }> {
  const path = `${fixture.tempDir(tmpdir())}/relay`;
  let is_cut = false;
  const listener = Bun.listen<{ master: Promise<Bun.Socket> }>({
    unix: path,
    socket: {
      open(engine) {
        const socket = {
          data: (_: unknown, bytes: Buffer): void => void engine.write(bytes),
          close: (): void => void engine.end(),
        };
        engine.data = { master: Bun.connect({ unix: master_address.replace("unix:", ""), socket }) };
      },
      data(engine, bytes) {
        if (is_cut) engine.terminate();
        else void engine.data.master.then((master) => master.write(bytes));
      },
      close: ({ data }) => void data.master.then((master) => master.end()),
    },
  });
  fixture.cleanups.push(() => listener.stop(true));
  const cut = (): void => {
    is_cut = true;
    listener.stop();
  };
  return { address: `unix:${path}`, cut };
}

test.each([
  ["crash", 500],
  ["fallback", 200],
] as const)(
  "a master that dies while it wipes the store: with %s the reset answers %d, and no old block is read",
  async (on_reset_failure, status) => {
    const master = await startRelay(await fixture.startStore());
    const lines: string[] = [];
    const config = fixture.engineConfig("engine-0", "node0", master.address);
    const core = { ...config.core, connector: { ...CONNECTOR, on_reset_failure } };
    const engine = await fixture.engine({ ...config, core }, (line) => void lines.push(line));
    await complete(engine);
    await untilSavedLocally(engine, 4);

    await fetch(`${engine}/weights_version`, { method: "POST", body: '{"weights_version": 2}' });
    master.cut();
    const reset = await fetch(`${engine}/reset_prefix_cache?reset_external=true`, { method: "POST" });
    expect(reset.status).toBe(status);
    const said = lines.join("\n");
    expect(said).toContain("WARNING Mooncake remove_all failed: RPC_FAIL (-900)");
    expect(said).toContain("WARNING Mooncake store reset returned NACK from worker.");
    expect(said.includes("Dropping the Mooncake store")).toBe(on_reset_failure === "fallback");

    // The engine's own cache was emptied, and it goes on computing.
    const again = await complete(engine);
    expect(again.tierbench_stages.cached_tokens).toEqual({ hbm: 0, cpu: 0, disk: 0 });
    expect(await metric(engine, "tierbench:stale_reads{}")).toBe(0);
  },
);
