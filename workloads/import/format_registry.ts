// All formats, in the order in which they are tried: those that a file can be told by most surely come first.

import { AZURE } from "./azure_format.ts";
import { BAILIAN } from "./bailian_format.ts";
import { BURSTGPT } from "./burstgpt_format.ts";
import { GENERATE_CONVERSATIONS } from "./generate_conversations_format.ts";
import { MOONCAKE } from "./mooncake_format.ts";
import { OPENAI_CHAT } from "./openai_chat_format.ts";
import { SHAREGPT } from "./sharegpt_format.ts";
import { TIMED_TRACE } from "./timed_trace_format.ts";
import type { TraceFormat } from "./trace_format.ts";

export const TRACE_FORMATS: readonly TraceFormat[] = [
  GENERATE_CONVERSATIONS,
  SHAREGPT,
  OPENAI_CHAT,
  BURSTGPT,
  AZURE,
  BAILIAN,
  MOONCAKE,
  TIMED_TRACE,
];
