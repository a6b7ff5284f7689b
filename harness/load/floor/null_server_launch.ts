// Starts the null server as a process of its own, so that client and server do not share a core's time unseen.

import { fileURLToPath } from "node:url";
import type { HttpTarget } from "../http/http_target.ts";
import type { NullServerPlan } from "./null_server.ts";

export interface NullServerProcess extends AsyncDisposable {
  readonly target: HttpTarget;
}

export async function startNullServer(plan: NullServerPlan): Promise<NullServerProcess> {
  const told = Promise.withResolvers<HttpTarget>();
  const child = Bun.spawn({
    cmd: [
      process.execPath,
      fileURLToPath(new URL("null_server_process.ts", import.meta.url)),
      JSON.stringify(plan),
    ],
    stdio: ["ignore", "ignore", "inherit"],
    serialization: "json",
    ipc: (target: HttpTarget) => told.resolve(target),
    onExit: (_child, code) => told.reject(new Error(`the null server ended with exit code ${code}`)),
  });
  const target = await told.promise;
  return {
    target,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
