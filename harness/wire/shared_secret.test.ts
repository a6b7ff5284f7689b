// The proof itself, and client and server with and without it over real sockets.

import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { OsClock } from "../clock/os_clock.ts";
import { present } from "../domain/assert.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import type { Address } from "./address.ts";
import { integer, struct } from "./codec.ts";
import { RpcClient } from "./rpc_client.ts";
import { serveRpc } from "./rpc_server.ts";
import type { Handlers, Service } from "./rpc_service.ts";
import { SharedSecret } from "./shared_secret.ts";

interface TestTypes {
  readonly double: { readonly request: { n: number }; readonly reply: { n: number } };
}

const SERVICE: Service<TestTypes> = {
  double: { op_code: 1, request: struct({ n: integer }), reply: struct({ n: integer }) },
};
const HANDLERS: Handlers<TestTypes> = { double: ({ n }) => ({ n: 2 * n }) };

function secretOf(text: string): SharedSecret {
  const secret = SharedSecret.parse(text);
  return present(secret.ok ? secret.value : null, "the secret is long enough");
}

const RIGHT: SharedSecret = secretOf("the right secret, of 32 bytes ...");
const WRONG: SharedSecret = secretOf("another secret, of 32 bytes .....");

class Fixture implements AsyncDisposable {
  readonly #directory = mkdtempSync(`${tmpdir()}/tierbench-secret-`);
  readonly address: Address = { kind: "unix", path: `${this.#directory}/s` };
  readonly #closers: (() => void)[] = [() => rmSync(this.#directory, { recursive: true })];

  async serve(secret: SharedSecret | null): Promise<void> {
    const served = await serveRpc(this.address, SERVICE, HANDLERS, secret);
    if (!served.ok) throw new Error(served.error.detail);
    this.#closers.push(() => served.value.stop());
  }

  client(secret: SharedSecret | null): RpcClient<TestTypes> {
    const options = { address: this.address, service: SERVICE, clock: new OsClock(), timeout_ms: 5_000 };
    const client = new RpcClient<TestTypes>({ ...options, secret });
    this.#closers.push(() => client.close());
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const close of this.#closers.reverse()) close();
  }
}

test("a proof holds for its nonce and its secret only, and a short secret is none", () => {
  const proof = RIGHT.prove("n1");
  expect(RIGHT.accepts("n1", proof)).toBe(true);
  expect(RIGHT.accepts("n2", proof)).toBe(false);
  expect(WRONG.accepts("n1", proof)).toBe(false);
  expect(RIGHT.accepts("n1", proof.slice(1))).toBe(false);
  expect(SharedSecret.parse("15 bytes long .\n")).toEqual({
    ok: false,
    error: "must have at least 16 bytes, got 15",
  });
});

test("white space at the ends of a secret's file does not count; the header wants the word Bearer", () => {
  expect(secretOf(" 0123456789abcdef\n").prove("n")).toBe(secretOf("0123456789abcdef").prove("n"));
  expect(secretOf("0123456789abcdef\n").acceptsHeader("Bearer 0123456789abcdef")).toBe(true);
  for (const header of [null, "", "0123456789abcdef", "Bearer 0123456789abcdeF", "Basic 0123456789abcdef"]) {
    expect(secretOf("0123456789abcdef").acceptsHeader(header)).toBe(false);
  }
});

test("who knows the secret is served, calls made before the challenge included", async () => {
  await using fixture = new Fixture();
  await fixture.serve(RIGHT);
  const client = fixture.client(RIGHT);
  const replies = await Promise.all([1, 2, 3].map((n) => client.call("double", { n })));
  expect(replies.map((reply) => reply.ok && reply.value.n)).toEqual([2, 4, 6]);
});

test.each([
  ["a wrong secret", WRONG],
  ["no secret", null],
])("with %s every call ends with ILLEGAL_CLIENT and says what to do", async (_, secret) => {
  await using fixture = new Fixture();
  await fixture.serve(RIGHT);
  const client = fixture.client(secret);
  for (const n of [1, 2]) {
    const reply = await client.call("double", { n });
    expect(reply).toMatchObject({ ok: false, error: { code: STORE_CODE.ILLEGAL_CLIENT } });
    if (!reply.ok) expect(reply.error.detail).toContain("shared secret");
  }
});

test("a client that speaks before it has proved anything is cut off, and a long frame of it is not read", async () => {
  await using fixture = new Fixture();
  await fixture.serve(RIGHT);
  const path = fixture.address.kind === "unix" ? fixture.address.path : "";
  for (const frame of [
    [5, 0, 0, 0, 1, 0, 0, 0, 1],
    [0, 0, 16, 0, 1, 0, 0, 0, 255],
  ]) {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const socket = await Bun.connect({ unix: path, socket: { data() {}, close: () => resolve() } });
    socket.write(new Uint8Array(frame)); // op 1 with an empty payload; a proof of 1 MiB
    await closed;
  }
  expect((await fixture.client(RIGHT).call("double", { n: 4 })).ok).toBe(true);
});
