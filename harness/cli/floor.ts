// `bun run floor`: what this machine's load client can do, against a null server in another process. A result near these
// figures says something about the client, not about the system under test.

import { openDataPlane } from "../../native/ffi/open_data_plane.ts";
import { OsClock } from "../clock/os_clock.ts";
import { formatConfigProblem } from "../config/config_problem.ts";
import { FlagReader } from "../config/flag_reader.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { type FloorOptions, measureFloors } from "./floor/floor_figures.ts";
import { renderFloor } from "./floor/floor_text.ts";
import { Progress } from "./progress.ts";

const HELP = `floor [options]

Measures this machine's load client against a null server in another process: concurrent streams and SSE events per second,
CPU per event, how late requests are sent in an open loop, and for how long the garbage collector stops the client.

  --streams N   streams at the same time (default 2000)
  --events N    events of each stream (default 50)
  --seconds S   of each open loop (default 3)
  --clients N   spread over N client processes, as load.num_clients does in a run (default 1: inside this process)
  --json        print the figures as JSON
  --help        this text

core_wait_ms is the time in which the client was ready to run and had no core: what others on this machine do to its lag.

Exit codes: 0 measured, whatever the figures are; 2 usage; 4 the native library, the null server or a client failed.
`;
const FLAGS = {
  clients: "value",
  events: "value",
  help: "switch",
  json: "switch",
  seconds: "value",
  streams: "value",
} as const;

process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<ExitCode> {
  const flags = new FlagReader(argv, FLAGS);
  if (flags.has("help")) {
    console.log(HELP);
    return EXIT.DONE;
  }
  const options: FloorOptions = {
    streams: flags.integer("streams", 1) ?? 2_000,
    events_per_stream: flags.integer("events", 1) ?? 50,
    seconds: flags.positive("seconds") ?? 3,
    num_clients: flags.integer("clients", 1) ?? 1,
  };
  if (flags.problems.length > 0) {
    for (const problem of flags.problems) console.error(formatConfigProblem(problem));
    return EXIT.USAGE;
  }
  return await floor(options, flags.has("json"));
}

async function floor(options: FloorOptions, json: boolean): Promise<ExitCode> {
  const progress = new Progress(new OsClock(), process.stderr.isTTY);
  progress.stage("preparing the native library");
  const plane = openDataPlane();
  if (!plane.ok) return fail(plane.error.detail);
  const figures = await measureFloors(options, plane.value, (stage) => progress.stage(stage));
  await plane.value.close();
  progress.end();
  if (!figures.ok) return fail(figures.error);
  console.log(json ? JSON.stringify(figures.value, null, 2) : renderFloor(figures.value));
  return EXIT.DONE;
}

function fail(detail: string): ExitCode {
  console.error(detail);
  return EXIT.STACK_FAILED;
}
