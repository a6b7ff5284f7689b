// A request that the null server understands: asks for `events` tokens.

import type { SsePost } from "../http/sse_client.ts";

export function nullRequest(events: number, deadline_ns: number, onEvent: SsePost["onEvent"]): SsePost {
  const body = JSON.stringify({ prompt: [1], max_tokens: events });
  return { path: "/v1/completions", headers: {}, body, deadline_ns, onEvent };
}
