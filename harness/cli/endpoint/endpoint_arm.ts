// One arm of one pair against a server that runs already: its caches emptied where it can be asked to, then measured. What the server
// is, and what else it does, is not known here.

import type { EndpointTarget } from "../../config/endpoint_target.ts";
import { present } from "../../domain/assert.ts";
import { err, type Result } from "../../domain/result.ts";
import type { ArmOutcome, ArmRunner, ArmRunOptions, StackFailure } from "../bench/arm_runner.ts";
import type { LoadHost } from "../bench/drive_load.ts";
import { endpointTarget, openMetrics, resetServer, type ScrapedUrl } from "./endpoint_server.ts";
import { measureServer } from "./measure_server.ts";

interface EndpointArmOptions extends ArmRunOptions, LoadHost {
  readonly endpoint: EndpointTarget;
}

export function endpointArmRunner(host: LoadHost): ArmRunner {
  return async (options) => {
    const endpoint = present(options.arm.endpoint, "an arm of an endpoint run has its endpoint");
    const outcome = await runEndpointArm({ ...options, ...host, endpoint });
    return outcome.ok ? outcome : err<StackFailure>({ code: "process", message: outcome.error });
  };
}

async function runEndpointArm(options: EndpointArmOptions): Promise<Result<ArmOutcome, string>> {
  const { endpoint } = options;
  const target = endpointTarget(endpoint);
  if (!target.ok) return target;
  if (endpoint.reset_url !== null) options.onStage("emptying the server's caches");
  const reset = await resetServer(endpoint);
  if (!reset.ok) return reset;
  const urls = await openMetrics(endpoint);
  if (!urls.ok) return urls;
  return measureServer(options, {
    target: target.value,
    model: present(endpoint.model, "the model was asked for before the run"),
    urls: urls.value,
    unseen: whyUnseen(endpoint, urls.value),
    lost: new AbortController().signal,
    readRecord: (record) => record,
  });
}

/** Why nobody can tell that the server starts empty; null: a master of it tells. */
function whyUnseen({ name, reset_url }: EndpointTarget, urls: readonly ScrapedUrl[]): string | null {
  if (reset_url === null)
    return `${name} is not emptied before a run (no --reset-url): its prompts are new to it by their seed, which no run had before unless --seed says so`;
  if (urls.some(({ kind }) => kind === "master")) return null;
  return `${name} answered the reset, and no master's metrics were named that would show it empty`;
}
