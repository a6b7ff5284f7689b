// What files of conversations have in common: a JSON array, one element a conversation.

import type { ConfigProblem } from "../../harness/config/config_problem.ts";
import { conversationRequests, type Message } from "./conversation.ts";
import { jsonItems } from "./json_items.ts";
import { RowFields } from "./row_fields.ts";
import type { TraceRow, TraceSource } from "./trace_format.ts";

export interface ConversationShape {
  /** `conversations` or `messages`. */
  readonly list_field: string;
  /** Null where the rule for messages is broken; the problem is then among the fields' problems. */
  readonly toMessage: (fields: RowFields) => Message | null;
}

export function* conversationRows(source: TraceSource, shape: ConversationShape): Generator<TraceRow, void> {
  const items = jsonItems(source.path);
  const ids = new Set<string>();
  for (let item = items.next(); ; item = items.next()) {
    if (item.done === true) {
      if (!item.value) yield wrong([cutOff(source.path)]);
      return;
    }
    const where = `${source.path}:${item.value.line_number}`;
    yield* conversation(where, item.value.text, source, shape, ids);
  }
}

function* conversation(
  where: string,
  text: string,
  source: TraceSource,
  shape: ConversationShape,
  ids: Set<string>,
): Generator<TraceRow, void> {
  const fields = fieldsOf(text);
  if (fields === null) return yield wrong([notAnObject(where, text)]);
  const checked = new RowFields(where, fields);
  const session_id = checked.id("id");
  if (ids.has(session_id)) checked.problem("id", "must be another for every conversation", session_id);
  ids.add(session_id);
  const list = fields[shape.list_field];
  if (!Array.isArray(list)) checked.problem(shape.list_field, "must be a list of messages", list);
  const messages = Array.isArray(list) ? messagesOf(where, list, shape, checked) : [];
  if (checked.problems.length > 0) return yield wrong(checked.problems);
  const requests = conversationRequests(session_id, messages, source.block_tokens);
  if (requests.length === 0) yield { kind: "left_out", reason: "conversation in which nothing is answered" };
  for (const request of requests) yield { kind: "request", request };
}

function messagesOf(
  where: string,
  list: readonly unknown[],
  { list_field, toMessage }: ConversationShape,
  checked: RowFields,
): Message[] {
  return list.flatMap((entry, i) => {
    const at = `${list_field}[${i}]`;
    const fields = typeof entry === "object" && entry !== null ? { ...entry } : null;
    if (fields === null) checked.problem(at, "must be a message", entry);
    const message_fields = new RowFields(`${where}: ${at}`, fields ?? {});
    const message = fields === null ? null : toMessage(message_fields);
    checked.problems.push(...message_fields.problems);
    return message === null ? [] : [message];
  });
}

function fieldsOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    const is_object = typeof value === "object" && value !== null && !Array.isArray(value);
    return is_object ? { ...value } : null;
  } catch {
    return null;
  }
}

function wrong(problems: readonly ConfigProblem[]): TraceRow {
  return { kind: "wrong", problems };
}

function notAnObject(where: string, text: string): ConfigProblem {
  const next_step = "Correct or remove the conversation, or use --on-error skip.";
  return { path: where, rule: "must be one JSON object", got: text, next_step };
}

function cutOff(path: string): ConfigProblem {
  const next_step = "Fetch the file again; it may have been cut off.";
  return { path, rule: "must be a JSON array that ends with ]", got: "another end", next_step };
}
