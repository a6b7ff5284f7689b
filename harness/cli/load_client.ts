// A load client as a process of its own: `bun load_client.ts`, started with an IPC channel by load/clients. It ends when the
// channel closes, so it never outlives its parent; an interruption from the keyboard is its parent's to pass on.

import { openDataPlane } from "../../native/ffi/open_data_plane.ts";
import { OsClock } from "../clock/os_clock.ts";
import { present } from "../domain/assert.ts";
import type { FromClient, ToClient } from "../load/clients/client_messages.ts";
import { serveClient } from "../load/clients/serve_client.ts";
import { PlaneClock } from "../stack/plane_clock.ts";
import { planePacer } from "./bench/plane_pacer.ts";
import { EXIT } from "./exit_code.ts";

const plane = openDataPlane();
if (!plane.ok) {
  console.error(plane.error.detail);
  process.exit(EXIT.STACK_FAILED);
}
const send = present(process.send?.bind(process), "the parent opened an IPC channel");
process.on("disconnect", () => process.exit(EXIT.DONE));
process.on("SIGINT", () => {});
serveClient(
  {
    send: (message: FromClient) => send(message),
    onMessage: (receive) => process.on("message", (message: ToClient) => receive(message)),
  },
  new PlaneClock(plane.value, new OsClock()),
  planePacer(plane.value),
);
