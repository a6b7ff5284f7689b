import { expect, test } from "bun:test";
import type { StudyEffect } from "../harness/study/ablation/effects.ts";
import type { StudyOutcome } from "../harness/study/ablation/study_outcome.ts";
import { renderAblationHtml } from "./ablation_html.ts";
import { renderAblationTerminal } from "./ablation_terminal.ts";

const EFFECT: StudyEffect = {
  ...{
    kind: "main",
    name: "a: off → on",
    factor: "a",
    from: "off",
    to: "on",
    metric: "ttft_ms_mean",
    unit: "percent",
  },
  ...{
    estimate: -10,
    ci95: [-12, -8],
    blocks: 4,
    p_value: 0.001,
    p_sign_flip: 0.125,
    p_holm: 0.001,
    verdict: "better",
    bootstrap95: [-11.5, -8.5],
    blocks_to_decide: null,
  },
};

const HIT_RATIO_EFFECT: StudyEffect = {
  ...EFFECT,
  ...{ metric: "hit_ratio", unit: "points", estimate: 0.1, ci95: [-0.2, 0.4], verdict: "no_difference" },
};

const SLOWER_BY_FAR = { metric: "ttft_ms_mean", direction: "lower", size: [20, 30], because: "b" } as const;
const UNMOVED = { metric: "hit_ratio", direction: "unmoved", size: null, because: "c" } as const;

function outcome(over: Partial<StudyOutcome> = {}): StudyOutcome {
  return {
    ...{
      schema_version: 2,
      name: "s",
      runtime: "sim",
      design: "full, 2 cells × 4 blocks",
      metrics: ["ttft_ms_mean"],
    },
    ...{
      valid: true,
      problems: [],
      confounded: [],
      blocks_alike: false,
      real: ["scheduling"],
      modelled: ["GPU time"],
    },
    claim: {
      claim: {
        ...{ text: "a helps", source: "a paper", factor: "a", from: "off", to: "on" },
        expects: [SLOWER_BY_FAR, UNMOVED],
      },
      changes: [
        { expected: SLOWER_BY_FAR, answer: "wrong_size", effect: EFFECT },
        { expected: UNMOVED, answer: "confirmed", effect: HIT_RATIO_EFFECT },
      ],
    },
    effects: [EFFECT],
    cells: [
      { name: "a=off", differences: [], means: [100] },
      { name: "a=on", differences: [{ path: "x.a", values: ["off", "on"] }], means: [null] },
    ],
    ...over,
  };
}

test("every change that is claimed stands beside what was measured, direction and size", () => {
  const text = renderAblationTerminal(outcome(), { colours: false, width: 140 });
  expect(text).toContain("Claim: a helps (a paper).");
  expect(text).toContain(
    "claimed lower by 20 to 30 %; measured −10.0 % (−12.0 … −8.0, 4 blocks); agrees in direction: yes, in size: no, because b.",
  );
  // Agreement needs no reason.
  expect(text).toContain(
    "hit_ratio, a off → on: claimed unmoved; measured +0.1 pp (−0.2 … +0.4, 4 blocks); agrees: yes.",
  );
  const page = renderAblationHtml(outcome());
  expect(page.match(/class="chip /g)).toHaveLength(2);
});

test("an interval without width is said to stand for one run", () => {
  const options = { colours: false, width: 400 };
  expect(renderAblationTerminal(outcome(), options)).not.toContain("Every block gave the same figures");
  const alike = outcome({ blocks_alike: true });
  expect(renderAblationTerminal(alike, options)).toContain("Every block gave the same figures");
  expect(renderAblationHtml(alike)).toContain("Every block gave the same figures");
});

test("a mean that a cell lacks is n/a with its reason, never 0", () => {
  expect(renderAblationTerminal(outcome(), { colours: false, width: 140 })).toContain(
    "(a) not reported in every block",
  );
});

test("an invalid study says so before anything else, on the page too", () => {
  const invalid = outcome({ valid: false, problems: ["block 1, a=on: ledger: off by <3>"] });
  expect(renderAblationTerminal(invalid, { colours: false, width: 140 }).split("\n")[1]).toStartWith(
    "INVALID",
  );
  const page = renderAblationHtml(invalid);
  expect(page).toContain("<title>INVALID: study s");
  expect(page).toContain("off by &lt;3&gt;");
});

test("the page loads nothing, runs no script, and draws a forest per metric", () => {
  const page = renderAblationHtml(outcome());
  expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
  expect(page.match(/<svg /g)).toHaveLength(2); // one metric, wide and narrow
});
