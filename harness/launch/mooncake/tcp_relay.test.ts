import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRelay } from "./tcp_relay.ts";

test("a request and its answer cross two relays and a unix socket whole", async () => {
  const directory = mkdtempSync(join(tmpdir(), "tb-relay-"));
  const big = "x".repeat(3_000_000);
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => new Response((await request.text()) + big),
  });
  const socket = `unix:${join(directory, "relay.sock")}`;
  await using inner = await startRelay(socket, `tcp:127.0.0.1:${server.port}`);
  await using outer = await startRelay("tcp:127.0.0.1:0", socket);
  expect(inner.port).toBe(0);
  const answer = await fetch(`http://127.0.0.1:${outer.port}/metrics`, { method: "POST", body: big });
  expect(await answer.text()).toBe(big + big);
  await server.stop(true);
  const refused = await fetch(`http://127.0.0.1:${outer.port}/metrics`).catch((error: Error) => error);
  expect(refused).toBeInstanceOf(Error);
  rmSync(directory, { recursive: true, force: true });
});
