// The rules of the Chrome trace JSON format (the "Trace Event Format" document, JSON object form) as far as our events need
// them, checked on the text of a file and not on our types: what is wrong here a viewer drops or misplaces in silence.
// What makes a good timeline beyond that is in trace_problems.ts.

import { NS_PER_US } from "../../harness/domain/units.ts";

interface Fields {
  readonly [name: string]: unknown;
}

type Rule = (value: unknown) => boolean;

const isText: Rule = (value) => typeof value === "string" && value !== "";
/** Viewers read these ids as 32-bit integers, and pid 0 as the idle process. */
const isPid: Rule = (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) < 2 ** 31;
const isTid: Rule = (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 31;
/** µs; a viewer keeps nanoseconds in 64 bits. */
const isTime: Rule = (value) => Number.isFinite(value) && Number(value) >= 0 && Number(value) < 2 ** 53;
const isArgs: Rule = (value) =>
  isFields(value) && Object.values(value).every((one) => typeof one === "string" || Number.isFinite(one));
const isLevels: Rule = (value) =>
  isFields(value) && Object.keys(value).length > 0 && Object.values(value).every(Number.isFinite);

const PLACE = { pid: isPid, tid: isTid };
const FLOW = {
  ...PLACE,
  name: isText,
  cat: isText,
  id: Number.isInteger,
  ts: isTime,
  bp: (value: unknown) => value === "e",
};

/** Exactly these fields, by phase. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  M: { ...PLACE, name: isText, args: isArgs },
  X: { ...PLACE, name: isText, cat: isText, ts: isTime, dur: isTime, args: isArgs },
  C: { ...PLACE, name: isText, ts: isTime, args: isLevels },
  s: FLOW,
  t: FLOW,
  f: FLOW,
};

const METADATA = new Set(["process_name", "process_sort_index", "thread_name"]);

/** Empty when the text is such a file. */
export function traceFormatProblems(text: string): string[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return [`not JSON: ${error instanceof Error ? error.message : String(error)}`];
  }
  if (!isFields(json) || !Array.isArray(json["traceEvents"])) return ["no list of traceEvents"];
  const unit = json["displayTimeUnit"];
  const events: readonly unknown[] = json["traceEvents"];
  const malformed = events.flatMap((event, i) =>
    eventProblems(event).map((problem) => `event ${i}: ${problem}`),
  );
  if (malformed.length > 0) return malformed;
  const checked = events.filter(isFields);
  return [
    ...(unit === "ms" || unit === "ns" ? [] : [`displayTimeUnit is ${String(unit)}`]),
    ...nameProblems(checked),
    ...flowProblems(checked),
  ];
}

function eventProblems(event: unknown): string[] {
  if (!isFields(event)) return ["no object"];
  const rules = FIELDS[String(event["ph"])];
  if (rules === undefined) return [`phase ${String(event["ph"])} is none of ours`];
  const wrong = Object.entries(rules).filter(([name, rule]) => !rule(event[name]));
  const unknown = Object.keys(event).filter((name) => name !== "ph" && rules[name] === undefined);
  const is_other = event["ph"] === "M" && !METADATA.has(String(event["name"]));
  return [
    ...wrong.map(([name]) => `${name} is ${JSON.stringify(event[name])}`),
    ...unknown.map((name) => `${name} is no field of ${String(event["ph"])}`),
    ...(is_other ? [`${String(event["name"])} is no metadata of ours`] : []),
  ];
}

/** Every process and every track with slices is named once, before anything happens on it. */
function nameProblems(events: readonly Fields[]): string[] {
  const named = new Set<string>();
  const problems: string[] = [];
  for (const { ph, name, pid, tid } of events) {
    const process = `process ${String(pid)}`;
    const track = `track ${String(pid)}/${String(tid)}`;
    if (ph === "M" && name !== "process_sort_index") {
      const whose = name === "process_name" ? process : track;
      if (named.has(whose)) problems.push(`${whose} is named twice`);
      named.add(whose);
    } else if (ph !== "M") {
      const needed = ph === "C" ? [process] : [process, track];
      problems.push(...needed.filter((whose) => !named.has(whose)).map((whose) => `${whose} has no name`));
    }
  }
  return [...new Set(problems)];
}

/**
 * Viewers join the ends of a flow by category, name and id, and attach each to the slice that is open at its time: one that
 * has begun, and has not ended.
 */
function flowProblems(events: readonly Fields[]): string[] {
  const slices = Map.groupBy(
    events.filter(({ ph }) => ph === "X"),
    trackOf,
  );
  const flows = events.filter(({ ph }) => ph === "s" || ph === "t" || ph === "f");
  const by_id = Map.groupBy(flows, ({ id }) => id);
  return [...by_id].flatMap(([id, ends]) => {
    const labels = new Set(ends.map(({ cat, name }) => `${String(cat)} ${String(name)}`));
    const count = (phase: string): number => ends.filter(({ ph }) => ph === phase).length;
    const times = ends.map(({ ts }) => Number(ts));
    const start_ts = Number(ends.find(({ ph }) => ph === "s")?.["ts"]);
    const finish_ts = Number(ends.find(({ ph }) => ph === "f")?.["ts"]);
    const loose = ends.filter(
      (end) => !slices.get(trackOf(end))?.some((slice) => isOpenAt(slice, Number(end["ts"]))),
    );
    return [
      ...(labels.size === 1 ? [] : [`flow ${String(id)} has ${labels.size} names`]),
      ...(count("s") === 1 && count("f") === 1
        ? []
        : [`flow ${String(id)} has ${count("s")} starts and ${count("f")} ends`]),
      ...(start_ts === Math.min(...times) && finish_ts === Math.max(...times)
        ? []
        : [`flow ${String(id)} does not run from its start to its end`]),
      ...loose.map(
        ({ ph, ts }) => `flow ${String(id)}: no slice is open at its ${String(ph)} at ${String(ts)}`,
      ),
    ];
  });
}

function isOpenAt({ ts, dur }: Fields, at_us: number): boolean {
  const start_ns = toNs(ts);
  const at_ns = toNs(at_us);
  return start_ns <= at_ns && (at_ns < start_ns + toNs(dur) || at_ns === start_ns);
}

function toNs(us: unknown): number {
  return Math.round(Number(us) * NS_PER_US);
}

function trackOf({ pid, tid }: Fields): string {
  return `${String(pid)}/${String(tid)}`;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
