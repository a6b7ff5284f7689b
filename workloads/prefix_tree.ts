// Token sequences with their common prefixes merged, without a token in memory: a sequence is a list of stretches, each
// the first `tokens` of the stream that `key` names. Equal keys behind equal prefixes are equal tokens; different keys are
// taken to differ from their first token on.

import { assert } from "../harness/domain/assert.ts";

export interface Stretch {
  readonly key: number;
  readonly tokens: number;
}

/** A place behind a whole stretch. */
export interface PrefixNode {
  readonly node_id: number;
  readonly edges: Map<number, Edge>;
}

interface Edge {
  /** How far into the stream some sequence has gone from here. */
  longest_tokens: number;
  /** Where sequences left the stream, by tokens taken. */
  readonly ends: Map<number, PrefixNode>;
}

export interface Insertion {
  readonly end: PrefixNode;
  readonly tokens: number;
  /** Longest prefix that was in the tree already. */
  readonly shared_tokens: number;
  /** Stretches that lie wholly inside it. */
  readonly shared_stretches: number;
}

export class PrefixTree {
  #nodes = 0;
  readonly root: PrefixNode = this.#newNode();

  insert(from: PrefixNode, stretches: readonly Stretch[]): Insertion {
    let node = from;
    let tokens = 0;
    let shared_tokens = 0;
    let shared_stretches = 0;
    for (const stretch of stretches) {
      assert(stretch.tokens >= 0, "a stretch has no negative length");
      const edge = this.#edge(node, stretch.key);
      if (shared_tokens === tokens) {
        const shared = Math.min(stretch.tokens, edge.longest_tokens);
        shared_tokens += shared;
        if (shared === stretch.tokens) shared_stretches++;
      }
      tokens += stretch.tokens;
      edge.longest_tokens = Math.max(edge.longest_tokens, stretch.tokens);
      node = this.#endOf(edge, stretch.tokens);
    }
    return { end: node, tokens, shared_tokens, shared_stretches };
  }

  #edge(node: PrefixNode, key: number): Edge {
    const known = node.edges.get(key);
    if (known !== undefined) return known;
    const edge: Edge = { longest_tokens: 0, ends: new Map() };
    node.edges.set(key, edge);
    return edge;
  }

  #endOf(edge: Edge, tokens: number): PrefixNode {
    const known = edge.ends.get(tokens);
    if (known !== undefined) return known;
    const node = this.#newNode();
    edge.ends.set(tokens, node);
    return node;
  }

  #newNode(): PrefixNode {
    return { node_id: this.#nodes++, edges: new Map() };
  }
}
