// Spans of a live stack's requests: asked for before the load and read after it, with each process's clock laid on the run's.

import type { TracedProcess } from "../../../reports/perfetto/perfetto_trace.ts";
import type { Clock } from "../../clock/clock.ts";
import type { TraceAnswer } from "../../stack/trace_routes.ts";
import type { StackMember } from "./live_stack.ts";

/** The quickest of so many round trips says where a process's clock stands. */
const CLOCK_PROBES = 5;

/** Best effort: a process that does not answer has no spans. */
export async function startTraces(members: readonly StackMember[], max_requests: number): Promise<void> {
  await Promise.all(
    traced(members).map(({ url }) =>
      fetch(`${url}/trace?max_requests=${max_requests}`, { method: "POST" }).catch(() => null),
    ),
  );
}

export async function readTraces(members: readonly StackMember[], clock: Clock): Promise<TracedProcess[]> {
  const read = await Promise.all(traced(members).map((member) => readTrace(member, clock)));
  return read.filter((one) => one !== null);
}

function traced(members: readonly StackMember[]): StackMember[] {
  return members.filter(({ kind }) => kind === "router" || kind === "engine");
}

/** Null: it did not answer. */
async function readTrace({ url }: StackMember, clock: Clock): Promise<TracedProcess | null> {
  let log: TraceAnswer | null = null;
  let offset_ns = 0;
  let clock_error_ns = Number.POSITIVE_INFINITY;
  for (let probe = 0; probe < CLOCK_PROBES; probe++) {
    const asked_ns = clock.now_ns();
    const answer = await getTrace(url, probe === 0);
    const answered_ns = clock.now_ns();
    if (answer === null) return null;
    log ??= answer;
    const error_ns = (answered_ns - asked_ns) / 2;
    if (error_ns >= clock_error_ns) continue;
    clock_error_ns = error_ns;
    offset_ns = Math.round(asked_ns + error_ns - answer.now_ns);
  }
  if (log === null) return null;
  // Processes with native memory read the run's clock itself.
  const is_same = Math.abs(offset_ns) <= clock_error_ns;
  return { log, offset_ns: is_same ? 0 : offset_ns, clock_error_ns: is_same ? 0 : clock_error_ns };
}

async function getTrace(url: string, with_spans: boolean): Promise<TraceAnswer | null> {
  try {
    const response = await fetch(`${url}/trace${with_spans ? "" : "?spans=false"}`);
    if (!response.ok) return null;
    const answer: TraceAnswer = JSON.parse(await response.text());
    return answer;
  } catch {
    return null;
  }
}
