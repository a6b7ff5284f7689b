// Client and server together over real sockets.

import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import type { Socket } from "bun";
import type { Clock } from "../clock/clock.ts";
import { OsClock } from "../clock/os_clock.ts";
import { VirtualClock } from "../clock/virtual_clock.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import type { Address } from "./address.ts";
import { integer, struct, text } from "./codec.ts";
import { RpcClient } from "./rpc_client.ts";
import { type RpcServer, serveRpc } from "./rpc_server.ts";
import type { Handlers, Service } from "./rpc_service.ts";
import { objectKeys } from "./text_list.ts";

interface TestTypes {
  readonly add: { readonly request: { a: number; b: number }; readonly reply: { sum: number } };
  readonly count: { readonly request: { keys: readonly string[] }; readonly reply: { count: number } };
  readonly hang: { readonly request: { why: string }; readonly reply: { why: string } };
}

const SERVICE: Service<TestTypes> = {
  add: { op_code: 1, request: struct({ a: integer, b: integer }), reply: struct({ sum: integer }) },
  count: { op_code: 2, request: struct({ keys: objectKeys }), reply: struct({ count: integer }) },
  hang: { op_code: 3, request: struct({ why: text }), reply: struct({ why: text }) },
};

const HANDLERS: Handlers<TestTypes> = {
  add: ({ a, b }) => ({ sum: a + b }),
  count: async ({ keys }) => ({ count: keys.length }),
  hang: () => new Promise(() => {}),
};

class Fixture implements Disposable {
  readonly #directory = mkdtempSync(`${tmpdir()}/tierbench-rpc-`);
  readonly address: Address = { kind: "unix", path: `${this.#directory}/s` };
  readonly #servers: RpcServer[] = [];
  readonly #clients: RpcClient<TestTypes>[] = [];

  async serve(address: Address = this.address): Promise<RpcServer> {
    const served = await serveRpc(address, SERVICE, HANDLERS);
    if (!served.ok) throw new Error(served.error.detail);
    this.#servers.push(served.value);
    return served.value;
  }

  client(clock: Clock = new OsClock(), address: Address = this.address): RpcClient<TestTypes> {
    const client = new RpcClient({ address, service: SERVICE, clock, timeout_ms: 1000 });
    this.#clients.push(client);
    return client;
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients) client.close();
    for (const server of this.#servers) server.stop();
    rmSync(this.#directory, { recursive: true });
  }
}

test("10,000 pipelined calls over a unix socket are all answered, each with its own reply", async () => {
  using fixture = new Fixture();
  await fixture.serve();
  const client = fixture.client();
  const replies = await Promise.all(
    Array.from({ length: 10_000 }, (_, i) => client.call("add", { a: i, b: 1 })),
  );
  expect(replies.every((reply, i) => reply.ok && reply.value.sum === i + 1)).toBe(true);
});

test("messages larger than any socket buffer pass in both transports", async () => {
  using fixture = new Fixture();
  await fixture.serve();
  const tcp = await fixture.serve({ kind: "tcp", host: "127.0.0.1", port: 0 });
  const keys = Array.from({ length: 5000 }, (_, i) => "k".repeat(1000) + i); // 5 MB
  for (const client of [fixture.client(), fixture.client(new OsClock(), tcp.address)]) {
    expect(await client.call("count", { keys })).toEqual({ ok: true, value: { count: 5000 } });
  }
});

test("a call without a reply ends with RPC_TIMEOUT at its deadline, and others are not held up", async () => {
  using fixture = new Fixture();
  await fixture.serve();
  const clock = new VirtualClock();
  const client = fixture.client(clock);
  const hanging = client.call("hang", { why: "never" });
  expect((await client.call("add", { a: 1, b: 2 })).ok).toBe(true);
  let settled = false;
  hanging.then(() => {
    settled = true;
  });
  await clock.advanceTo(999e6);
  expect(settled).toBe(false);
  await clock.advanceTo(1250e6);
  expect(await hanging).toMatchObject({ ok: false, error: { code: STORE_CODE.RPC_TIMEOUT } });
});

test("when the server goes, all calls under way end with RPC_FAIL, and the next call after its return works", async () => {
  using fixture = new Fixture();
  const server = await fixture.serve();
  const client = fixture.client();
  await client.call("add", { a: 0, b: 0 });
  const hanging = [client.call("hang", { why: "a" }), client.call("hang", { why: "b" })];
  server.stop();
  for (const reply of await Promise.all(hanging)) {
    expect(reply).toMatchObject({ ok: false, error: { code: STORE_CODE.RPC_FAIL } });
  }
  expect(await client.call("add", { a: 1, b: 1 })).toMatchObject({ ok: false, error: { code: -900 } });
  await fixture.serve();
  expect(await client.call("add", { a: 1, b: 1 })).toEqual({ ok: true, value: { sum: 2 } });
});

test("a call over a limit is refused with INVALID_PARAMS and is not sent", async () => {
  using fixture = new Fixture();
  await fixture.serve();
  const client = fixture.client();
  expect(await client.call("count", { keys: ["k".repeat(1025)] })).toMatchObject({
    ok: false,
    error: { code: STORE_CODE.INVALID_PARAMS },
  });
  expect((await client.call("count", { keys: ["k"] })).ok).toBe(true);
});

test("closing a client ends its calls and refuses new ones", async () => {
  using fixture = new Fixture();
  await fixture.serve();
  const client = fixture.client();
  const hanging = client.call("hang", { why: "closed" });
  client.close();
  expect((await hanging).ok).toBe(false);
  expect((await client.call("add", { a: 1, b: 1 })).ok).toBe(false);
});

test("an address in use is an error that names it; a file left by a killed server is taken over", async () => {
  using fixture = new Fixture();
  await fixture.serve();
  const second = await serveRpc(fixture.address, SERVICE, HANDLERS);
  expect(second).toMatchObject({ ok: false, error: { code: "address_taken" } });
  const stale = `${(fixture.address as { path: string }).path}-stale`;
  await Bun.write(stale, "");
  await fixture.serve({ kind: "unix", path: stale });
});

test("garbage closes the connection it came on and no other", async () => {
  using fixture = new Fixture();
  await fixture.serve();
  const client = fixture.client();
  await client.call("add", { a: 1, b: 1 });
  await new Promise<void>((resolve) => {
    Bun.connect({
      unix: (fixture.address as { path: string }).path,
      socket: {
        open: (socket: Socket) => {
          socket.write(new Uint8Array(64).fill(255));
        },
        data: () => {},
        close: () => resolve(),
      },
    });
  });
  expect(await client.call("add", { a: 2, b: 2 })).toEqual({ ok: true, value: { sum: 4 } });
});

test("an unknown op and a payload that does not decode are refused with the reason", async () => {
  using fixture = new Fixture();
  await fixture.serve();
  const wrong: Service<TestTypes> = {
    ...SERVICE,
    add: { ...SERVICE.add, op_code: 77 },
    count: {
      op_code: 2,
      request: struct({ keys: { write: (w) => w.u8(9), read: () => [] } }),
      reply: SERVICE.count.reply,
    },
  };
  const client = new RpcClient({
    address: fixture.address,
    service: wrong,
    clock: new OsClock(),
    timeout_ms: 1000,
  });
  expect(await client.call("add", { a: 1, b: 1 })).toMatchObject({
    error: { code: STORE_CODE.RPC_FAIL, detail: "op 77 does not exist" },
  });
  expect(await client.call("count", { keys: [] })).toMatchObject({
    error: { code: STORE_CODE.RPC_FAIL, detail: expect.stringContaining("malformed count") },
  });
  client.close();
});
