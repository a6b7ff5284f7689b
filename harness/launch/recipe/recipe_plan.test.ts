import { expect, test } from "bun:test";
import { parse } from "yaml";
import { parseRecipe } from "../../config/recipe_schema.ts";
import { assert } from "../../domain/assert.ts";
import { expandText, planRecipe, type RecipePlan } from "./recipe_plan.ts";
import { type RecipeActions, runRecipe } from "./recipe_run.ts";

/** The shape of mndp.yaml. */
const RECIPE = `
model: moonshotai/Kimi-K2
mode: local
precheck: true
collect_env: true
router_port: auto
prometheus_port: 29000
pre_serve:
  - cmd: scripts/start_mooncake_master.sh --bg --enable-offload --env-file {log_dir}/mooncake_master.env
    env: {MC_LEASE_TTL: 30000}
serving:
  roles:
    - role: worker
      count: 2
      nodes_per_instance: 1
      gpus_per_node: 4
      base_port: 8200
      vllm_engine:
        repo_path: /home/\${USER}/vllm
        cmd: vllm serve {model} --port {port} -dp 4
        env: {MC_OWNER_CPU_MEM_GIB: "70"}
        health_check: {url: "http://127.0.0.1:{port}/health", timeout_s: 1800, poll_interval_s: 10}
  router:
    cmd: router --policy consistent_hash --port {router_port} --prometheus-port {prometheus_port} {worker_flags}
    health_check: {url: "http://127.0.0.1:{router_port}/health"}
  remote:
    launcher: slurm
    slurm: {partition: gb200, time_limit: "04:00:00"}
post_serve:
  - vmon: start
  - cmd: |
      for i in 1 2; do echo $$i {model}; done
  - vmon: stop
`;

function plan(text: string = RECIPE): RecipePlan {
  const parsed = parseRecipe(parse(text));
  assert(parsed.ok, parsed.ok ? "" : JSON.stringify(parsed.error));
  const planned = planRecipe(parsed.value, {
    log_dir: "/logs",
    env: { USER: "u" },
    free_ports: { router: 9001, prometheus: 9002 },
  });
  assert(planned.ok, planned.ok ? "" : planned.error.join());
  return planned.value;
}

test("every placeholder of a recipe is filled in, and ports are counted up from each role's first", () => {
  const { pre_serve, workers, router, post_serve, left_out } = plan();
  expect(pre_serve[0]?.cmd).toBe(
    "scripts/start_mooncake_master.sh --bg --enable-offload --env-file /logs/mooncake_master.env",
  );
  expect(pre_serve[0]?.env).toEqual({ MC_LEASE_TTL: "30000" });
  expect(workers.map(({ name, cmd, repo_path, health }) => [name, cmd, repo_path, health.url])).toEqual([
    [
      "worker_0",
      "vllm serve moonshotai/Kimi-K2 --port 8200 -dp 4",
      "/home/u/vllm",
      "http://127.0.0.1:8200/health",
    ],
    [
      "worker_1",
      "vllm serve moonshotai/Kimi-K2 --port 8201 -dp 4",
      "/home/u/vllm",
      "http://127.0.0.1:8201/health",
    ],
  ]);
  expect(router?.cmd).toBe(
    "router --policy consistent_hash --port 9001 --prometheus-port 29000 --worker-urls http://127.0.0.1:8200 http://127.0.0.1:8201",
  );
  expect(post_serve[0]).toMatchObject({
    cmd: "for i in 1 2; do echo $i moonshotai/Kimi-K2; done\n",
    log_path: "/logs/hook_post_serve_1.log",
  });
  expect(left_out).toEqual([
    "precheck",
    "collect_env",
    "serving.remote",
    "post_serve.0: vmon start",
    "post_serve.2: vmon stop",
  ]);
});

test("$$ is a dollar, and what the shell or JSON means by braces stays", () => {
  const { text, unknown } = expandText('$$HOME $HOME {"a": 1} $${model} {model}', { model: "m" }, {});
  expect(text).toBe('$HOME $HOME {"a": 1} $m m');
  expect(unknown).toEqual([]);
});

test("a placeholder and a variable that nobody knows are named", () => {
  expect(expandText(`{modle} \${NOBODY}`, { model: "m" }, {}).unknown).toEqual(["{modle}", `\${NOBODY}`]);
});

test("a recipe with an unknown setting is refused with its place", () => {
  const refused = parseRecipe({ model: "m", serving: { roles: [] }, pre_server: [] });
  expect(refused.ok ? [] : refused.error.map(({ path }) => path)).toEqual(["serving.roles", "recipe"]);
});

function recorder(failing: readonly string[]): RecipeActions & { readonly done: string[] } {
  const done: string[] = [];
  const act = async ({ name }: { name: string }): Promise<string | null> => {
    done.push(name);
    return failing.includes(name) ? "exited with code 1" : null;
  };
  return { done, runHook: act, startService: act, stopServices: async () => void done.push("stop") };
}

test("phases run in order", async () => {
  const actions = recorder([]);
  expect(await runRecipe(plan(), actions)).toEqual({ failures: [] });
  expect(actions.done).toEqual([
    "hook_pre_serve_0",
    "worker_0",
    "worker_1",
    "router",
    "hook_post_serve_1",
    "stop",
  ]);
});

for (const [failing, expected] of [
  ["hook_pre_serve_0", ["hook_pre_serve_0", "hook_post_serve_1", "stop"]],
  ["worker_1", ["hook_pre_serve_0", "worker_0", "worker_1", "hook_post_serve_1", "stop"]],
  ["router", ["hook_pre_serve_0", "worker_0", "worker_1", "router", "hook_post_serve_1", "stop"]],
] as const) {
  test(`when ${failing} fails, post_serve runs and everything is stopped`, async () => {
    const actions = recorder([failing]);
    expect(await runRecipe(plan(), actions)).toEqual({ failures: [`${failing}: exited with code 1`] });
    expect(actions.done).toEqual([...expected]);
  });
}
