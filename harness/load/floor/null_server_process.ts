// The null server as a process of its own: `bun null_server_process.ts <plan as JSON>`, started with an IPC channel. Tells
// its target over that channel and ends when the channel closes, so it never outlives its parent.

import { OsClock } from "../../clock/os_clock.ts";
import { present } from "../../domain/assert.ts";
import { NullServer, type NullServerPlan } from "./null_server.ts";

const plan: NullServerPlan = JSON.parse(present(process.argv[2], "the plan is the first argument"));
const server = new NullServer(plan, new OsClock());
const send = present(process.send?.bind(process), "the parent opened an IPC channel");
process.on("disconnect", () => process.exit(0));
send(server.target);
