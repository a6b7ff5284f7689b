import { expect, test } from "bun:test";
import { RequestEncoder } from "./request_encoder.ts";
import { TextWriter } from "./text_writer.ts";

const TARGET = { host: "::1", port: 8000, base_path: "/base", authorization: "Bearer key" };

test("a request is its head, an empty line and its body, of text or of written bytes", () => {
  const body = '{"prompt":"grüße"}';
  const written = new TextWriter();
  written.text(body);
  const expected = [
    "POST /base/v1/completions HTTP/1.1",
    "host: [::1]:8000",
    "content-type: application/json",
    "accept: text/event-stream",
    "content-length: 20", // 18 characters, two of which take two bytes
    "authorization: Bearer key",
    "x-request-id: s/0",
    "",
    body,
  ].join("\r\n");
  const encoder = new RequestEncoder(TARGET);
  for (const either of [body, written]) {
    const request = encoder.encode({ path: "/v1/completions", body: either }, { "x-request-id": "s/0" });
    expect(request.toString()).toBe(expected);
  }
});

test("without a key and headers of its own a request has the least it needs", () => {
  const encoder = new RequestEncoder({ host: "127.0.0.1", port: 80, base_path: "" });
  const head =
    "POST /v1 HTTP/1.1\r\nhost: 127.0.0.1:80\r\ncontent-type: application/json\r\naccept: text/event-stream\r\n";
  expect(encoder.encode({ path: "/v1", body: "{}" }, {}).toString()).toBe(
    `${head}content-length: 2\r\n\r\n{}`,
  );
});
