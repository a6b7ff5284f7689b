// The network contract over libfabric's tcp provider on this host, each suite in a process of its own: libfabric 1.17 can crash the
// process that it is closed in, which is then that suite's failure and no other's.

import { join } from "node:path";
import { type TestCount, testCount } from "./test_count.ts";

const ROOT = join(import.meta.dir, "..", "..");
const SUITES = ["tcp_contract.ts", "tcp_data_plane.ts"];

/** `onText`: what they said, suite by suite. */
export function testTcpProvider(onText: (text: string) => void): TestCount {
  const counts = SUITES.map((suite) => runSuite(suite, onText));
  return {
    passed: counts.reduce((sum, { passed }) => sum + passed, 0),
    skipped: counts.reduce((sum, { skipped }) => sum + skipped, 0),
    failed: counts.flatMap(({ failed }) => failed),
  };
}

function runSuite(suite: string, onText: (text: string) => void): TestCount {
  const run = Bun.spawnSync([process.execPath, "test", "--timeout", "180000", `./scripts/rdma_vm/${suite}`], {
    cwd: ROOT,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const output = `${run.stdout}${run.stderr}`;
  onText(output.trimEnd());
  const count = testCount(output);
  if (run.exitCode === 0 || count.failed.length > 0) return count;
  return { ...count, failed: [`${suite} ended with ${run.signalCode ?? run.exitCode}`] };
}
