import { expect, test } from "bun:test";
import { LIBRARY_VARIABLE, requesterArgv } from "./mooncake_install.ts";

test("requesters are the wheel's Python unless the user names a library", () => {
  const [python = "", script = ""] = requesterArgv("/venv", {});
  expect([python, script.endsWith("mooncake_requester.py")]).toEqual(["/venv/bin/python", true]);
  const argv = requesterArgv("/venv", { [LIBRARY_VARIABLE]: "/opt/libmooncake_store.so" });
  expect(argv[0]).toBe(process.execPath);
  expect(argv[1]).toEndWith("mooncake_library_requester.ts");
  expect(argv[2]).toBe("/opt/libmooncake_store.so");
});
