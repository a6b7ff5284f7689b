// Faults of one arm's run as spans of its time. A process that was paused is disturbed until it is resumed; one that was
// killed or lost, until the end. What is said of a process while it is disturbed belongs to the same span.

import { NS_PER_S } from "../../harness/domain/units.ts";
import type { RunEvent } from "../../harness/measure/run_event.ts";

export interface FaultSpan {
  readonly from_s: number;
  readonly to_s: number;
  /** `owner-1: kill; owner-1 was killed by SIGKILL`, as the events word it. */
  readonly what: string;
}

interface OpenSpan {
  readonly process: string;
  readonly from_s: number;
  readonly words: string[];
}

/** `events` of one arm and pair, ascending. `end_s`: of what is drawn. */
export function faultSpans(events: readonly RunEvent[], start_ns: number, end_s: number): FaultSpan[] {
  const spans: FaultSpan[] = [];
  const open = new Map<string, OpenSpan>();
  const close = ({ process, from_s, words }: OpenSpan, to_s: number): void => {
    open.delete(process);
    spans.push({ from_s, to_s, what: words.join("; ") });
  };
  for (const { kind, at_ns, detail } of events) {
    if (kind !== "fault") continue;
    const at_s = Math.min(end_s, Math.max(0, (at_ns - start_ns) / NS_PER_S));
    const words = detail.replace(/^injected /, "");
    const process = /^[^\s:]+/.exec(words)?.[0] ?? words;
    const current = open.get(process);
    if (current === undefined) open.set(process, { process, from_s: at_s, words: [words] });
    else if (words.endsWith(": resume")) close(current, at_s);
    else current.words.push(words);
  }
  for (const span of [...open.values()]) close(span, end_s);
  return spans.sort((a, b) => a.from_s - b.from_s);
}
