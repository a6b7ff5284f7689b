import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OsClock } from "../../clock/os_clock.ts";
import { parseBenchOptions } from "../../config/bench_options.ts";
import { present } from "../../domain/assert.ts";
import { NO_FLOOR_IN_SIM } from "../../measure/machine_floor.ts";
import { recordCell } from "../bench/record_cell.ts";
import { armContext } from "../bench/recorded_run.ts";
import { planRun, type RunContext } from "../bench/run_context.ts";
import { Progress } from "../progress.ts";
import type { SimCellAnswer } from "./sim_cell_process.ts";
import { SimCellWorkers } from "./sim_cell_workers.ts";
import { simArmRunner } from "./sim_runner.ts";

let out_dir = "";
beforeEach(() => {
  out_dir = mkdtempSync(join(tmpdir(), "tb-cells-"));
});
afterEach(() => rmSync(out_dir, { recursive: true, force: true }));

/** The second arm of a small A/B. */
function cellContext(): RunContext {
  const settings = ["workload.sessions=4", "workload.turns=2"].flatMap((setting) => ["--set", setting]);
  const args = ["1p1d", "--ab", "preferred_segment", "--runtime", "sim", "--workload", "multi_turn"];
  const options = parseBenchOptions([...args, ...settings], { runtimes: ["sim"] });
  if (!options.ok || options.value === "help") throw new Error("the arguments are valid");
  const context = planRun(options.value);
  if (!context.ok) throw new Error("the run can be planned");
  const { plan, schedule } = context.value;
  return armContext(
    context.value,
    "cell",
    present(plan.arms[1], "an A/B has two arms"),
    schedule.slice(0, 1),
  );
}

function recordsOf(answer: SimCellAnswer): string {
  if (!answer.ok) throw new Error(answer.error.message);
  return readFileSync(join(answer.value.run_path, "requests.jsonl"), "utf8");
}

test("a cell that another process simulates has the values and records of one simulated here, one cell after the other", async () => {
  const context = cellContext();
  const os_clock = new OsClock();
  const here = await recordCell({
    context,
    host: { clock: os_clock, runArm: simArmRunner(null), floor: NO_FLOOR_IN_SIM },
    os_clock,
    progress: new Progress(os_clock, false),
    signal: new AbortController().signal,
    out_dir: join(out_dir, "here"),
    argv: [],
  });
  await using workers = new SimCellWorkers(1);
  for (const place of ["first", "second"]) {
    const there = await workers.run({ context, out_dir: join(out_dir, place), argv: [] });
    expect(there.ok && there.value.values).toEqual(here.ok && here.value.values);
    expect(recordsOf(there)).toBe(recordsOf(here));
  }
  expect(recordsOf(here).split("\n")).toHaveLength(9); // 4 sessions of 2 turns, and the end of the last line
}, 180_000);

test("a simulation that dies is a failure that says what it died of", async () => {
  await using workers = new SimCellWorkers(1);
  // A context without a plan breaks the process.
  const { plan: _, ...broken } = cellContext();
  const answer = await workers.run({ context: broken as RunContext, out_dir, argv: [] });
  expect(answer.ok || answer.error.message).toMatch(
    /ended in the middle of its work .exit code 1.:[\s\S]*TypeError/,
  );
}, 180_000);
