// Keeps each source of impurity in its one room, and files small. Comments and strings are stripped before looking.

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "..");

interface Rule {
  readonly what: string;
  readonly pattern: RegExp;
  /** Path prefixes where it may stand. */
  readonly rooms: readonly string[];
  /** Looks at the source with its strings (imports are strings). */
  readonly in_strings?: true;
}

const RULES: readonly Rule[] = [
  { what: "Date.now", pattern: /\bDate\.now\b/, rooms: ["harness/clock/"] },
  { what: "new Date()", pattern: /\bnew Date\(\)/, rooms: ["harness/clock/"] },
  { what: "performance.now", pattern: /\bperformance\.now\b/, rooms: ["harness/clock/"] },
  { what: "process.hrtime", pattern: /\bprocess\.hrtime\b|\bBun\.nanoseconds\b/, rooms: ["harness/clock/"] },
  { what: "setTimeout", pattern: /\bset(Timeout|Interval)\b|\bBun\.sleep/, rooms: ["harness/clock/"] },
  {
    what: "Math.random",
    pattern: /\bMath\.random\b|\brandomUUID\b|\bgetRandomValues\b/,
    rooms: ["harness/clock/"],
  },
  {
    what: "process.env",
    pattern: /\bprocess\.env\b|\bBun\.env\b/,
    rooms: ["harness/config/", "harness/cli/", "harness/launch/"],
  },
  { what: "bun:ffi", pattern: /"bun:ffi"/, rooms: ["native/ffi/"], in_strings: true },
  { what: "console", pattern: /\bconsole\./, rooms: ["harness/cli/"] },
  { what: "zod", pattern: /from "zod"/, rooms: ["harness/config/"], in_strings: true },
  { what: "bun:sqlite", pattern: /"bun:sqlite"/, rooms: ["harness/study/"], in_strings: true },
];

/** Tests may wait and look at the clock; scripts print. */
const files = [...new Bun.Glob("{harness,workloads,native,reports}/**/*.ts").scanSync(ROOT)]
  .filter((file) => !/\.test\.ts$|_contract\.ts$|_fixture\.ts$/.test(file))
  .sort();

const LONGEST_FILE_LINES = 400;

test("the scan saw the tree", () => {
  expect(files.length).toBeGreaterThan(40);
});

for (const rule of RULES) {
  test(`${rule.what} stands only in ${rule.rooms.join(", ")}`, () => {
    const wrong = files.filter(
      (file) => !rule.rooms.some((room) => file.startsWith(room)) && rule.pattern.test(sourceOf(file, rule)),
    );
    expect(wrong).toEqual([]);
  });
}

test("the core is pure: it names no process, no file, no socket", () => {
  const impure = /"node:|\bBun\.|\bprocess\.|\bfetch\(/;
  const core = files.filter((file) => file.startsWith("harness/core/") || file.startsWith("harness/domain/"));
  expect(core.length).toBeGreaterThan(20);
  expect(core.filter((file) => impure.test(withoutComments(read(file))))).toEqual([]);
});

test(`no file is longer than ${LONGEST_FILE_LINES} lines`, () => {
  const long = files.filter((file) => read(file).split("\n").length > LONGEST_FILE_LINES);
  expect(long).toEqual([]);
});

test("no default exports, no barrels, no markers of unfinished work", () => {
  const wrong = files.filter((file) => {
    const source = read(file);
    return (
      /^export default/m.test(source) ||
      /^export \* from/m.test(source) ||
      /\b(TODO|FIXME|XXX|HACK)\b/.test(source)
    );
  });
  expect(wrong).toEqual([]);
});

test("the stripping keeps code and drops comments and strings", () => {
  const source = 'const a = "Date.now"; // Date.now\nb(); /* Date.now */ c(`Date.now`);';
  expect(withoutStrings(withoutComments(source)).includes("Date.now")).toBe(false);
  expect(withoutComments("f(Date.now())")).toContain("Date.now");
});

function sourceOf(file: string, rule: Rule): string {
  const source = withoutComments(read(file));
  return rule.in_strings === true ? source : withoutStrings(source);
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|[^:"'`])\/\/.*$/gm, "$1");
}

function withoutStrings(source: string): string {
  return source.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g, '""');
}
