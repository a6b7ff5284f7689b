// For tests: a load client that ends when its load starts.

import { present } from "../../domain/assert.ts";
import type { FromClient, ToClient } from "./client_messages.ts";

const send = present(process.send?.bind(process), "the parent opened an IPC channel");
const tell = (message: FromClient): void => void send(message);
process.on("disconnect", () => process.exit(0));
process.on("message", (message: ToClient) => {
  if (message.kind === "load") tell({ kind: "ready" });
  if (message.kind === "start") process.exit(9);
});
tell({ kind: "up" });
