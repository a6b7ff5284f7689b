import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownNumaNode } from "./numa_node.ts";

const sys = mkdtempSync(join(tmpdir(), "tierbench-numa-"));
afterAll(() => rmSync(sys, { recursive: true }));
for (const [node, cpulist] of ["0-3,8-11", "4-7,12-15"].entries()) {
  const folder = join(sys, "devices/system/node", `node${node}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "cpulist"), `${cpulist}\n`);
}

function status(cpus: string, memory_nodes: string): string {
  return `Name:\tbun\nCpus_allowed_list:\t${cpus}\nMems_allowed:\tff\nMems_allowed_list:\t${memory_nodes}\n`;
}

test("a process whose memory may lie on one node is there", () => {
  expect(ownNumaNode(status("0-15", "1"), sys)).toEqual({ ok: true, value: 1 });
});

test("a process whose CPUs are of one node has its memory there, by first touch", () => {
  expect(ownNumaNode(status("5,12-13", "0-1"), sys)).toEqual({ ok: true, value: 1 });
  // CPU 8 is node 0's, between those of node 1.
  expect(ownNumaNode(status("8", "0-1"), sys)).toEqual({ ok: true, value: 0 });
});

test("a process that may run anywhere is on no one node, and says so", () => {
  const spread = ownNumaNode(status("0-15", "0-1"), sys);
  expect(spread.ok ? "" : spread.error).toContain("nodes 0, 1");
  expect(ownNumaNode("", join(sys, "none"))).toEqual({ ok: false, error: "the kernel does not say" });
});
