// Entry point of every process of the embedded stack: `bun harness/cli/serve.ts <config.json>`.
// Says `{"ready":true,"http_port":…}` on stdout once it serves, logs to stderr, and stops in order on SIGTERM, SIGINT or when
// its stdin closes, which is how it notices that the harness is gone.

import { readFileSync } from "node:fs";
import { OsClock } from "../clock/os_clock.ts";
import type { Result } from "../domain/result.ts";
import { startEngine } from "../stack/engine/engine_server.ts";
import { startMaster } from "../stack/master/master_server.ts";
import { startOwner } from "../stack/owner/owner_server.ts";
import type { Log, ProcessConfig, RunningProcess } from "../stack/process_config.ts";
import { startRouter } from "../stack/router/router_server.ts";
import type { StartError } from "../stack/start_error.ts";
import type { SharedSecret } from "../wire/shared_secret.ts";
import { readSharedSecret } from "./shared_secret_file.ts";

const clock = new OsClock();
const log: Log = (line) => console.error(`${clock.wallTime()} ${line}`);

const config_path = process.argv[2];
if (config_path === undefined) {
  console.error(
    "serve: needs the path of a process configuration. The harness starts this; see harness/stack/process_config.ts.",
  );
  process.exit(2);
}

const config = JSON.parse(readFileSync(config_path, "utf8")) as ProcessConfig;
const secret = readSharedSecret();
if (!secret.ok) {
  console.error(`${config.name}: ${secret.error}`);
  process.exit(2);
}
const started = await start(config, secret.value);
if (!started.ok) {
  console.error(`${config.name}: ${started.error.detail}`);
  process.exit(4);
}

const running = started.value;
let stopping = false;

process.on("SIGTERM", () => void end("SIGTERM"));
process.on("SIGINT", () => void end("SIGINT"));
process.stdin.on("end", () => void end("the harness is gone"));
process.stdin.on("error", () => void end("the harness is gone"));
process.stdin.resume();
console.log(JSON.stringify({ ready: true, http_port: running.http_port, pid: process.pid }));

async function end(why: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  log(`${config.name} stops: ${why}`);
  await running.stop();
  process.exit(0);
}

function start(
  config: ProcessConfig,
  secret: SharedSecret | null,
): Promise<Result<RunningProcess, StartError>> {
  switch (config.kind) {
    case "master":
      return startMaster(config, clock, log, secret);
    case "owner":
      return startOwner(config, clock, log, secret);
    case "engine":
      return startEngine(config, clock, log, secret);
    case "router":
      return startRouter(config, clock, log);
  }
}
