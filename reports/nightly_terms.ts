// What the words of the nightly's dashboard mean. Rules are those of harness/study/nightly/judge_night.ts.

import type { Term } from "./html/terms_list.ts";

export const NIGHT_TERMS: readonly Term[] = [
  [
    "Baseline",
    "The night that was acknowledged last, or the first one. Every night repeats its requests, so that nights are compared pair by pair.",
  ],
  [
    "REGRESSED",
    "Worse than the baseline, or since a change point, by at least the minimum effect; it held among all series of the night, and in a second run. It stays until it is acknowledged or mended.",
  ],
  ["suspicious, not confirmed", "The second run of the scenario did not show it, failed, or was invalid."],
  ["steady", "No alarm."],
  [
    "undecided",
    "No alarm, but the interval does not lie within the minimum effect: a change that matters may hide in it.",
  ],
  ["change, ci95", "Against the baseline night, with its 95 % interval; pp are percentage points."],
  ["p_holm", "How likely such a change is where nothing changed, adjusted for all series of the night."],
  [
    "noise_limit",
    "How far a night may lie from the mean of the earlier ones by chance; known after eight nights. Within it, nothing alarms by its pairs alone.",
  ],
  [
    "change_point",
    "The last night at which the level of the series moved, for drift that no night shows alone.",
  ],
];
