import { expect, test } from "bun:test";
import { Random } from "../clock/random.ts";
import { Exchange } from "./exchange.ts";
import { SimRequest } from "./sim_request.ts";
import { SpanAnswer } from "./span_answer.ts";
import { TokenLog } from "./token_log.ts";

const PROMPT = { prompt_tokens: 1, block_hashes: [], tail: [0, 0, 1] };
const TURN = { prompt: [], output_tokens: 1, think_ns: 0, at_ns: null };
const SCHEDULED = {
  session_id: "s",
  session_index: 0,
  turn_index: 0,
  turn: TURN,
  turn_count: 1,
  intended_ns: 0,
};
const WHOLE = { max_tokens: 1_000_000, do_remote_decode: false, remote: null, transfer_id: null };

/** What each is told one by one, step by step. */
interface Heard {
  readonly request: SimRequest;
  readonly exchange: Exchange;
  readonly ends_ns: number[];
  began: number;
}

function listening(name: string, hears_tokens = true): Heard {
  const answer = new SpanAnswer(PROMPT, 16);
  const exchange = new Exchange({ ...SCHEDULED, request_id: name }, null, PROMPT, answer, 0, 0, () => {});
  const request = new SimRequest(exchange, WHOLE, hears_tokens, { finished() {} });
  const heard: Heard = { request, exchange, ends_ns: [], began: 0 };
  exchange.carrier = { firstToken: () => heard.began++, cancel() {} };
  return heard;
}

test("everybody hears the steps of the batches they were in, whoever joined, paused, came back or left meanwhile", () => {
  const random = new Random(7);
  const log = new TokenLog();
  const all: Heard[] = [];
  let batch: Heard[] = [];
  let now_ns = 0;
  for (let round = 0; round < 3_000; round++) {
    if (random.below(3) === 0) {
      const newcomer = listening(`r${all.length}`);
      all.push(newcomer);
      batch.push(newcomer);
    }
    if (random.below(4) === 0) batch = batch.filter(() => random.below(5) > 0);
    if (random.below(50) === 0) batch = random.shuffle([...batch]);
    // Somebody who paused comes back, as after a preemption.
    const back = all[random.below(Math.max(1, all.length))];
    if (random.below(10) === 0 && back !== undefined && !batch.includes(back)) batch.push(back);
    const ends_ns = Array.from({ length: random.below(20) }, () => ++now_ns);
    if (ends_ns.length === 0 || batch.length === 0) continue;
    log.decoded(
      batch.map(({ request }) => request),
      ends_ns,
    );
    for (const heard of batch) heard.ends_ns.push(...ends_ns);
    expect(batch.every(({ began }) => began === 1)).toBe(true);
    if (random.below(6) === 0) log.leave((batch.pop() as Heard).request);
  }
  for (const { request } of all) log.leave(request);
  expect(all.length).toBeGreaterThan(500);
  for (const { exchange, ends_ns, began } of all) {
    expect(exchange.token_ns).toEqual(ends_ns);
    expect(began).toBe(Math.min(1, ends_ns.length));
  }
});

test("a request that decodes for long keeps what it has heard while others come and go", () => {
  const log = new TokenLog();
  const long = listening("long");
  for (let step = 1; step <= 20_000; step++) {
    const other = listening(`r${step}`).request;
    log.decoded([long.request, other], [step]);
    log.leave(other);
  }
  log.leave(long.request);
  expect(long.exchange.token_ns).toEqual(Array.from({ length: 20_000 }, (_, i) => i + 1));
});

test("a prefill half hears nothing", () => {
  const log = new TokenLog();
  const half = listening("half", false);
  log.decoded([half.request], [1]);
  log.leave(half.request);
  expect([half.began, half.exchange.token_ns]).toEqual([0, []]);
});
