import { expect, test } from "bun:test";
import { sendToChild } from "./send_to_child.ts";

function startChild() {
  return Bun.spawn([process.execPath, "-e", "process.on('message', (m) => process.send(m))"], {
    ipc: () => {},
    stdio: ["ignore", "ignore", "inherit"],
  });
}

test("a message to a process that has been killed is lost, whether or not its end is heard yet", async () => {
  const child = startChild();
  child.kill("SIGKILL");
  while (child.exitCode === null && child.signalCode === null) {
    sendToChild(child, "?");
    await new Promise(setImmediate);
  }
  await child.exited;
  expect(() => child.send("?")).toThrow("after the process has exited");
  expect(() => sendToChild(child, "?")).not.toThrow();
});

test("a message that cannot be written down is the caller's error", async () => {
  const child = startChild();
  try {
    expect(() => sendToChild(child, () => 0)).toThrow();
  } finally {
    child.kill("SIGKILL");
    await child.exited;
  }
});
