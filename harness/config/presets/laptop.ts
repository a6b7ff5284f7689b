import type { Preset } from "./preset.ts";

export const LAPTOP: Preset = {
  name: "laptop",
  reason: "the defaults: a multi-turn bench that fits two cores and three minutes",
  input: {},
};
