// What makes a timeline readable: tests hold every one to it.

import { NS_PER_US } from "../../harness/domain/units.ts";
import type { TraceEvent } from "./trace_event.ts";

type Slice = Extract<TraceEvent, { readonly ph: "X" }>;
type Arrow = Extract<TraceEvent, { readonly ph: "s" | "t" | "f" }>;

/** Empty when times ascend and slices nest along each track, arrows begin, end and lie in slices, and counters end at 0. */
export function traceProblems(events: readonly TraceEvent[]): string[] {
  const slices = events.filter((event): event is Slice => event.ph === "X");
  const tracks = Map.groupBy(slices, ({ pid, tid }) => `${pid}/${tid}`);
  return [
    ...[...tracks].flatMap(([track, on_track]) => trackProblems(track, on_track)),
    ...arrowProblems(events, tracks),
    ...counterProblems(events),
  ];
}

function trackProblems(track: string, slices: readonly Slice[]): string[] {
  const problems: string[] = [];
  const open_ends: number[] = [];
  let last_ns = Number.NEGATIVE_INFINITY;
  for (const slice of slices) {
    const [start_ns, end_ns] = boundsOf(slice);
    if (start_ns < last_ns) problems.push(`${track}: ${slice.name} begins before the one listed before it`);
    last_ns = start_ns;
    while ((open_ends.at(-1) ?? Number.POSITIVE_INFINITY) <= start_ns) open_ends.pop();
    if (end_ns > (open_ends.at(-1) ?? end_ns))
      problems.push(`${track}: ${slice.name} outlasts what it is in`);
    open_ends.push(end_ns);
  }
  return problems;
}

function arrowProblems(
  events: readonly TraceEvent[],
  tracks: ReadonlyMap<string, readonly Slice[]>,
): string[] {
  const arrows = events.filter(
    (event): event is Arrow => event.ph === "s" || event.ph === "t" || event.ph === "f",
  );
  return [...Map.groupBy(arrows, ({ id }) => id)].flatMap(([id, stops]) => {
    const shape = stops.map(({ ph }) => ph).join("");
    const problems = /^st*f$/.test(shape) ? [] : [`arrow ${id} is ${shape}`];
    if (stops.some(({ ts }, i) => ts < (stops[i - 1]?.ts ?? ts)))
      problems.push(`arrow ${id} goes back in time`);
    const loose = stops.filter(({ pid, tid, ts }) => {
      const at_ns = Math.round(ts * NS_PER_US);
      return !tracks.get(`${pid}/${tid}`)?.some((slice) => {
        const [start_ns, end_ns] = boundsOf(slice);
        return start_ns <= at_ns && at_ns <= end_ns;
      });
    });
    return [...problems, ...loose.map(({ ts }) => `arrow ${id} touches no slice at ${ts}`)];
  });
}

function counterProblems(events: readonly TraceEvent[]): string[] {
  const counters = events.filter((event) => event.ph === "C");
  return [...Map.groupBy(counters, ({ pid }) => pid)].flatMap(([pid, of_process]) => {
    const below = of_process.some(({ args }) => Object.values(args).some((level) => level < 0));
    const left = Object.values(of_process.at(-1)?.args ?? {}).some((level) => level !== 0);
    return below || left ? [`counters of process ${pid} fall below 0, or do not end there`] : [];
  });
}

function boundsOf({ ts, dur }: Slice): readonly [number, number] {
  const start_ns = Math.round(ts * NS_PER_US);
  return [start_ns, start_ns + Math.round(dur * NS_PER_US)];
}
