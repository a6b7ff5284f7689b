// A synthetic trace with the statistics of a fitted one: its families (trace_fit.ts) drawn anew.
//
// Every family of the original is made again with blocks of its own behind the same openings, each member as many requests
// behind the family's first as it was, in the place of another family of about the same part of the trace (± 2.5 % of it). So
// lengths, turns of a session, what a branch keeps and the intervals of reuse come out as they were, and with them the LRU hit
// curve, while which families run side by side is new. All families are drawn before one is drawn again, which keeps the few
// large ones from deciding the result. A load that changes over the trace (diurnal) is kept; a longer trace than the original
// goes through it again, with other families side by side, and a shorter one is like the original's beginning.
//
// Times are gaps of the original, from the same part, in runs of 16 neighbours, so that bursts stay bursts.

import type { Random } from "../../harness/clock/random.ts";
import { assert, present } from "../../harness/domain/assert.ts";
import { EventHeap } from "./event_heap.ts";
import { type Family, listFamilies } from "./family_list.ts";
import { type OpeningPrefix, Openings } from "./openings.ts";
import { PromptForest } from "./prompt_forest.ts";
import type { SyntheticRequest } from "./synthetic_request.ts";
import type { TraceFit } from "./trace_fit.ts";

const DRIFT_RATIO = 0.05;
const GAP_RUN = 16;

/** A family on its way: which members have been made, as prompts of the forest. */
interface Growth {
  readonly family: Family;
  readonly prompts: number[];
  /** Where its first request would stand, in requests. */
  readonly place: number;
}

export class FittedTrace {
  readonly #fit: TraceFit;
  readonly #requests: number;
  readonly #random: Random;
  readonly #families: readonly Family[];
  readonly #forest: PromptForest;
  readonly #openings: Openings;
  readonly #under_way = new EventHeap<Growth>();
  #order: readonly number[] = [];
  #families_drawn = 0;
  #gap_from = 0;

  constructor(fit: TraceFit, requests: number, random: Random) {
    assert(fit.requests > 0, "a trace is fitted to at least one request");
    this.#fit = fit;
    this.#requests = requests;
    this.#random = random;
    this.#families = listFamilies(fit);
    this.#forest = new PromptForest(fit.block_tokens ?? 1);
    this.#openings = new Openings(this.#forest);
  }

  /** In the order of their times. */
  *requests(): Generator<SyntheticRequest, void> {
    let at_ns = 0;
    let next = this.#drawFamily();
    for (let i = 0; i < this.#requests; i++) {
      while (next.place <= (this.#under_way.first ?? Number.POSITIVE_INFINITY)) {
        this.#under_way.push(next.place, next);
        next = this.#drawFamily();
      }
      at_ns += this.#gap(i);
      const { prompt, request } = this.#growNext();
      yield {
        at_ns,
        input_tokens: this.#forest.tokens(prompt),
        output_tokens: this.#fit.output_tokens.at(request),
        hash_ids: this.#fit.block_tokens === null ? null : this.#forest.ids(prompt),
      };
    }
  }

  #drawFamily(): Growth {
    const place_index = this.#families_drawn % this.#families.length;
    const round = Math.floor(this.#families_drawn++ / this.#families.length);
    if (place_index === 0) this.#order = this.#mixNearby();
    const replaced = present(this.#families[place_index], "a place has a family");
    const family = present(this.#families[this.#order[place_index] ?? 0], "an order names families");
    return { family, prompts: [], place: round * this.#fit.requests + firstRequest(replaced) };
  }

  /** All families, each at most a few per cent of them away from its place. */
  #mixNearby(): number[] {
    const reach = DRIFT_RATIO * this.#families.length;
    const keys = Float64Array.from(this.#families, (_, index) => index + reach * this.#random.uniform());
    return Array.from(keys.keys()).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
  }

  /** Makes the next member of the family whose turn it is. */
  #growNext(): { prompt: number; request: number } {
    const growth = present(this.#under_way.pop(), "a family is under way");
    const { family, prompts, place } = growth;
    const member = prompts.length;
    const request = present(family.requests[member], "a family under way has a member to make");
    const prompt = this.#make(growth, member, request);
    prompts.push(prompt);
    const following = family.requests[member + 1];
    if (following !== undefined) {
      this.#under_way.push(place + following - firstRequest(family), growth);
    }
    return { prompt, request };
  }

  #make({ family, prompts }: Growth, member: number, request: number): number {
    const tokens = this.#fit.input_tokens.at(request);
    const relative = prompts[family.relatives[member] ?? -1];
    if (relative === undefined) return this.#openings.plant(prefixesOf(family.opening), tokens);
    return this.#forest.branch(relative, this.#fit.shared_blocks.at(request), tokens);
  }

  #gap(i: number): number {
    const gaps = this.#fit.requests - 1;
    if (i === 0 || gaps === 0) return 0;
    if (i % GAP_RUN === 1) {
      const moved = (i % this.#fit.requests) + (this.#random.uniform() - 0.5) * DRIFT_RATIO * gaps;
      this.#gap_from = Math.floor(Math.max(0, Math.min(moved, gaps - 1)));
    }
    // Entry 0 is before the first request and no gap.
    return this.#fit.gap_ns.at(1 + ((this.#gap_from + (i % GAP_RUN)) % gaps));
  }
}

/** Every block of a common opening ends a prefix that another prompt may have. */
function prefixesOf(opening: readonly number[]): OpeningPrefix[] {
  return opening.map((name, j) => ({ name, blocks: j + 1 }));
}

function firstRequest(family: Family): number {
  return present(family.requests[0], "a family has a first request");
}
