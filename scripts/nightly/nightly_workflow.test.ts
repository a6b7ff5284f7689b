// The nightly's schedules, as far as they can be tried without GitHub and without a timer: the workflow's own steps in a clean
// clone, and the systemd units by systemd's own checker.

import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";

const ROOT = join(import.meta.dir, "../..");
const WORKFLOW = join(ROOT, ".github/workflows/nightly.yml");
const SUITE = "suite.yaml";

interface Step {
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

const workflow: { readonly jobs: { readonly nightly: { readonly steps: readonly Step[] } } } = parse(
  readFileSync(WORKFLOW, "utf8"),
);
const { steps } = workflow.jobs.nightly;

test("what the workflow keeps between nights is what its night writes", () => {
  const commands = steps.flatMap(({ run }) => run ?? []).join("\n");
  const cached = steps.flatMap((step) =>
    step.uses?.startsWith("actions/cache/") ? [step.with?.["path"]] : [],
  );
  expect(cached).toEqual([".nightly/nightly.sqlite", ".nightly/nightly.sqlite"]);
  expect(commands).toContain("--history .nightly/nightly.sqlite");
  const artifact = steps.find(({ uses }) => uses?.startsWith("actions/upload-artifact"));
  expect(artifact?.with?.["path"]).toBe(".nightly");
  expect(commands).toContain("--out .nightly/");
});

/** A night of one small scenario, by the workflow's own command. */
const SMALL_SUITE = `
name: small
pairs: 2
metrics: [ttft_ms_mean]
scenarios:
  - { name: small, topology: 1p1d, set: { workload.name: multi_turn, workload.sessions: 4, workload.turns: 2 } }
`;

/** A default that a change of the code makes worse: what crosses between nodes takes 20 ms longer. */
const SLOWER = {
  file: "harness/config/arm_schema.ts",
  from: "latency_us: z.number().min(0).default(50)",
  to: "latency_us: z.number().min(0).default(20_050)",
};

const in_checkout = existsSync(join(ROOT, ".git"));
test.skipIf(!in_checkout)(
  `in a clean copy of the checkout the workflow's commands are quiet, alarm when the code gets slower, and are quiet once that is accepted${in_checkout ? "" : " (skipped: no git checkout)"}`,
  () => {
    const clone = mkdtempSync(join(tmpdir(), "tb-workflow-"));
    try {
      copyTracked(clone);
      writeFileSync(join(clone, SUITE), SMALL_SUITE);
      expect(runJob(clone, "").status).toBe(0);
      const second = runJob(clone, "");
      expect([second.status, second.summary.split("\n")[0]]).toEqual([
        0,
        expect.stringMatching(/^## Nightly 2 \(small, sim, .*: no regression$/),
      ]);

      const source = readFileSync(join(clone, SLOWER.file), "utf8");
      expect(source.split(SLOWER.from)).toHaveLength(2);
      writeFileSync(join(clone, SLOWER.file), source.replace(SLOWER.from, SLOWER.to));
      const slower = runJob(clone, "");
      expect(slower.status).toBe(1);
      expect(slower.summary).toMatch(
        /^- small ttft_ms_mean: \+.* against night 1, confirmed by a second run$/m,
      );

      const accepted = runJob(clone, "the link is slower since the move");
      expect([accepted.status, accepted.summary.split("\n")[0]]).toEqual([
        0,
        expect.stringMatching(/^## Nightly 4 .*: no regression$/),
      ]);
      const dashboard = readFileSync(join(clone, ".nightly/runs/nightly.html"), "utf8");
      expect(dashboard).toContain("the link is slower since the move");
    } finally {
      rmSync(clone, { recursive: true, force: true });
    }
  },
  60_000,
);

interface JobDone {
  /** Of the first step that failed, as on GitHub; 0: all succeeded. */
  readonly status: number | null;
  readonly summary: string;
}

/** The steps of the job that are commands; `accept`: the input of that name. */
function runJob(clone: string, accept: string): JobDone {
  const summary = join(clone, "summary.md");
  rmSync(summary, { force: true });
  const inputs = { RUNTIME: "sim", SUITE, REASON: accept, GITHUB_STEP_SUMMARY: summary };
  for (const { run, if: condition = "" } of steps) {
    if (run === undefined || (condition.includes("inputs.accept") && accept === "")) continue;
    const { status } = spawnSync("bash", ["-eo", "pipefail", "-c", run], {
      cwd: clone,
      env: { ...process.env, ...inputs },
    });
    if (status !== 0) return { status, summary: existsSync(summary) ? readFileSync(summary, "utf8") : "" };
  }
  return { status: 0, summary: readFileSync(summary, "utf8") };
}

/** What git would check out with the changes of the working tree, and the packages, which CI fetches. */
function copyTracked(clone: string): void {
  const listed = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
  });
  for (const path of listed.stdout.toString().split("\0")) {
    if (path !== "" && existsSync(join(ROOT, path))) cpSync(join(ROOT, path), join(clone, path));
  }
  for (const fetched of ["node_modules", ".tools"]) {
    if (existsSync(join(ROOT, fetched))) spawnSync("ln", ["-s", join(ROOT, fetched), join(clone, fetched)]);
  }
}

const checker = Bun.which("systemd-analyze");
test.skipIf(checker === null)(
  `systemd accepts the service and its timer${checker === null ? " (skipped: no systemd-analyze here)" : ""}`,
  () => {
    const dir = mkdtempSync(join(tmpdir(), "tb-units-"));
    try {
      for (const unit of ["tierbench-nightly.service", "tierbench-nightly.timer"]) {
        const text = readFileSync(join(import.meta.dir, unit), "utf8");
        writeFileSync(join(dir, unit), text.replaceAll("%h/tierbench", ROOT));
      }
      const verified = spawnSync(
        "systemd-analyze",
        ["verify", "--user", join(dir, "tierbench-nightly.service"), join(dir, "tierbench-nightly.timer")],
        { env: { ...process.env, XDG_RUNTIME_DIR: dir }, encoding: "utf8" },
      );
      expect([verified.status, verified.stderr]).toEqual([0, ""]);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
);

test("the cron line runs the script that is there", () => {
  const line = readFileSync(join(import.meta.dir, "crontab"), "utf8")
    .split("\n")
    .find((text) => text !== "" && !text.startsWith("#"));
  expect(line).toMatch(/^\d+ \d+ \* \* \* \$HOME\/tierbench\/scripts\/nightly\/night$/);
  expect(spawnSync("sh", ["-n", join(import.meta.dir, "night")]).status).toBe(0);
});
