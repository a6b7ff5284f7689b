import { expect, test } from "bun:test";
import { CompletionStream } from "./completion_stream.ts";

/** Feeds one event a time: event i at i × 10 ns. */
function streamOf(...events: readonly (object | string)[]): CompletionStream {
  const stream = new CompletionStream();
  for (const [i, event] of events.entries()) {
    stream.event(typeof event === "string" ? event : JSON.stringify(event), i * 10);
  }
  return stream;
}

const text = (words: string, more: object = {}) => ({ choices: [{ index: 0, text: words, ...more }] });
const delta = (fields: object) => ({ choices: [{ index: 0, delta: fields }] });

test("an event with several token ids repeats its time, one without any has none", () => {
  const finish = text("", { token_ids: [], finish_reason: "length" });
  const stream = streamOf(
    text("a", { token_ids: [7] }),
    text("b c", { token_ids: [8, 9] }),
    finish,
    "[DONE]",
  );
  expect(stream.token_ns).toEqual([0, 10, 10]);
  expect(stream.token_ids).toEqual([7, 8, 9]);
  expect([stream.text, stream.done, stream.failure]).toEqual(["ab c", true, null]);
});

test("without token ids an event with text is one token; the role and the finish events are none", () => {
  const stream = streamOf(
    delta({ role: "assistant", content: "" }),
    delta({ content: "hi" }),
    delta({}),
    "[DONE]",
  );
  expect(stream.token_ns).toEqual([10]);
  expect(stream.token_ids).toBe(null);
});

test("reasoning counts as the first token and is not part of the text", () => {
  const stream = streamOf(delta({ reasoning_content: "hm" }), delta({ content: "yes" }));
  expect(stream.token_ns).toEqual([0, 10]);
  expect(stream.text).toBe("yes");
});

test("usage on every event tells how many tokens each carried", () => {
  const counted = (completion_tokens: number) => ({ usage: { prompt_tokens: 5, completion_tokens } });
  const stream = streamOf({ ...text("a"), ...counted(1) }, { ...text("bcd"), ...counted(4) });
  expect(stream.token_ns).toEqual([0, 10, 10, 10]);
  expect(stream.usage).toEqual({ prompt_tokens: 5, completion_tokens: 4, cached_tokens: null });
});

test("usage tells how many prompt tokens were cached, where the server says it", () => {
  const usage = { prompt_tokens: 5, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 4 } };
  expect(streamOf({ ...text("a"), usage }).usage?.cached_tokens).toBe(4);
  const silent = { ...usage, prompt_tokens_details: null }; // vLLM without --enable-prompt-tokens-details
  expect(streamOf({ ...text("a"), usage: silent }).usage?.cached_tokens).toBeNull();
});

test("events of one socket read are counted as merged", () => {
  const stream = new CompletionStream();
  for (const at_ns of [5, 5, 9]) stream.event(JSON.stringify(text("a", { token_ids: [1] })), at_ns);
  expect([stream.token_events, stream.token_reads]).toEqual([3, 2]);
});

test("usage or stages with missing numbers are malformed, not zero", () => {
  expect(streamOf({ choices: [], usage: { prompt_tokens: 1 } }).failure?.detail).toStartWith("usage lacks");
  const stages = { engine_name: "e", prompt_tokens: 1, cached_tokens: { hbm: 0, cpu: 0 } };
  const stream = streamOf({ choices: [], tierbench_stages: stages });
  expect([stream.stages, stream.failure?.code]).toEqual([null, "malformed_stream"]);
});

test("a token id that no prompt could quote is malformed", () => {
  for (const id of ["7", 1.5, -1, null]) {
    const stream = streamOf(text("a", { token_ids: [5, id] }));
    expect([stream.token_ns, stream.failure?.code]).toEqual([[], "malformed_stream"]);
  }
});

test("after a failure nothing more is taken", () => {
  const stream = streamOf("{", text("a", { token_ids: [1] }), "[DONE]");
  expect([stream.token_ns, stream.done]).toEqual([[], false]);
});
