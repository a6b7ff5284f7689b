// What a client counted over all its streams.

export interface StreamCounters {
  events: number;
  peak_streams: number;
  connections_opened: number;
  /** Requests sent again because a kept-alive connection was dead. */
  reconnects: number;
}

export function newStreamCounters(): StreamCounters {
  return { events: 0, peak_streams: 0, connections_opened: 0, reconnects: 0 };
}
