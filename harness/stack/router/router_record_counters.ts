// What a recording holds and what it lacks; on the router's /metrics while it records.

export class RouterRecordCounters {
  /** Each ends as one of rows, unanswered_requests, unreadable_requests and lost_rows. */
  requests = 0;
  /** Written to the file. */
  rows = 0;
  /** Refused, failed, or left before the first token of an answer. */
  unanswered_requests = 0;
  /** Several prompts in one request, or none. */
  unreadable_requests = 0;
  /** The disk failed or did not keep up, or a table of the recorder is full. */
  lost_rows = 0;
  failed_writes = 0;
  /** Of the answers that tell usage.prompt_tokens: theirs, and what the recorder counts for the same prompts. */
  server_prompt_tokens = 0;
  counted_prompt_tokens = 0;
}
