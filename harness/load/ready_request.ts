// A request that is made ready, and not due yet: what is left is to write its bytes.

import type { RequestError } from "../domain/request_record.ts";
import type { Result } from "../domain/result.ts";
import type { Conversation } from "./openai/conversation.ts";
import type { ScheduledRequest } from "./sources/load_source.ts";

export interface ReadyRequest {
  readonly scheduled: ScheduledRequest;
  /** The one it continues. */
  readonly conversation: Conversation;
  /** On the run's monotonic clock. */
  readonly intended_ns: number;
  /** Prompt length as the workload counts it; stands for input_tokens when no usage came. */
  readonly planned_tokens: number;
  /** Token ids in the request; null for text, whose length only the server knows. */
  readonly sent_tokens: number | null;
  /** The server is told to answer with just so many tokens, not with so many at most. */
  readonly is_length_forced: boolean;
  /** Head and body, or why there are none. */
  readonly bytes: Result<Buffer, RequestError>;
}
