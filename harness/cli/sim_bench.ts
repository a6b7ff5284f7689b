// `bun run sim-bench`: how fast the simulator is on this host. Measures in a process that is set up as those are that simulate a study.

import { join } from "node:path";
import { type ConfigProblem, formatConfigProblem } from "../config/config_problem.ts";
import { FlagReader } from "../config/flag_reader.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { FIRST_REQUESTS, type SimBenchJob } from "./sim/sim_bench_job.ts";
import { SHORT_RUN_ENVIRONMENT, SIM_ENVIRONMENT } from "./sim/sim_environment.ts";

const HELP = `bun run sim-bench [--max N] [--nodes N] [--tiers T] [--trace FILE] [--json]

Measures the simulator on this host: what a request costs as their number grows, and where the time goes. A run of 60,000
requests before the first row has the code compiled, so that the rows compare.

CPU seconds are those of all threads, the compiler's and the garbage collector's too: what one core would take. µs are CPU time
behind the set-up. The first requests cost less: until the stores are full nothing is evicted, and until conversations have drifted
apart their steps are shared. More nodes cost more an event: what an event touches is no longer in the cache.
The last line says how fast the host computes and reads memory now: on a shared machine both change, and the figures with them.

  --max N       largest number of requests of the curve, which goes by tens from 1,000 (default 1000000: about a minute)
  --nodes N     engines of the curve, each a node with an owner (default 16). With 1000, a million requests take about a minute
  --tiers T     hbm, hbm+cpu (default) or hbm+cpu+disk, for curve and trace
  --trace FILE  replay a Mooncake trace on 16 engines instead of the curve: first with code that is compiled on the way, then again.
                Without JavaScriptCore's last compiler, which takes an eighth off the first run and adds a fifth to the other
  --json        results as JSON lines`;

const DEFAULT_MAX = 1_000_000;
const DEFAULT_NODES = 16;

process.exit(main(process.argv.slice(2)));

function main(argv: readonly string[]): number {
  const flags = new FlagReader(argv, {
    help: "switch",
    json: "switch",
    max: "value",
    nodes: "value",
    tiers: "value",
    trace: "value",
  });
  if (flags.has("help")) {
    console.log(HELP);
    return EXIT.DONE;
  }
  const job: SimBenchJob = {
    max: flags.integer("max", FIRST_REQUESTS) ?? DEFAULT_MAX,
    nodes: flags.integer("nodes", 1) ?? DEFAULT_NODES,
    tiers: flags.choice("tiers", ["hbm", "hbm+cpu", "hbm+cpu+disk"]) ?? "hbm+cpu",
    trace: flags.text("trace") ?? null,
    json: flags.has("json"),
  };
  if (flags.problems.length > 0) return refuse(flags.problems);
  const settings = job.trace === null ? SIM_ENVIRONMENT : SHORT_RUN_ENVIRONMENT;
  const run = Bun.spawnSync(
    [process.execPath, join(import.meta.dir, "sim", "sim_bench_process.ts"), JSON.stringify(job)],
    { env: { ...settings, ...process.env }, stdio: ["inherit", "inherit", "inherit"] },
  );
  return run.exitCode ?? EXIT.INTERRUPTED;
}

function refuse(problems: readonly ConfigProblem[]): ExitCode {
  for (const problem of problems) console.error(formatConfigProblem(problem));
  return EXIT.USAGE;
}
