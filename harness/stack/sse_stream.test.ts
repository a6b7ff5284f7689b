import { expect, test } from "bun:test";
import { SseStream } from "./sse_stream.ts";

test("each message is one event and the last event is [DONE]", async () => {
  const sse = new SseStream(() => {});
  sse.send([{ a: 1 }, { b: "x\ny" }]);
  sse.send([{ c: null }]);
  sse.done();
  sse.send([{ late: true }]); // dropped
  const response = sse.response({ "x-extra": "1" });
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(response.headers.get("x-extra")).toBe("1");
  expect(await response.text()).toBe(
    'data: {"a":1}\n\ndata: {"b":"x\\ny"}\n\ndata: {"c":null}\n\ndata: [DONE]\n\n',
  );
});

test("a reader that goes away is told once, and later sends are dropped", async () => {
  let gone = 0;
  const sse = new SseStream(() => gone++);
  sse.send([{ a: 1 }]);
  await sse.body.cancel();
  sse.send([{ b: 1 }]);
  sse.done();
  expect(gone).toBe(1);
});
