// A file format of traces: how it is recognised and how its rows become requests. One file a format beside this one.

import type { ConfigProblem } from "../../harness/config/config_problem.ts";
import type { TraceFormatName } from "../../harness/config/trace_format_name.ts";
import type { TraceRequest } from "../trace/trace_request.ts";
import type { TraceOpening } from "./trace_opening.ts";

export interface TraceFormat {
  readonly name: TraceFormatName;
  /** What the file looks like, in a line of help. */
  readonly looks_like: string;
  /** Tokens of a hashed block where the user does not say; null: the format has no hashes. */
  readonly block_tokens: number | null;
  readonly recognises: (opening: TraceOpening) => boolean;
  /** In the order of the file, reading as it goes. Throws what the file system throws. */
  readonly rows: (source: TraceSource) => Generator<TraceRow, void>;
}

export interface TraceSource {
  readonly path: string;
  /** block_tokens of the format, or what the user set in its place; 0 where the format has no hashes. */
  readonly block_tokens: number;
  /** For formats that describe distributions to draw from. */
  readonly seed: number;
}

export type TraceRow =
  | { readonly kind: "request"; readonly request: TraceRequest }
  /** A record against the format's rules. */
  | { readonly kind: "wrong"; readonly problems: readonly ConfigProblem[] }
  /** A sound record that is no request, such as a logged failure. */
  | { readonly kind: "left_out"; readonly reason: string };
