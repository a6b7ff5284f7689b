// The main job on the real Mooncake store, in a network namespace of its own.

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { findMooncake } from "../../launch/mooncake/mooncake_install.ts";
import { openPrivateNetwork } from "../../launch/mooncake/mooncake_network.ts";
import type { RunSummary, ValidityCheck } from "../../measure/run_summary.ts";
import { BenchRuns, leftBehind, readFinishedRun, SMALL } from "./bench_fixture.ts";

setDefaultTimeout(180_000);

const runs = new BenchRuns();
afterAll(() => runs[Symbol.dispose]());

/** Those on timing say something of the machine that runs this test. */
function failedChecks(summary: RunSummary | null): readonly ValidityCheck[] {
  const timing = /schedule lag|token events at once|clear of this machine's floor/;
  return summary?.validity.filter(({ check, ok }) => ok === false && !timing.test(check)) ?? [];
}

async function whyNot(): Promise<string | null> {
  const installed = findMooncake();
  if (!installed.ok) return installed.error;
  const network = await openPrivateNetwork();
  await network?.close();
  return network === null ? "no network namespace can be made here" : null;
}

const why_not = await whyNot();

describe.skipIf(why_not !== null)(
  `bench on the real Mooncake${why_not === null ? "" : `: ${why_not}`}`,
  () => {
    test("both stores serve the same hits and take the same keys; the ledger balances, nothing is left", async () => {
      const bench = runs.start("1p1d", "--ab", "store=embedded,mooncake", "--pairs", "1", ...SMALL);
      await bench.exited;
      const { stderr } = await bench.output();
      const { summary, manifest, records } = readFinishedRun(bench.out_dir);
      expect(failedChecks(summary)).toEqual([]);
      expect(stderr).not.toContain("failed");
      expect(records.every(({ error }) => error === null)).toBe(true);
      const [embedded, mooncake] = summary?.arms ?? [];
      expect(embedded?.ledger.balanced).toBe(true);
      expect(mooncake?.ledger.balanced).toBe(true);
      expect(mooncake?.store.put_keys).toEqual(embedded?.store.put_keys as number);
      expect(Number(mooncake?.tiers.cpu.hit_tokens)).toBeGreaterThan(0);
      expect(mooncake?.tiers.miss.tokens).toEqual(embedded?.tiers.miss.tokens as number);
      expect([mooncake?.stale_reads, mooncake?.corrupt_reads]).toEqual([0, 0]);
      expect(mooncake?.store.offloaded_keys).toMatchObject({
        na: expect.stringContaining("mooncake_master"),
      });
      expect(manifest.real.join(" ")).toContain("arm store=mooncake: the store is the real Mooncake");
      expect(leftBehind(bench.pid)).toEqual([]);
    });

    test("Ctrl-C leaves no process of the store", async () => {
      const bench = runs.start("1p1d", "--store", "mooncake", "--ab", "none", "--pairs", "1", ...SMALL);
      let store: readonly string[] = [];
      while (store.length < 3) {
        await Bun.sleep(50);
        store = storeProcesses(bench.pid);
      }
      bench.interrupt();
      expect(await bench.exited).toBe(130);
      expect(leftBehind(bench.pid)).toEqual([]);
      expect(store.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
    });
  },
);

/** Pids of the master and the owners that a bench has started. */
function storeProcesses(bench_pid: number): readonly string[] {
  const found = Bun.spawnSync(["pgrep", "-P", String(bench_pid), "-f", "mooncake_(master|client)"]);
  return found.stdout.toString().split("\n").filter(Boolean);
}
