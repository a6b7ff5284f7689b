// What a process did for a request, for a timeline. Times are ns on the clock of the process.

export interface TraceSpan {
  readonly process: string;
  /** As the process names it. */
  readonly request_id: string;
  /** request: the request itself, and inside it its stages. get, put: transfers for it, which may overlap each other. */
  readonly lane: "request" | "get" | "put";
  readonly name: string;
  readonly start_ns: number;
  readonly end_ns: number;
  readonly args: Readonly<Record<string, string | number>>;
}

/** Spans of one process, and whose requests they are. */
export interface TraceLog {
  readonly spans: readonly TraceSpan[];
  /** Name of a request here → its name one process up: engines name the router's, the router the client's. */
  readonly names: Readonly<Record<string, string>>;
  /** Requests that came when the log was full, and have no span in it. */
  readonly dropped_requests: number;
}
