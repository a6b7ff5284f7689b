import { expect, test } from "bun:test";
import type { Verdict } from "../../stats/verdict.ts";
import { judgeClaim } from "./claim_outcome.ts";
import type { StudyEffect } from "./effects.ts";
import { studyFixture } from "./study_fixture.ts";

const CLAIM = studyFixture().claim; // a off → on lowers ttft_ms_mean

function effect(ci95: readonly [number, number], verdict: Verdict): StudyEffect {
  const estimate = (ci95[0] + ci95[1]) / 2;
  return {
    ...{ kind: "main", name: "a: off → on", factor: "a", from: "off", to: "on", metric: "ttft_ms_mean" },
    ...{ unit: "percent", estimate, ci95, blocks: 4, p_value: 0.01, p_sign_flip: 0.1, p_holm: 0.01, verdict },
    ...{ bootstrap95: null, blocks_to_decide: null },
  };
}

const answer = (claim: Partial<typeof CLAIM>, ci95: readonly [number, number], verdict: Verdict): string =>
  judgeClaim({ ...CLAIM, ...claim }, [effect(ci95, verdict)]).answer;

test("an interval on the claimed side confirms, on the other contradicts, over zero leaves it open", () => {
  expect(answer({}, [-12, -8], "better")).toBe("confirmed");
  expect(answer({}, [8, 12], "worse")).toBe("contradicted");
  expect(answer({}, [-12, 8], "inconclusive")).toBe("open");
});

test("a change too small to matter contradicts the claim of one", () => {
  expect(answer({}, [-1, -0.5], "no_difference")).toBe("contradicted");
});

test("a claimed size must overlap the interval", () => {
  expect(answer({ size: [10, 30] }, [-12, -8], "better")).toBe("confirmed");
  expect(answer({ size: [15, 30] }, [-12, -8], "better")).toBe("wrong_size");
  expect(answer({ size: [1, 5] }, [-12, -8], "better")).toBe("wrong_size");
});

test("an effect on other levels or another metric says nothing", () => {
  expect(answer({ metric: "hit_ratio" }, [-12, -8], "better")).toBe("open");
  expect(judgeClaim({ ...CLAIM, to: "half" }, [effect([-12, -8], "better")])).toMatchObject({
    answer: "open",
    effect: null,
  });
});
