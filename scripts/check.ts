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
  const child = Bun.spawn([process.execPath, "test", "--timeout", "60000"], {
    stdout: "inherit",
    stderr: "pipe",
    stdin: "ignore",
  });
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stderr) {
    const piece = decoder.decode(chunk, { stream: true });
    process.stderr.write(piece);
    text += piece;
  }
  const exit_code = await child.exited;
  const count = (word: string): number =>
    Number(new RegExp(`^\\s*(\\d+) ${word}$`, "m").exec(text)?.[1] ?? 0);
  const failed = count("fail") + (/^\s*\d+ errors?$/m.test(text) ? 1 : 0);
  counts.passed += count("pass");
  counts.skipped += count("skip");
  // A runner that dies without a summary is a failure, whatever it counted.
  counts.failed += failed > 0 || exit_code === 0 ? failed : 1;
  if (count("pass") === 0) counts.failed++;
}

/**
 * Its last line counts its tests; where the VM's packages are missing it counts one skip, with what to install. An emulated machine's
 * clock runs on while a busy host does not serve it, so a VM that fails is followed by one more, and both are printed.
 */
async function runRdma(): Promise<void> {
  console.log("== rdma");
  const child = Bun.spawn([process.execPath, "scripts/test_rdma.ts", "--skip-missing", "--boots", "2"], {
    stdout: "pipe",
    stderr: "inherit",
    stdin: "ignore",
  });
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    const piece = decoder.decode(chunk, { stream: true });
    process.stdout.write(piece);
    text += piece;
  }
  const exit_code = await child.exited;
  const last = /^(\d+) passed, (\d+) failed, (\d+) skipped$/m.exec(text);
  const failed = Number(last?.[2] ?? 0);
  counts.passed += Number(last?.[1] ?? 0);
  counts.skipped += Number(last?.[3] ?? 0);
  counts.failed += failed > 0 || exit_code === 0 ? failed : 1;
}
