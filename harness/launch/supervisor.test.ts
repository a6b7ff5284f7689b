import { afterAll, afterEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OsClock } from "../clock/os_clock.ts";
import { describeEnd, type Ended, type ProcessSpec, Supervisor } from "./supervisor.ts";

const directory = mkdtempSync(join(tmpdir(), "tb-supervisor-"));
const started: Supervisor[] = [];

afterEach(async () => {
  for (const supervisor of started.splice(0)) await supervisor.stop(0);
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

function supervise(onEnd: (ended: Ended) => void = () => {}): Supervisor {
  const supervisor = new Supervisor(new OsClock(), onEnd);
  started.push(supervisor);
  return supervisor;
}

function script(name: string, source: string): ProcessSpec {
  return {
    name,
    argv: [process.execPath, "-e", source],
    log_path: join(directory, "logs", `${name}.log`),
    env: {},
  };
}

const SERVE = `console.error("serving"); console.log(JSON.stringify({ ready: true, http_port: 4242 })); process.stdin.resume(); setInterval(() => {}, 1000);`;
const IGNORES_TERM = `process.on("SIGTERM", () => {}); ${SERVE}`;

test("start resolves with the ready line, the log has stderr, and stop leaves nothing running", async () => {
  const supervisor = supervise();
  const process_or_failure = await supervisor.start(script("server", SERVE));
  if (!process_or_failure.ok) throw new Error(process_or_failure.error.detail);
  expect(process_or_failure.value.ready["http_port"]).toBe(4242);
  await supervisor.stop(5_000);
  expect(supervisor.running()).toEqual([]);
  expect(readFileSync(process_or_failure.value.log_path, "utf8")).toContain("serving");
});

test("a process that ends before it is ready is a failure that quotes its log", async () => {
  const outcome = await supervise().start(
    script("dies", `console.error("port 9 is taken"); process.exit(7);`),
  );
  expect(outcome.ok).toBe(false);
  if (outcome.ok) return;
  expect(outcome.error.code).toBe("exited");
  expect(outcome.error.detail).toContain("exited with code 7");
  expect(outcome.error.detail).toContain("port 9 is taken");
});

test("a program that does not exist is a failure, not an exception", async () => {
  const outcome = await supervise().start({ ...script("absent", ""), argv: ["/nonexistent/program"] });
  expect(outcome.ok).toBe(false);
});

test("a process that never says it is ready is killed at the deadline", async () => {
  const supervisor = supervise();
  const outcome = await supervisor.start(script("mute", `setInterval(() => {}, 1000);`), 300);
  expect(outcome.ok ? "ready" : outcome.error.code).toBe("timeout");
  expect(supervisor.running()).toEqual([]);
});

test("a process that ignores SIGTERM is killed after the grace", async () => {
  const supervisor = supervise();
  const outcome = await supervisor.start(script("stubborn", IGNORES_TERM));
  expect(outcome.ok).toBe(true);
  await supervisor.stop(100);
  expect(supervisor.running()).toEqual([]);
});

test("an unasked end is reported with its signal", async () => {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const supervisor = supervise(resolve);
  await supervisor.start(script("victim", SERVE));
  expect(supervisor.signal("victim", "SIGKILL")).toBe(true);
  const ended = await promise;
  expect(describeEnd(ended)).toBe("was killed by SIGKILL");
  expect(ended.expected).toBe(false);
});

const WRITES = `console.log("to stdout"); console.error("to stderr"); setInterval(() => {}, 1000);`;

test("a program that says nothing of itself is ready when its probe says so, and its log has both outputs", async () => {
  const supervisor = supervise();
  const spec = script("probed", WRITES);
  const logged = (): string => readFileSync(spec.log_path, "utf8");
  const probe = async (): Promise<boolean> => logged().includes("stdout") && logged().includes("stderr");
  const outcome = await supervisor.start({ ...spec, probe });
  expect(outcome.ok).toBe(true);
  await supervisor.stop(5_000);
  expect(supervisor.running()).toEqual([]);
});

test("a start that is interrupted stops what it began", async () => {
  const supervisor = supervise();
  const interrupt = new AbortController();
  let asked = 0;
  const probe = async (): Promise<boolean> => {
    if (++asked === 2) interrupt.abort();
    return false;
  };
  const outcome = await supervisor.start({ ...script("endless", WRITES), probe }, 60_000, interrupt.signal);
  expect(outcome).toMatchObject({ ok: false, error: { code: "interrupted", process: "endless" } });
  expect(supervisor.running()).toEqual([]);
});

test("a probed program that ends first is told with the end of its log", async () => {
  const spec = { ...script("crashes", `console.error("CUDA out of memory"); process.exit(1);`) };
  const outcome = await supervise().start({ ...spec, probe: async () => false });
  expect(outcome).toMatchObject({ ok: false, error: { code: "exited" } });
  expect(!outcome.ok && outcome.error.detail).toContain("CUDA out of memory");
});
