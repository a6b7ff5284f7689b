// What the switch under test is, for a reader who does not know it.

import type { Manifest } from "../../harness/measure/manifest.ts";

/** Empty for a run of one arm, and of a file that does not say. */
export function switchLine({ factor }: Manifest): string {
  if (factor === undefined) return "";
  const { name, description, claim } = factor;
  return `The switch, ${name}: ${description}. What is claimed of it: ${claim}.`;
}
