// `/metrics` of a simulated stack: written by the same renderers and read by the same parser as those of live processes.

import { present } from "../../domain/assert.ts";
import type { ProcessScrape } from "../../measure/arm_run.ts";
import { parsePrometheusText, type Samples } from "../../measure/prometheus_text.ts";
import type { SimEngine } from "../../sim/sim_engine.ts";
import type { SimOwner } from "../../sim/sim_owner.ts";
import type { SimStack } from "../../sim/sim_stack.ts";
import { renderEngineMetrics } from "../../stack/engine/engine_metrics.ts";
import { masterMetrics } from "../../stack/master/master_metrics.ts";
import { type OwnerDiskMetrics, ownerMetrics } from "../../stack/owner/owner_metrics.ts";

export interface SimScrape extends Pick<ProcessScrape, "process" | "kind" | "role"> {
  readonly samples: Samples;
}

/** In the order masters, owners, engines. */
export async function scrapeSimulation(stack: SimStack): Promise<readonly SimScrape[]> {
  const { masters, owners, engines } = stack;
  const pages: { scrape: Omit<SimScrape, "samples">; page: Response }[] = [];
  for (const master of masters) {
    pages.push({
      scrape: { process: master.name, kind: "master", role: null },
      page: masterMetrics(master.stats()),
    });
  }
  for (const owner of owners) {
    const process = owner.config.client_id;
    pages.push({ scrape: { process, kind: "owner", role: null }, page: ownerPage(owner) });
  }
  for (const engine of engines) {
    const { engine_name, role } = engine.config.core;
    pages.push({ scrape: { process: engine_name, kind: "engine", role }, page: enginePage(engine) });
  }
  return Promise.all(
    pages.map(async ({ scrape, page }) => {
      const parsed = parsePrometheusText(await page.text());
      return { ...scrape, samples: present(parsed.ok ? parsed.value : null, "our own metrics can be read") };
    }),
  );
}

function enginePage(engine: SimEngine): Response {
  const { engine_name, node, model } = engine.config.core;
  const snapshot = engine.snapshot();
  return renderEngineMetrics({
    model_name: model.model_name,
    engine_name,
    node,
    snapshot,
    // A simulated step ends when its model says.
    steps: {
      timed_steps: snapshot.steps,
      step_modelled_ns: snapshot.busy_ns,
      step_overrun_ns: 0,
      step_overrun_ns_max: 0,
    },
    failed_releases: 0,
    store: engine.store?.counts() ?? null,
    native: engine.store?.native?.() ?? null,
    operations: engine.core.storeOperations(),
    moved: [],
  });
}

function ownerPage({ config, failed_pings, remounts, disk }: SimOwner): Response {
  const { segment_name, segment_bytes } = config.segment;
  const disk_metrics: OwnerDiskMetrics | null = disk && {
    tier: disk.snapshot(),
    disk_errors: 0,
    failed_heartbeats: disk.failed_heartbeats,
    read_latency: disk.read_latency,
    write_latency: disk.write_latency,
  };
  return ownerMetrics({ segment_name, segment_bytes, failed_pings, remounts, disk: disk_metrics });
}
