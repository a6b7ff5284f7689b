import { afterAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { TraceRequest } from "../trace/trace_request.ts";
import { TraceFixture } from "../trace_fixture.ts";
import { ByteSink } from "./byte_sink.ts";
import { reblock } from "./reblock.ts";
import { scaleRequest } from "./scale_request.ts";
import { TraceWriter, type WrittenFormat } from "./trace_writer.ts";

const fixture = new TraceFixture();
afterAll(() => fixture[Symbol.dispose]());

function write(format: WrittenFormat, requests: readonly TraceRequest[]): string {
  const path = fixture.path(`out_${format}`);
  const writer = new TraceWriter(path, format);
  for (const request of requests) writer.write(request);
  writer.close();
  expect(writer.bytes).toBe(readFileSync(path).length);
  return path;
}

const REQUEST: TraceRequest = {
  at_ns: 0,
  delay_ns: null,
  input_tokens: 20,
  output_tokens: 3,
  hash_ids: [2 ** 53 - 1, 0],
  session_id: null,
};

test.each([
  ["mooncake", 512],
  ["timed_trace", 16],
] as const)("%s is read back as it was written, times to the ns", (format, block_tokens) => {
  const ids = Array.from({ length: Math.ceil(600 / block_tokens) }, (_, j) => 2 ** (j % 53));
  const requests = [0, 1_234_567, 3_000_000_000, 2 ** 50].map((at_ns) => ({
    ...REQUEST,
    at_ns,
    input_tokens: 600,
    hash_ids: ids,
  }));
  const back = fixture.readFile(write(format, requests));
  expect(back.file?.format.name).toBe(format);
  expect(back.requests).toEqual(requests);
});

test("azure keeps times to 100 ns, from its first row on, and lengths", () => {
  const requests = [0, 86_400_000_000_100].map((at_ns) => ({ ...REQUEST, at_ns, hash_ids: null }));
  expect(fixture.readFile(write("azure", requests)).requests).toEqual(requests);
});

test("conversations without times become mooncake sessions, of which the importer makes the same prompts' lengths", () => {
  const turn = { ...REQUEST, at_ns: null, session_id: "ä" };
  const requests = [turn, { ...turn, input_tokens: 30, delay_ns: 5_000_000, hash_ids: [1, 2] }];
  const path = write(
    "mooncake",
    requests.map((request) => ({ ...request, hash_ids: [7] })),
  );
  const back = fixture.readFile(path).requests;
  // 30 = 20 + 3 answered + 7 new.
  expect(back.map(({ input_tokens, delay_ns, session_id }) => [input_tokens, delay_ns, session_id])).toEqual([
    [20, null, "ä"],
    [30, 5_000_000, "ä"],
  ]);
});

test("digits are those of String at every power of ten, and pieces are put together", () => {
  const path = fixture.path("digits");
  const sink = new ByteSink(path);
  const numbers = [0, 2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1];
  for (let power = 1; power <= 1e15; power *= 10) numbers.push(power - 1, power, power + 1);
  const rounds = 4_000; // about 1.9 MB: more than one piece of 1 MiB
  for (let i = 0; i < rounds; i++) {
    for (const number of numbers) {
      sink.number(number);
      sink.text(" ");
    }
  }
  sink.close();
  expect(readFileSync(path, "latin1")).toBe(
    numbers
      .map((number) => `${number} `)
      .join("")
      .repeat(rounds),
  );
});

test("reblocking to smaller blocks and back keeps what is shared, and the lengths", () => {
  // 600 tokens: 2 blocks of 512 are 38 of 16; the prompts share the first 512 = 32 blocks.
  const a = reblock([5, 6], 600, 512, 16);
  const b = reblock([5, 7], 600, 512, 16);
  expect([a.length, a.slice(0, 32), a[32] === b[32]]).toEqual([38, [...b.slice(0, 32)], false]);
  expect(new Set(a).size).toBe(38);
  const back = [reblock(a, 600, 16, 512), reblock(b, 600, 16, 512)];
  expect(back.map((ids) => ids.length)).toEqual([2, 2]);
  expect([back[0]?.[0] === back[1]?.[0], back[0]?.[1] === back[1]?.[1]]).toEqual([true, false]);
});

test("scaled lengths keep shared prefixes to within a block", () => {
  const scale = { time: 0.5, input: 1.5, output: 2 };
  const request = (last: number) => ({ ...REQUEST, at_ns: 10, input_tokens: 40, hash_ids: [1, 2, 3, last] });
  const [a, b] = [request(4), request(5)].map((unscaled) => scaleRequest(unscaled, scale, 10));
  expect([a?.at_ns, a?.input_tokens, a?.output_tokens, a?.hash_ids?.length]).toEqual([5, 60, 6, 6]);
  // 30 of 40 tokens were shared: 45 of 60, of which 4 whole blocks of 10.
  expect(a?.hash_ids?.map((id, j) => id === b?.hash_ids?.[j])).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
});
