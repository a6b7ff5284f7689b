// A synthetic trace with the statistics of a fitted one (request_shapes.ts): a smoothed bootstrap.
//
// Request i of N takes the shape of a request drawn from about the same part of the original, ± 2.5 % of its length, so that
// rates and mixes that change over the trace (a diurnal load) are kept, stretched over N. Lengths, gap and relation come from
// one shape, so they stay as correlated as they were. The relation is then built anew: among the synthetic requests about
// `back` before, the one that fits best is branched from, extended or repeated. So turns per session, shared openings and
// reuse intervals follow, and the LRU hit curve with them. `back` counts requests, so at another N reuse distances stay as they
// were; where the trace is not that long yet, it reaches back as far as there is.
//
// Gaps are taken in runs of 16 neighbours, so that bursts stay bursts.

import type { Random } from "../../harness/clock/random.ts";
import { assert } from "../../harness/domain/assert.ts";
import { PromptForest } from "./prompt_forest.ts";
import { BRANCH, EXTEND, FRESH, REPEAT, type RequestShapes } from "./request_shapes.ts";
import type { SyntheticRequest } from "./synthetic_request.ts";

const DRIFT_RATIO = 0.05;
const GAP_RUN = 16;
/** Requests looked at for one to relate to. */
const CANDIDATES = 96;

export class FittedTrace {
  readonly #shapes: RequestShapes;
  readonly #random: Random;
  readonly #requests: number;
  readonly #forest: PromptForest;
  #at_ns = 0;
  #gap_from = 0;

  constructor(shapes: RequestShapes, requests: number, random: Random) {
    assert(shapes.requests > 0, "a trace is fitted to at least one request");
    this.#shapes = shapes;
    this.#requests = requests;
    this.#random = random;
    this.#forest = new PromptForest(shapes.block_tokens ?? 1);
  }

  /** One after the other; the object is used again for the next. */
  *requests(): Generator<SyntheticRequest, void> {
    const { block_tokens, output_tokens } = this.#shapes;
    for (let i = 0; i < this.#requests; i++) {
      const shape = this.#shapeNear(i);
      this.#at_ns += this.#gap(i);
      const input_tokens = this.#place(i, shape);
      yield {
        at_ns: this.#at_ns,
        input_tokens,
        output_tokens: output_tokens.at(shape),
        hash_ids: block_tokens === null ? null : this.#forest.prompt(i),
      };
    }
  }

  /** A shape from the same part of the original. */
  #shapeNear(i: number): number {
    const { requests } = this.#shapes;
    const place = (i + 0.5) / this.#requests + (this.#random.uniform() - 0.5) * DRIFT_RATIO;
    // Reflected at both ends, so that the ends are not drawn more often than the rest.
    const inside = place < 0 ? -place : place >= 1 ? 2 - place : place;
    return Math.min(requests - 1, Math.floor(inside * requests));
  }

  #gap(i: number): number {
    if (i === 0) return 0;
    if (i % GAP_RUN === 1) this.#gap_from = this.#shapeNear(i);
    const { gap_ns, requests } = this.#shapes;
    if (requests === 1) return 0;
    // Entry 0 is before the first request and no gap.
    return gap_ns.at(1 + ((this.#gap_from + (i % GAP_RUN)) % (requests - 1)));
  }

  /** Grows the forest by request i; its input tokens. */
  #place(i: number, shape: number): number {
    const { input_tokens, shared_blocks, grown_tokens } = this.#shapes;
    const kind = this.#shapes.kind.at(shape);
    const tokens = input_tokens.at(shape);
    const earlier = kind === FRESH || i === 0 ? null : this.#earlier(i, shape, kind);
    if (earlier === null) return this.#forest.plant(tokens);
    if (kind === REPEAT) return this.#forest.repeat(earlier);
    if (kind === EXTEND) {
      const whole = this.#forest.fullBlocks(earlier);
      return this.#forest.branch(earlier, whole, this.#forest.tokens(earlier) + grown_tokens.at(shape));
    }
    return this.#forest.branch(earlier, shared_blocks.at(shape), tokens);
  }

  /** The request to relate to: nearest to `back` before i that fits; null where none has enough blocks. */
  #earlier(i: number, shape: number, kind: number): number | null {
    const back = this.#shapes.back.at(shape);
    // Not that long yet: anywhere in what there is.
    const center = back <= i ? i - back : this.#random.below(i);
    let best: number | null = null;
    let best_cost = Number.POSITIVE_INFINITY;
    const wanted = this.#shapes.shared_blocks.at(shape);
    for (let step = 0; step < CANDIDATES; step++) {
      const j = center + (step % 2 === 0 ? -step / 2 : (step + 1) / 2);
      if (j < 0 || j >= i) continue;
      const distance_cost = (step * wanted) / (4 * CANDIDATES);
      if (distance_cost >= best_cost) break;
      const cost = this.#cost(j, kind, shape) + distance_cost;
      if (cost < best_cost) {
        best = j;
        best_cost = cost;
      }
    }
    return best;
  }

  /** Blocks by which relating to j would differ from what the shape tells; infinite where it cannot be. */
  #cost(j: number, kind: number, shape: number): number {
    const forest = this.#forest;
    const wanted = this.#shapes.shared_blocks.at(shape);
    const own = kind === EXTEND ? forest.fullBlocks(j) : forest.blocks(j);
    const shared = kind === BRANCH ? wanted : own;
    if (own < wanted && kind === BRANCH) return Number.POSITIVE_INFINITY;
    if (own === 0) return Number.POSITIVE_INFINITY;
    // Blocks that some request after j has used are busier than j: as many as in the original is best.
    const busier = Math.min(this.#shapes.busier_blocks.at(shape), shared - 1);
    const too_busy = forest.isLatest(j, busier + 1) ? 0 : shared - busier;
    const too_quiet = busier > 0 && forest.isLatest(j, busier) ? busier : 0;
    return Math.abs(shared - wanted) + too_busy + too_quiet;
  }
}
