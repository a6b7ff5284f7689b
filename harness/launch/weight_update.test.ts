import { expect, test } from "bun:test";
import { updateWeights } from "./weight_update.ts";

/** An engine that notes what it is asked, and refuses resets when told to. */
function engine(asked: string[], refuses: boolean): { url: string; [Symbol.dispose](): void } {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url);
      asked.push(pathname + search + (await request.text()));
      const is_refused = refuses && pathname === "/reset_prefix_cache";
      return new Response(is_refused ? "a cache was not emptied" : "{}", { status: is_refused ? 500 : 200 });
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, [Symbol.dispose]: () => void server.stop(true) };
}

test("every engine has its new weights before it is reset, as the level says", async () => {
  for (const [level, query] of [
    ["hard", "reset_external=true&force=true"],
    ["unforced", "reset_external=true&force=false"],
    ["none", "reset_external=false&force=true"],
  ] as const) {
    const asked: string[] = [];
    using server = engine(asked, false);
    expect(await updateWeights([server.url], 2, level)).toEqual({ ok: true, value: null });
    expect(asked).toEqual([
      '/weights_version{"weights_version":2}',
      `/reset_prefix_cache?reset_running_requests=true&${query}`,
    ]);
  }
});

test("an engine that refuses or is gone is named", async () => {
  using server = engine([], true);
  const refused = await updateWeights([server.url], 2, "hard");
  expect(refused.ok || refused.error).toContain("HTTP 500: a cache was not emptied");
  const gone = await updateWeights(["http://127.0.0.1:1"], 2, "hard");
  expect(gone.ok || gone.error).toContain("http://127.0.0.1:1/weights_version");
});
