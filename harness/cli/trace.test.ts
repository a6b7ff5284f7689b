// The command as a user runs it: in a process of its own.

import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const directory = mkdtempSync(join(tmpdir(), "tierbench-trace-cli-"));
afterAll(() => rmSync(directory, { recursive: true }));

const TRACE = join(directory, "trace.jsonl");
const row = (timestamp: number, input_length: number, hash_ids: readonly number[]): string =>
  `${JSON.stringify({ timestamp, input_length, output_length: 5, hash_ids })}\n`;
writeFileSync(TRACE, row(0, 1_000, [0, 1]) + row(2_000, 1_500, [0, 2, 3]) + row(3_000, 1_000, [0, 1]));

function run(...argv: string[]) {
  const { exitCode, stdout, stderr } = Bun.spawnSync([
    process.execPath,
    join(import.meta.dir, "trace.ts"),
    ...argv,
  ]);
  return { exit_code: exitCode, out: stdout.toString(), err: stderr.toString() };
}

test("hits prints the ratio at the capacities asked for", () => {
  const { exit_code, out } = run("hits", TRACE, "--capacity-tokens", "512,2048", "--json");
  expect(exit_code).toBe(0);
  // 7 blocks. Block 0 hits twice from one block on; block 1 is behind 0, 2 and 3: from four on.
  expect(JSON.parse(out).at.map((at: { block_ratio: number }) => at.block_ratio)).toEqual([2 / 7, 3 / 7]);
});

test("inspect says what is in a trace, as JSON and as charts", () => {
  const svg_dir = join(directory, "svg");
  const { exit_code, out } = run("inspect", TRACE, "--json", "--svg", svg_dir);
  expect(exit_code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    format: "mooncake",
    requests: 3,
    input_tokens: 3_500,
    // The second prompt goes on where the first one's full block ends; the third is no longer than it.
    sessions: { count: 2, source: "found" },
    arrivals: { last_s: 3, requests_per_s: 1 },
    contents: { references: 7, distinct: 4, roots: 1 },
  });
  const charts = readdirSync(svg_dir);
  expect(charts).toContain("hit_curve.svg");
  for (const name of charts) expect(readFileSync(join(svg_dir, name), "utf8")).toStartWith("<svg");
});

test("inspect sets two traces side by side, as JSON, as tables and as one page", () => {
  const other = join(directory, "other.jsonl");
  // The same prompts, the last one first: block 0 and 1 are seen again at once, so the curves part at one block.
  writeFileSync(other, row(0, 1_000, [0, 1]) + row(2_000, 1_000, [0, 1]) + row(3_000, 1_500, [0, 2, 3]));
  const page = join(directory, "page.html");
  const { distance, with: beside } = JSON.parse(run("inspect", TRACE, "--with", other, "--json").out);
  expect(distance.ks).toMatchObject({ input_tokens: 0, gap_ms: 0 });
  // At two blocks the first trace hits block 0 twice, the second block 0 twice and block 1 once: 1 of 7 references.
  expect(distance.hit_curve).toEqual({ points: expect.closeTo(100 / 7, 9), at_capacity_tokens: 1_024 });
  expect(beside).toMatchObject({ file: other, requests: 3 });
  const { out } = run("inspect", TRACE, "--with", other, "--report", page);
  expect(out).toContain("14.29 at 1,024 tokens: beyond 2");
  const html = readFileSync(page, "utf8");
  expect(html).toContain("<h1>trace.jsonl and other.jsonl</h1>");
  expect(html.match(/<svg /g)?.length).toBe(7);
});

test("convert, slice and scale write what the next command reads", () => {
  const timed = join(directory, "timed.jsonl");
  expect(run("convert", TRACE, "--to", "timed_trace", "-o", timed).exit_code).toBe(0);
  const cut = join(directory, "cut.jsonl");
  expect(run("slice", timed, "--from-s", "2", "-o", cut).exit_code).toBe(0);
  const slow = join(directory, "slow.jsonl");
  expect(run("scale", cut, "--time", "2", "--output", "3", "--to", "mooncake", "-o", slow).exit_code).toBe(0);
  const [first, second, ...more] = readFileSync(slow, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(first).toMatchObject({ timestamp: 0, input_length: 1_500, output_length: 15 });
  expect(second).toMatchObject({ timestamp: 2_000, input_length: 1_000, output_length: 15 });
  expect([first.hash_ids.length, second.hash_ids.length, more.length]).toEqual([3, 2, 0]);
});

test("synth writes as many requests as asked, like a file or a preset, and says how near it came", () => {
  const out = join(directory, "synthetic.jsonl");
  const like_file = run("synth", "--like", TRACE, "--requests", "30", "-o", out, "--json");
  expect(JSON.parse(like_file.out)).toMatchObject({
    requests: 30,
    distance: { hit_curve: { points: expect.any(Number) } },
  });
  expect(readFileSync(out, "utf8").trim().split("\n").length).toBe(30);
  const page = join(directory, "synthetic.html");
  expect(run("synth", "--like", TRACE, "--requests", "3", "-o", out, "--report", page).exit_code).toBe(0);
  expect(readFileSync(page, "utf8")).toContain("<h1>original and synthetic</h1>");
  const like_preset = run("synth", "--like", "rag", "--requests", "10", "-o", out, "--seed", "4");
  expect(like_preset.exit_code).toBe(0);
  expect(like_preset.out).toContain("Source: popularity as RAGCache reports it");
});

test("a wrong record ends the command with file, line and field, and leaves no output behind", () => {
  const wrong = join(directory, "wrong.jsonl");
  writeFileSync(
    wrong,
    `${row(0, 5, [1])}{"timestamp": 1, "input_length": 5, "output_length": "x", "hash_ids": [1]}\n`,
  );
  const out = join(directory, "never.jsonl");
  const failed = run("convert", wrong, "--to", "mooncake", "-o", out);
  expect([failed.exit_code, existsSync(out)]).toEqual([2, false]);
  expect(failed.err).toStartWith(
    `${wrong}:2: output_length: must be a whole number of tokens, at least 1, got "x".`,
  );
  const skipped = run("convert", wrong, "--to", "mooncake", "-o", out, "--on-error", "skip", "--json");
  expect(JSON.parse(skipped.out)).toMatchObject({ requests: 1, skipped: 1 });
  expect(skipped.err).toStartWith("1 wrong records were passed over");
});

test.each([
  [["frob"], "command: must be a known name"],
  [["hits"], "FILE: must be given"],
  [["hits", TRACE, "--capacity-tokens", "1,x"], "--capacity-tokens: must be whole numbers of tokens"],
  [["inspect", TRACE, "--formt", "azure"], "--formt: is not an option"],
  [["convert", TRACE, "-o", TRACE, "--to", "azure"], "-o: must be another file than the one read"],
  [["convert", TRACE, "-o", "x"], "--to: must be given"],
  [["synth", "--like", "agentik", "--requests", "2", "-o", "x"], "--like: must be a trace file or a preset"],
  [["synth"], "--like: must be given"],
  [
    ["synth", "--like", "rag", "--requests", "2", "-o", "x", "--report", "y", "--no-compare"],
    "--report: must not go",
  ],
  [["synth", "--like", "rag", "--requests", "0", "-o", "x"], "--requests: must be an integer of 1 or more"],
  [["inspect", TRACE, "--with", "/nowhere.jsonl"], "/nowhere.jsonl: must be a readable file"],
])("usage errors exit with 2 and say what to do: %j", (argv, problem) => {
  const { exit_code, err } = run(...argv);
  expect(exit_code).toBe(2);
  expect(err).toStartWith(problem);
});

test("conversations without times are refused where a format needs them", () => {
  const talk = join(directory, "talk.json");
  const messages = [
    { role: "user", content: "Hi" },
    { role: "assistant", content: "Ho" },
  ];
  writeFileSync(talk, JSON.stringify([{ id: "a", messages }]));
  const out = join(directory, "talk.jsonl");
  expect(run("convert", talk, "--to", "azure", "-o", out).err).toContain(
    "must have times to be written as azure",
  );
  expect(run("convert", talk, "--to", "mooncake", "-o", out).exit_code).toBe(0);
  expect(JSON.parse(readFileSync(out, "utf8"))).toMatchObject({ session_id: "a", output_length: 1 });
});
