import { expect, test } from "bun:test";
import { OsClock } from "../../clock/os_clock.ts";
import { VirtualClock } from "../../clock/virtual_clock.ts";
import { ANSWER_AT_ONCE, NullServer } from "../floor/null_server.ts";
import type { SseReply } from "./exchange.ts";
import { parseHttpTarget } from "./http_target.ts";
import { chunk, LAST_CHUNK, type Script, ScriptedServer, SSE_HEAD } from "./scripted_server.ts";
import { SseClient } from "./sse_client.ts";

const FAR_NS = Number.MAX_SAFE_INTEGER;

interface Asked {
  readonly events: readonly string[];
  readonly times: readonly number[];
  readonly reply: SseReply;
}

async function ask(client: SseClient, body = "{}"): Promise<Asked> {
  const events: string[] = [];
  const times: number[] = [];
  const onEvent = (data: string, at_ns: number) => {
    events.push(data);
    times.push(at_ns);
  };
  const reply = await client.post({
    path: "/v1",
    headers: { "x-a": "1" },
    body,
    deadline_ns: FAR_NS,
    onEvent,
  });
  return { events, times, reply };
}

async function askOnce(script: Script): Promise<Asked & { client: SseClient }> {
  using server = new ScriptedServer(script);
  const client = new SseClient(server.target, new OsClock());
  const asked = await ask(client);
  client.close();
  return { ...asked, client };
}

test("several events in one read are each delivered, in order, with the time of the read", async () => {
  const { events, times, reply, client } = await askOnce((socket) => {
    socket.write(SSE_HEAD + chunk("data: a\n\ndata: b\n\n") + chunk("data: c\n\n") + LAST_CHUNK);
  });
  expect(events).toEqual(["a", "b", "c"]);
  expect(reply.failure).toBe(null);
  expect(client.counters.events).toBe(3);
  expect(new Set(times).size).toBe(1);
});

test("a UTF-8 sequence that is split over two chunks is whole in its event", async () => {
  const bytes = Buffer.from("data: ü🙂\n\n");
  const { events } = await askOnce((socket) => {
    socket.write(SSE_HEAD);
    for (const piece of [bytes.subarray(0, 7), bytes.subarray(7, 10), bytes.subarray(10)]) {
      socket.write(`${piece.length.toString(16)}\r\n`);
      socket.write(piece);
      socket.write("\r\n");
    }
    socket.write(LAST_CHUNK);
  });
  expect(events).toEqual(["ü🙂"]);
});

test("a connection that is dropped in the middle keeps the events before and says so", async () => {
  const { events, reply } = await askOnce((socket) => {
    socket.end(SSE_HEAD + chunk("data: a\n\n"));
  });
  expect(events).toEqual(["a"]);
  expect(reply.failure).toEqual({
    code: "connection",
    detail: "the server closed the connection in the middle of the answer",
  });
});

test("an answer that is no HTTP, and a stream that ends inside an event, are malformed", async () => {
  const garbage = await askOnce((socket) => void socket.write("garbage\r\n\r\n"));
  expect(garbage.reply.failure).toEqual({
    code: "malformed_stream",
    detail: 'HTTP: the status line is "garbage"',
  });
  const torn = await askOnce((socket) => void socket.write(SSE_HEAD + chunk("data: a\n") + LAST_CHUNK));
  expect(torn.reply.failure?.detail).toBe("SSE: the stream ends inside an event");
});

test("an answer of another status is handed over with its body", async () => {
  const { events, reply } = await askOnce((socket) => {
    socket.write(
      'HTTP/1.1 503 Busy\r\ncontent-type: application/json\r\ncontent-length: 13\r\n\r\n{"why":"no"}\n',
    );
  });
  expect(events).toEqual([]);
  expect([reply.head?.status, reply.text, reply.failure]).toEqual([503, '{"why":"no"}\n', null]);
});

test("connections are kept and used again, and a dead one is replaced without losing the request", async () => {
  const clients: { end(): void }[] = [];
  using server = new ScriptedServer((socket, _request, request_index) => {
    clients.push(socket);
    // The third request comes on the kept connection, which dies before it answers a byte.
    if (request_index === 2) socket.end();
    else socket.write(SSE_HEAD + chunk(`data: ${request_index}\n\n`) + LAST_CHUNK);
  });
  const client = new SseClient(server.target, new OsClock());
  const answers = [];
  for (let i = 0; i < 3; i++) answers.push((await ask(client)).events);
  client.close();
  expect(answers).toEqual([["0"], ["1"], ["3"]]);
  expect([server.connections, client.counters.connections_opened, client.counters.reconnects]).toEqual([
    2, 2, 1,
  ]);
});

test("a first connection that dies is an error and is not tried again", async () => {
  using server = new ScriptedServer((socket) => void socket.end());
  const { reply } = await ask(new SseClient(server.target, new OsClock()));
  expect(reply.failure).toEqual({ code: "connection", detail: "the server closed the connection" });
  expect(server.requests).toBe(1);
});

test("a refused connection is an error that names the address", async () => {
  const server = new ScriptedServer(() => {});
  const { target } = server;
  server[Symbol.dispose]();
  const { reply } = await ask(new SseClient(target, new OsClock()));
  expect(reply.failure?.code).toBe("connection");
  expect(reply.failure?.detail).toContain(`could not connect to 127.0.0.1:${target.port}`);
  expect(reply.sent_ns).toBe(null);
});

test("a request larger than a socket buffer arrives whole", async () => {
  const body = JSON.stringify({ prompt: "x".repeat(3_000_000) });
  let received = 0;
  using server = new ScriptedServer((socket, request) => {
    received = request.length - request.indexOf("\r\n\r\n") - 4;
    socket.write(SSE_HEAD + chunk("data: ok\n\n") + LAST_CHUNK);
  });
  const { events } = await ask(new SseClient(server.target, new OsClock()), body);
  expect([events, received]).toEqual([["ok"], body.length]);
});

test("a request that is past its deadline ends as a timeout", async () => {
  const clock = new VirtualClock();
  const asked = Promise.withResolvers<void>();
  using server = new ScriptedServer(() => asked.resolve());
  const client = new SseClient(server.target, clock);
  const reply = client.post({ path: "/", headers: {}, body: "{}", deadline_ns: 7_000, onEvent: () => {} });
  await asked.promise;
  await clock.advanceTo(7_000);
  expect((await reply).failure?.code).toBe("timeout");
});

test("cancelAll ends every running request, connected or not", async () => {
  const asked = Promise.withResolvers<void>();
  using server = new ScriptedServer(() => asked.resolve());
  const client = new SseClient(server.target, new OsClock());
  const first = ask(client);
  await asked.promise;
  const second = ask(client); // still connecting
  client.cancelAll("stopped");
  for (const { reply } of await Promise.all([first, second])) {
    expect(reply.failure).toEqual({ code: "cancelled", detail: "stopped" });
  }
  client.close();
});

test("a server of another make, Bun.serve, is understood: streams, keep-alive, base path, headers", async () => {
  const seen: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      seen.push(`${new URL(request.url).pathname} ${request.headers.get("x-a")} ${await request.text()}`);
      const parts = ["data: one\n\n", "data: two\n\n"];
      const stream = new ReadableStream<string>({
        pull: (controller) => {
          const part = parts.shift();
          if (part === undefined) controller.close();
          else controller.enqueue(part);
        },
      });
      return new Response(stream, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
    },
  });
  const target = parseHttpTarget(`http://127.0.0.1:${server.port}/base`);
  if (!target.ok) throw new Error(target.error);
  const client = new SseClient(target.value, new OsClock());
  expect((await ask(client, '{"n":1}')).events).toEqual(["one", "two"]);
  expect((await ask(client, '{"n":2}')).events).toEqual(["one", "two"]);
  client.close();
  await server.stop(true);
  expect(seen).toEqual(['/base/v1 1 {"n":1}', '/base/v1 1 {"n":2}']);
});

test("2,000 streams are open at the same time", async () => {
  const streams = 2_000;
  const server = new NullServer({ ...ANSWER_AT_ONCE, hold_until_streams: streams }, new OsClock());
  const client = new SseClient(server.target, new OsClock());
  const body = JSON.stringify({ prompt: [1], max_tokens: 2 });
  // The server answers nobody before all are there, so a cap in the client would never end.
  const answers = await Promise.all(Array.from({ length: streams }, () => ask(client, body)));
  client.close();
  server.stop();
  expect(answers.every(({ events, reply }) => events.length === 4 && reply.failure === null)).toBe(true);
  expect([client.counters.peak_streams, server.peak_streams]).toEqual([streams, streams]);
});
