// A launch-and-bench recipe as its file has it (spec: vigil_recipe.md), with defaults filled in.

export interface RecipeHook {
  readonly cmd: string;
  /** A checkout whose `.venv/bin`, if it has one, leads PATH. */
  readonly repo_path: string | null;
  readonly env: { readonly [name: string]: string };
}

export interface RecipeService extends RecipeHook {
  readonly health_check: {
    readonly url: string;
    readonly timeout_s: number;
    readonly poll_interval_s: number;
  };
}

export interface RecipeRole {
  readonly role: string;
  readonly count: number;
  readonly nodes_per_instance: number;
  readonly gpus_per_node: number;
  readonly base_port: number;
  readonly vllm_engine: RecipeService;
}

export interface Recipe {
  readonly model: string;
  readonly mode: "local";
  readonly precheck: boolean;
  readonly collect_env: boolean;
  readonly router_port: "auto" | number;
  readonly prometheus_port: "auto" | number;
  readonly pre_serve: readonly RecipeHook[];
  readonly serving: {
    readonly roles: readonly RecipeRole[];
    readonly router: RecipeService | null;
    readonly remote: {
      readonly launcher: "slurm";
      readonly slurm: {
        readonly partition: string | null;
        readonly time_limit: string | null;
        readonly nodelist: string | null;
        readonly grace_period_s: number | null;
      };
    } | null;
  };
  readonly post_serve: readonly (RecipeHook | { readonly vmon: "start" | "stop" })[];
}
