import { expect, test } from "bun:test";
import { describeAddress, parseAddress } from "./address.ts";

test("both kinds of address are read and written back", () => {
  for (const text of ["unix:/tmp/a b/s", "tcp:127.0.0.1:0", "tcp:localhost:65535"]) {
    const parsed = parseAddress(text);
    expect(parsed.ok && describeAddress(parsed.value)).toBe(text);
  }
});

test("what is no address, or a path that Linux would cut, is refused with the rule", () => {
  for (const text of ["", "unix:", "tcp:host", "tcp:host:65536", "http://x", `unix:/${"p".repeat(107)}`]) {
    const parsed = parseAddress(text);
    expect(parsed.ok ? "" : parsed.error).toStartWith("address: ");
  }
});
