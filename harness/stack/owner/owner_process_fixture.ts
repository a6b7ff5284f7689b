// An owner in a process of its own, for tests that kill it. Its configuration is the one argument; it ends when stdin closes.

import { OsClock } from "../../clock/os_clock.ts";
import { assert } from "../../domain/assert.ts";
import type { OwnerProcess } from "../process_config.ts";
import { startOwner } from "./owner_server.ts";

const config = JSON.parse(process.argv[2] ?? "") as OwnerProcess;
const started = await startOwner(config, new OsClock(), (line) => process.stderr.write(`${line}\n`));
assert(started.ok, started.ok ? "" : started.error.detail);
process.stdin.on("end", () => process.exit(0)).resume();
process.stdout.write("ready\n");
