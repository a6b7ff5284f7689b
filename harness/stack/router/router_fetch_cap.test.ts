import { expect, test } from "bun:test";

/** The cap is read at process start, so each case is a process of its own. */
async function proveUnderCap(max_http_requests: number, parallel_requests: number): Promise<unknown> {
  const script = `
    import { OsClock } from "${import.meta.dir}/../../clock/os_clock.ts";
    import { proveParallelFetch } from "${import.meta.dir}/router_fetch_cap.ts";
    console.log(JSON.stringify(await proveParallelFetch(${parallel_requests}, 300, new OsClock())));`;
  const child = Bun.spawn([process.execPath, "-e", script], {
    env: { ...process.env, BUN_CONFIG_MAX_HTTP_REQUESTS: String(max_http_requests) },
    stdout: "pipe",
    stderr: "inherit",
  });
  return JSON.parse(await new Response(child.stdout).text());
}

test("requests beyond the cap do not overlap, and the error names the variable", async () => {
  expect(await proveUnderCap(16, 20)).toEqual({
    ok: false,
    error: {
      code: "request_cap",
      detail:
        "fetch: 20 parallel requests must overlap, got 16. Start the process with BUN_CONFIG_MAX_HTTP_REQUESTS=4096.",
    },
  });
});

test("requests below the cap overlap", async () => {
  expect(await proveUnderCap(64, 20)).toEqual({ ok: true });
});
