import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assert } from "../../harness/domain/assert.ts";
import { type CompileJob, compileOnce } from "./compiler.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync("/tmp/tierbench-test-");
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A "compiler" that notes that it ran and writes its last argument, the output. */
function fakeJob(behaviour: string): CompileJob {
  const path = join(folder, "fake-c++");
  writeFileSync(path, `#!/bin/sh\necho ran >> ${folder}/log\nfor last; do :; done\n${behaviour}\n`);
  chmodSync(path, 0o755);
  const source = join(folder, "a.cc");
  writeFileSync(source, "int a;\n");
  const compiler = { path, version: "1" };
  return {
    compiler,
    sources: [source],
    headers: [],
    flags: ["-O3"],
    output_name: "a.so",
    cache_root: join(folder, "cache"),
  };
}

function compile(job: CompileJob): string {
  const output = compileOnce(job);
  assert(output.ok, output.ok ? "" : output.error.detail);
  return output.value;
}

const runs = () => readFileSync(join(folder, "log"), "utf8").trim().split("\n").length;

test("an output is compiled once, and again when a source, flag or compiler differs", () => {
  const job = fakeJob('cat > "$last"');
  const first = compile(job);
  expect(compile(job)).toBe(first);
  expect(runs()).toBe(1);
  expect(readFileSync(first, "utf8")).toBe(`#include "${folder}/a.cc"\n`);
  const others = [
    compile({ ...job, flags: ["-O0"] }),
    compile({ ...job, compiler: { ...job.compiler, version: "2" } }),
  ];
  writeFileSync(join(folder, "a.cc"), "int b;\n");
  others.push(compile(job));
  expect(new Set([first, ...others]).size).toBe(4);
  expect(runs()).toBe(4);
});

test("processes that want the same output at once compile it once", async () => {
  const job = fakeJob('cat > "$last"; sleep 0.3');
  const script = `import { compileOnce } from ${JSON.stringify(join(import.meta.dir, "compiler.ts"))};
    process.stdout.write(JSON.stringify(compileOnce(${JSON.stringify(job)})));`;
  const children = [1, 2, 3].map(() =>
    Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" }),
  );
  const printed = await Promise.all(children.map((child) => new Response(child.stdout).text()));
  const output = compile(job);
  expect(printed).toEqual(Array(3).fill(JSON.stringify({ ok: true, value: output })));
  expect(runs()).toBe(1);
});

test("a failure carries the compiler's message and leaves no output", () => {
  const job = fakeJob('echo "a.cc:1: error: no" >&2; exit 1');
  const first = compileOnce(job);
  expect(first.ok ? "" : first.error.code).toBe("compile_failed");
  expect(first.ok ? "" : first.error.detail).toContain("a.cc:1: error: no");
  expect(compileOnce(job).ok).toBe(false);
  expect(runs()).toBe(2);
});

test("a cache that cannot be made says where", () => {
  const job = fakeJob('cat > "$last"');
  const output = compileOnce({ ...job, cache_root: job.sources[0] ?? "" });
  expect(output.ok ? "" : output.error.code).toBe("cache_unwritable");
  expect(output.ok ? "" : output.error.detail).toContain(`${folder}/a.cc`);
});
