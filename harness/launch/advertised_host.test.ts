import { expect, test } from "bun:test";
import type { NetworkInterfaceInfo } from "node:os";
import { advertisedHost } from "./advertised_host.ts";

function ipv4(address: string, internal = false): NetworkInterfaceInfo {
  return { family: "IPv4", address, internal, netmask: "", mac: "", cidr: null };
}

test("the first global IPv4 address is advertised, never a loopback or a link-local one", () => {
  const interfaces = {
    lo: [ipv4("127.0.0.1", true)],
    eth0: [ipv4("169.254.3.4"), ipv4("10.0.0.7")],
    eth1: [ipv4("10.0.0.8")],
  };
  expect(advertisedHost(interfaces, "box")).toBe("10.0.0.7");
});

test("a host without one is advertised by its name", () => {
  expect(advertisedHost({ lo: [ipv4("127.0.0.1", true)] }, "box")).toBe("box");
});
