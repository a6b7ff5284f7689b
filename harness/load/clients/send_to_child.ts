import type { Subprocess } from "bun";

/**
 * Sends over the IPC channel of a process that may have died. What is said to a dead one is lost: its channel closes before its end
 * is heard, and whoever started it learns of the end from `onDisconnect` or `exited`.
 */
export function sendToChild(child: Subprocess, message: unknown): void {
  try {
    child.send(message);
  } catch (error) {
    const is_closed = error instanceof Error && "code" in error && error.code === "ERR_IPC_CHANNEL_CLOSED";
    if (!is_closed) throw error;
  }
}
