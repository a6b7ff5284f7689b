// The families of a fitted trace, ready to be made again.

import { assert } from "../../harness/domain/assert.ts";
import type { TraceFit } from "./trace_fit.ts";

export interface Family {
  /** [members]: requests of the original, ascending. */
  readonly requests: readonly number[];
  /** [members]: which member it shares most with; −1 for the first. */
  readonly relatives: readonly number[];
  readonly opening: readonly number[];
}

/** In the order of their first requests. */
export function listFamilies(fit: TraceFit): Family[] {
  const families: { requests: number[]; relatives: number[]; opening: readonly number[] }[] = [];
  /** [request]: its family, and its place there. */
  const family_of = new Int32Array(fit.requests);
  const place_of = new Int32Array(fit.requests);
  for (let request = 0; request < fit.requests; request++) {
    const relative = fit.relative(request);
    if (relative < 0) {
      family_of[request] = families.length;
      families.push({ requests: [request], relatives: [-1], opening: fit.opening(request) });
      continue;
    }
    const index = family_of[relative] as number;
    const family = families[index];
    assert(family !== undefined, "a relative comes before and has a family");
    family_of[request] = index;
    place_of[request] = family.requests.length;
    family.requests.push(request);
    family.relatives.push(place_of[relative] as number);
  }
  return families;
}
