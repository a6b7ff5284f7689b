// The one loop: lint, types, tests, and the RDMA path in its VM, last and alone, as it takes every core there is. Ends with
// `N passed, N failed, N skipped`; the exit code is 1 when anything failed.

import process from "node:process";

interface Step {
  readonly name: string;
  readonly argv: readonly string[];
}

const STEPS: readonly Step[] = [
  { name: "biome", argv: [process.execPath, "x", "--bun", "biome", "check", "--error-on-warnings", "."] },
  { name: "tsc", argv: [process.execPath, "x", "--bun", "tsc", "--noEmit"] },
];

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const counts: Counts = { passed: 0, failed: 0, skipped: 0 };

for (const step of STEPS) {
  const ok = await runStep(step);
  if (ok) counts.passed++;
  else counts.failed++;
}
await runTests();
await runRdma();

console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed > 0 ? 1 : 0);

async function runStep({ name, argv }: Step): Promise<boolean> {
  console.log(`== ${name}`);
  const child = Bun.spawn([...argv], { stdout: "inherit", stderr: "inherit", stdin: "ignore" });
  const ok = (await child.exited) === 0;
  console.log(`${ok ? "ok" : "FAILED"} ${name}`);
  return ok;
}

/** Bun prints its summary on stderr: ` 12 pass`, ` 0 fail`, ` 1 skip`. */
async function runTests(): Promise<void> {
  console.log("== tests");
  const { text, exit_code } = await runReading("stderr", ["test", "--timeout", "180000"]);
  const count = (word: string): number =>
    Number(new RegExp(`^\\s*(\\d+) ${word}$`, "m").exec(text)?.[1] ?? 0);
  const failed = count("fail") + (/^\s*\d+ errors?$/m.test(text) ? 1 : 0);
  counts.passed += count("pass");
  counts.skipped += count("skip");
  countFailures(failed, exit_code);
  if (count("pass") === 0) counts.failed++;
}

/**
 * Its last line counts its tests; where the VM's packages are missing it counts one skip, with what to install. An emulated machine's
 * clock runs on while a busy host does not serve it, so a VM that fails is followed by one more, and both are printed.
 */
async function runRdma(): Promise<void> {
  console.log("== rdma");
  const argv = ["scripts/test_rdma.ts", "--skip-missing", "--boots", "2"];
  const { text, exit_code } = await runReading("stdout", argv);
  const last = /^(\d+) passed, (\d+) failed, (\d+) skipped$/m.exec(text);
  counts.passed += Number(last?.[1] ?? 0);
  counts.skipped += Number(last?.[3] ?? 0);
  countFailures(Number(last?.[2] ?? 0), exit_code);
}

/** A runner that dies without a summary is a failure, whatever it counted. */
function countFailures(failed: number, exit_code: number): void {
  counts.failed += failed > 0 || exit_code === 0 ? failed : 1;
}

/** Bun with these arguments; all it says is shown, and what it says on `stream` is returned too. */
async function runReading(
  stream: "stdout" | "stderr",
  argv: readonly string[],
): Promise<{ text: string; exit_code: number }> {
  const child = Bun.spawn([process.execPath, ...argv], {
    stdin: "ignore",
    stdout: stream === "stdout" ? "pipe" : "inherit",
    stderr: stream === "stderr" ? "pipe" : "inherit",
  });
  const output = child[stream];
  if (output === undefined) throw new Error("a stream that was asked for is piped");
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of output) {
    const piece = decoder.decode(chunk, { stream: true });
    process[stream].write(piece);
    text += piece;
  }
  return { text, exit_code: await child.exited };
}
