// A study for tests: factors a, b, c of two levels each, full, two blocks, one metric.

import type { StudyConfig, StudyDesign } from "../../config/study_config.ts";

export function studyFixture(
  design: StudyDesign = { kind: "full" },
  names: readonly string[] = ["a", "b", "c"],
): StudyConfig {
  return {
    name: "fixture",
    claim: {
      ...{ text: "a lowers TTFT", source: null, factor: "a", from: "off", to: "on" },
      expects: [{ metric: "ttft_ms_mean", direction: "lower", size: null, because: null }],
    },
    base: { topology: "1p1d", profile: null, host: null, set: {} },
    factors: names.map((name) => ({ name, levels: ["off", "on"] })),
    design,
    blocks: 2,
    seed: 1,
    metrics: ["ttft_ms_mean"],
    ...{ min_effect_pct: 2, min_effect_points: 1 },
  };
}
