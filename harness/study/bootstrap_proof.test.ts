import { expect, test } from "bun:test";
import { Random } from "../clock/random.ts";
import type { Pair } from "../stats/paired_bootstrap.ts";
import { meanOfSessions, type SessionSamples } from "../stats/session_statistic.ts";
import { bootstrapCoverage } from "./bootstrap_proof.ts";

/** One session; the candidate's run is off by `run_ms`. */
const pair = (run_ms: number): Pair<SessionSamples> => [{ baseline: [100], candidate: [100 + run_ms] }];

test("an effect among the pairs' changes is held, and one that all pairs exceed is not", () => {
  const around = Array.from({ length: 8 }, (_, i) => pair(i % 2 === 0 ? -2 : 2)); // 2.9 and 7.1 % in turn
  expect(bootstrapCoverage(around, meanOfSessions, 4, new Random(1))).toMatchObject({ count: 2, of: 2 });
  const shifted = Array.from({ length: 8 }, () => pair(10)); // (110 × 1.05 − 100) = 15.5 %, without spread
  expect(bootstrapCoverage(shifted, meanOfSessions, 4, new Random(1))).toMatchObject({ count: 0, of: 2 });
});
