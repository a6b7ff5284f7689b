// Processes of other hosts, by an `srun` on PATH that notes what it is asked for and runs it here.

import { afterAll, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OsClock } from "../../clock/os_clock.ts";
import type { LostProcess } from "../stack_launcher.ts";
import type { LaunchStep } from "../vllm/vllm_plan.ts";
import { commandOnHost } from "./cluster_hosts.ts";
import { ClusterProcesses } from "./cluster_processes.ts";

const directory = mkdtempSync(join(tmpdir(), "tb-srun-"));
const NOTES = join(directory, "notes");
const path_before = process.env["PATH"];
writeFileSync(
  join(directory, "srun"),
  `#!/bin/sh
echo "$4 $6 $7" >> "${NOTES}"
while [ "\${1#--}" != "$1" ]; do shift; done
exec "$@"
`,
);
chmodSync(join(directory, "srun"), 0o755);
process.env["PATH"] = `${directory}:${path_before ?? ""}`;

afterAll(() => {
  process.env["PATH"] = path_before;
  rmSync(directory, { recursive: true, force: true });
});

const HOST = { address: "node-b", is_head: false };

function step(name: string, script: string): LaunchStep {
  return {
    ...{ name, kind: "engine" as const, role: "both" as const, host: HOST, url: null, ready: "", notes: [] },
    command: commandOnHost({ argv: ["sh", "-c", script], env: { GREETING: "hello" } }, HOST),
    directories: [join(directory, `own_${name}`)],
  };
}

function processes(onLost: (lost: LostProcess) => void = () => {}): ClusterProcesses {
  const clock = new OsClock();
  return new ClusterProcesses({ clock, log_dir: directory, signal: new AbortController().signal, onLost });
}

test("a process of another host is started there with its environment and directory, and both are gone after it", async () => {
  const running = processes();
  const own = join(directory, "own_engine");
  const engine = step("engine", `echo "$GREETING" > ${own}/said; exec sleep 1000`);
  const said = join(own, "said");
  const probe = async (): Promise<boolean> => existsSync(said) && readFileSync(said, "utf8") === "hello\n";
  expect(await running.start(engine, 30_000, probe)).toMatchObject({ ok: true });
  await running.stop(["engine"], 5_000);
  expect(existsSync(own)).toBe(false);
  expect(readFileSync(NOTES, "utf8").trim().split("\n")).toEqual([
    "--nodelist=node-b mkdir -p",
    "--nodelist=node-b env GREETING=hello",
    "--nodelist=node-b rm -rf",
  ]);
});

test("one start that fails ends the others that are under way", async () => {
  const running = processes();
  const waits = running.start(step("waits", "exec sleep 1000"), 60_000, async () => false);
  const fails = await running.start(step("fails", "exit 3"), 60_000, async () => false);
  expect(fails).toMatchObject({ ok: false, error: { code: "exited" } });
  running.giveUp();
  expect(await waits).toMatchObject({ ok: false, error: { code: "interrupted" } });
  await running.stop(["waits", "fails"], 5_000);
});

test("a process that nobody stopped is reported as lost", async () => {
  const lost = Promise.withResolvers<LostProcess>();
  const running = processes(lost.resolve);
  const gate = join(directory, "gate");
  const dies = step("dies", `until [ -e ${gate} ]; do sleep 0.05; done; exit 7`);
  expect(await running.start(dies, 30_000, async () => true)).toMatchObject({ ok: true });
  writeFileSync(gate, "");
  expect(await lost.promise).toMatchObject({ name: "dies", how: "exited with code 7" });
  await running.stop(["dies"], 5_000);
});
