import { expect, test } from "bun:test";
import type { ClaimedChange } from "../../config/study_config.ts";
import type { Verdict } from "../../stats/verdict.ts";
import { judgeClaim } from "./claim_outcome.ts";
import type { StudyEffect } from "./effects.ts";
import { studyFixture } from "./study_fixture.ts";

const CLAIM = studyFixture().claim; // a off → on
const LOWER = { metric: "ttft_ms_mean", direction: "lower", size: null, because: null } as const;

function effect(ci95: readonly [number, number], verdict: Verdict): StudyEffect {
  const estimate = (ci95[0] + ci95[1]) / 2;
  return {
    ...{ kind: "main", name: "a: off → on", factor: "a", from: "off", to: "on", metric: "ttft_ms_mean" },
    ...{ unit: "percent", estimate, ci95, blocks: 4, p_value: 0.01, p_sign_flip: 0.1, p_holm: 0.01, verdict },
    ...{ bootstrap95: null, blocks_to_decide: null },
  };
}

const answer = (
  change: Partial<ClaimedChange>,
  ci95: readonly [number, number],
  verdict: Verdict,
): string | undefined => {
  const claim = { ...CLAIM, expects: [{ ...LOWER, ...change }] };
  return judgeClaim(claim, [effect(ci95, verdict)]).changes[0]?.answer;
};

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

test("what is to stay unmoved is confirmed by a change too small to matter, and by nothing less sure", () => {
  expect(answer({ direction: "unmoved" }, [-0.4, 0.3], "no_difference")).toBe("confirmed");
  expect(answer({ direction: "unmoved" }, [-12, -8], "better")).toBe("contradicted");
  expect(answer({ direction: "unmoved" }, [8, 12], "worse")).toBe("contradicted");
  expect(answer({ direction: "unmoved" }, [-3, 5], "inconclusive")).toBe("open");
});

test("each metric of a claim is judged by itself", () => {
  const expects = [LOWER, { ...LOWER, metric: "e2el_ms_mean" }];
  const e2el = { ...effect([8, 12], "worse"), metric: "e2el_ms_mean" };
  const { changes } = judgeClaim({ ...CLAIM, expects }, [effect([-12, -8], "better"), e2el]);
  expect(changes.map(({ answer }) => answer)).toEqual(["confirmed", "contradicted"]);
});

test("an effect on other levels or another metric says nothing", () => {
  expect(answer({ metric: "hit_ratio" }, [-12, -8], "better")).toBe("open");
  expect(judgeClaim({ ...CLAIM, to: "half" }, [effect([-12, -8], "better")]).changes).toMatchObject([
    { answer: "open", effect: null },
  ]);
});
