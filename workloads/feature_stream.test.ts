import { expect, test } from "bun:test";
import { FEATURE_STREAM_DEFAULTS, featureStream, sampleBytesMax, warmUpStream } from "./feature_stream.ts";

const CONFIG = { ...FEATURE_STREAM_DEFAULTS, samples: 500, tokens_mean: 10, hidden_size: 8 };

test("the same seed gives the same samples; another seed or producer gives others", () => {
  expect(featureStream(CONFIG, 0, 1)).toEqual(featureStream(CONFIG, 0, 1));
  const tokens = (producer: number, seed: number) =>
    featureStream(CONFIG, producer, seed).map((s) => s.tokens);
  expect(tokens(0, 2)).not.toEqual(tokens(0, 1));
  expect(tokens(1, 1)).not.toEqual(tokens(0, 1));
});

test("lengths lie between half and one and a half times the mean, and reach both ends", () => {
  const tokens = featureStream(CONFIG, 0, 1).map((sample) => sample.tokens);
  expect([Math.min(...tokens), Math.max(...tokens)]).toEqual([5, 14]); // 5 + 0 … 9
  expect(sampleBytesMax(CONFIG)).toBe(15 * (2 * 8 + 4));
});

test("a rate spaces the puts evenly from the start", () => {
  const paced = featureStream({ ...CONFIG, samples: 3, samples_per_s: 4 }, 0, 1);
  expect(paced.map(({ intended_ns }) => intended_ns)).toEqual([0, 250e6, 500e6]);
});

test("what warms a producer up has names and lengths of its own", () => {
  const warm = warmUpStream({ ...CONFIG, warm_up_samples: 4 }, 1, 2);
  expect(warm.map(({ sample_id }) => sample_id)).toEqual(["p1-w0", "p1-w1", "p1-w2", "p1-w3"]);
  expect(warm.every(({ is_warm_up, intended_ns }) => is_warm_up && intended_ns === 0)).toBe(true);
  expect(warm).not.toEqual(featureStream({ ...CONFIG, samples: 4 }, 1, 2));
  expect(featureStream(CONFIG, 1, 2).some(({ is_warm_up }) => is_warm_up)).toBe(false);
});
