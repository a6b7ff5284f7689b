import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OsClock } from "../../clock/os_clock.ts";
import { ShellRecipeActions } from "./recipe_actions.ts";
import type { RecipeCommand, RecipeServiceStep } from "./recipe_plan.ts";

const directory = mkdtempSync(join(tmpdir(), "tb-recipe-"));
afterAll(() => rmSync(directory, { recursive: true }));

function command(name: string, cmd: string): RecipeCommand {
  return { name, cmd, env: { GREETING: "hello" }, repo_path: null, log_path: join(directory, `${name}.log`) };
}

function service(name: string, cmd: string, url: string, timeout_s = 20): RecipeServiceStep {
  return { ...command(name, cmd), health: { url, timeout_s, poll_interval_s: 0.02 } };
}

test("a hook runs in a shell with its environment, and its failure names its log", async () => {
  const actions = new ShellRecipeActions(new OsClock());
  expect(await actions.runHook(command("good", "echo $GREETING"))).toBeNull();
  expect(readFileSync(join(directory, "good.log"), "utf8")).toBe("hello\n");
  expect(await actions.runHook(command("bad", "exit 3"))).toBe(
    `exited with code 3; see ${join(directory, "bad.log")}`,
  );
});

test("a service is started when its health check answers, and stopped with what it started", async () => {
  const actions = new ShellRecipeActions(new OsClock());
  const log_path = join(directory, "up.log");
  const isUp = (): boolean => existsSync(log_path) && readFileSync(log_path, "utf8").endsWith("\n");
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Response("", { status: isUp() ? 200 : 503 }),
  });
  const url = `http://127.0.0.1:${server.port}/health`;
  expect(await actions.startService(service("up", "echo $$; sleep 600 & wait", url))).toBeNull();
  await actions.stopServices();
  await server.stop(true);
  const group = Number(readFileSync(log_path, "utf8").trim());
  expect(group).toBeGreaterThan(1);
  // The last of a killed group is gone once init has taken note of its end.
  const clock = new OsClock();
  while (isAlive(group)) await clock.sleepUntil(clock.now_ns() + 1_000_000);
});

test("a service that ends, and one that never answers, are failures", async () => {
  const actions = new ShellRecipeActions(new OsClock());
  const nobody = "http://127.0.0.1:1/health";
  expect(await actions.startService(service("ends", "exit 0", nobody))).toContain("ended before");
  expect(await actions.startService(service("mute", "sleep 600", nobody, 0.1))).toContain(
    "did not answer within 0.1 s",
  );
  await actions.stopServices();
});

function isAlive(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}
