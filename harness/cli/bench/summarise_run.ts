// From the outcomes of all arms and pairs to summary.json: arms, comparisons, validity.

import { Random } from "../../clock/random.ts";
import type { SloConfig } from "../../config/arm_config.ts";
import { configDifferences } from "../../config/config_diff.ts";
import { usesDisk } from "../../config/uses_disk.ts";
import { present } from "../../domain/assert.ts";
import type { Tier } from "../../domain/tier.ts";
import { summariseArm } from "../../measure/arm_summary.ts";
import { type ArmOnFloor, checkAboveFloor } from "../../measure/checks/above_floor.ts";
import { checkArmsHaveRequests } from "../../measure/checks/arms_have_requests.ts";
import { notApplicable } from "../../measure/checks/check_result.ts";
import { checkClientNotSaturated } from "../../measure/checks/client_not_saturated.ts";
import { checkErrorRatio } from "../../measure/checks/error_ratio.ts";
import { checkLedger } from "../../measure/checks/ledger_balances.ts";
import { checkNothingElseServed } from "../../measure/checks/nothing_else_served.ts";
import { checkOfferedLoad, offeredLoad } from "../../measure/checks/offered_load.ts";
import { checkOnlyFactorDiffers } from "../../measure/checks/only_factor_differs.ts";
import { checkPromptLengths } from "../../measure/checks/prompt_lengths.ts";
import { checkProofOfLoad, type TierUnderTest } from "../../measure/checks/proof_of_load.ts";
import { checkReads } from "../../measure/checks/reads_are_right.ts";
import { checkScheduleLag } from "../../measure/checks/schedule_lag.ts";
import { checkWithinCeiling } from "../../measure/checks/within_ceiling.ts";
import { checkColdStart } from "../../measure/cold_start.ts";
import { endpointTiers } from "../../measure/endpoint_tiers.ts";
import type { MachineFloor } from "../../measure/machine_floor.ts";
import { na } from "../../measure/measured.ts";
import { peakEventRate } from "../../measure/peak_event_rate.ts";
import {
  type ArmSummary,
  type LatencyObjectives,
  type Measured,
  type RunSummary,
  SUMMARY_SCHEMA_VERSION,
  type ValidityCheck,
} from "../../measure/run_summary.ts";
import { isValid } from "../../measure/validity.ts";
import { DEFAULT_MIN_EFFECT_PCT, DEFAULT_MIN_EFFECT_POINTS } from "../../stats/verdict.ts";
import { compareArms } from "../../study/compare_arms.ts";
import type { ArmOutcome } from "./arm_runner.ts";
import type { PlannedLoad } from "./planned_load.ts";
import type { RunContext } from "./run_context.ts";
import { realAndModelled } from "./run_manifest.ts";

/** One arm's outcomes, one a pair. */
export interface ArmOutcomes {
  readonly arm_index: number;
  readonly outcomes: readonly ArmOutcome[];
}

export function summariseRun(
  context: RunContext,
  floor: Measured<MachineFloor>,
  arms: readonly ArmOutcomes[],
  planned: PlannedLoad,
): RunSummary {
  const { plan, options, base_seed } = context;
  const summaries = arms.map(({ arm_index, outcomes }) => {
    const { name, factors, config } = present(plan.arms[arm_index], "an outcome belongs to an arm");
    const summary = summariseArm({
      name,
      factors,
      block_tokens: config.engine.block_tokens,
      keys_per_block: config.engine.tp_size,
      theoretical_hit_ratio: isInWords(context) ? CEILING_IN_WORDS : planned.theoretical_hit_ratio,
      objectives: objectivesOf(config.slo),
      runs: outcomes.map((outcome) => outcome.run),
    });
    return isOutside(context) ? asSeenFromOutside(summary, outcomes) : summary;
  });
  const validity = checkRun(context, floor, arms, summaries, planned);
  const { real, modelled } = realAndModelled(context);
  return {
    schema_version: SUMMARY_SCHEMA_VERSION,
    scenario: plan.scenario,
    runtime: options.runtime,
    valid: isValid(validity),
    validity,
    arms: summaries,
    comparisons:
      plan.factor_name === null
        ? []
        : compareArms(
            arms.map(({ arm_index, outcomes }) => ({
              name: plan.arms[arm_index]?.name ?? "",
              runs: outcomes.map((outcome) => outcome.run),
            })),
            {
              factor: plan.factor_name,
              min_effect_pct: DEFAULT_MIN_EFFECT_PCT,
              min_effect_points: DEFAULT_MIN_EFFECT_POINTS,
              noise: options.noise,
              random: new Random(base_seed).fork("comparison"),
            },
          ),
    real,
    modelled,
  };
}

function objectivesOf({ ttft_ms, tpot_ms, e2el_ms }: SloConfig): LatencyObjectives {
  return {
    ...(ttft_ms === null ? {} : { ttft_ms }),
    ...(tpot_ms === null ? {} : { tpot_ms }),
    ...(e2el_ms === null ? {} : { e2el_ms }),
  };
}

const CEILING_IN_WORDS = na("the ceiling is of the workload's tokens, and the server counts its own");

/** Prompts travel as text to a server with a tokenizer of its own. */
function isInWords({ plan, options }: RunContext): boolean {
  const { load } = present(plan.arms[0], "a plan has a baseline").config;
  return isOutside({ options }) && load.prompt_as === "chat";
}

/** Engines are known by what they serve, not from the inside. */
function isOutside({ options }: Pick<RunContext, "options">): boolean {
  return options.runtime === "endpoint" || options.runtime === "cluster";
}

/** A server's inside is what its metrics say, and its ledger has one witness. */
function asSeenFromOutside(summary: ArmSummary, outcomes: readonly ArmOutcome[]): ArmSummary {
  const runs = outcomes.map((outcome) => outcome.run);
  return { ...summary, tiers: endpointTiers(runs, summary.tiers), ledger: { balanced: null, rows: [] } };
}

function checkRun(
  context: RunContext,
  floor: Measured<MachineFloor>,
  arms: readonly ArmOutcomes[],
  summaries: readonly ArmSummary[],
  workload: PlannedLoad,
): ValidityCheck[] {
  const { plan } = context;
  const { validity, load } = present(plan.arms[0], "a plan has a baseline").config;
  const outcomes = arms.flatMap((arm) => arm.outcomes);
  const planned = arms[0]?.outcomes.reduce((sum, { load }) => sum + load.planned_requests, 0) ?? 0;
  return [
    checkArmsHaveRequests(summaries, planned),
    checkErrorRatio(summaries, validity.error_ratio_max),
    checkColdStart(outcomes.map((outcome) => outcome.cold_start)),
    ...(isOutside(context)
      ? outsideChecks(arms, summaries, context, workload)
      : insideChecks(summaries, context)),
    checkScheduleLag(summaries, validity.schedule_lag_p99_ms_max),
    ...(load.arrivals === "closed" ? [] : [checkOfferedLoad(offeredLoads(context, arms))]),
    checkClientNotSaturated(
      arms.flatMap(({ arm_index, outcomes }) =>
        outcomes.map(({ load }) => ({
          arm: plan.arms[arm_index]?.name ?? "",
          merge_ratio: load.merge_ratio,
        })),
      ),
    ),
    ...(context.options.runtime === "sim"
      ? []
      : [
          checkAboveFloor(
            summaries.map((arm, i) => ({ arm, ...peakOf(arms[i]) })),
            floor,
            validity,
          ),
        ]),
  ];
}

/** Of stacks that this program knows from the inside. */
function insideChecks(summaries: readonly ArmSummary[], context: RunContext): ValidityCheck[] {
  const { plan } = context;
  const keeps_old_kv = plan.arms.filter(({ config }) => config.engine.weight_reset !== "hard");
  return [
    checkDeclaredFactor(context),
    checkLedger(summaries),
    checkReads(summaries, new Set(keeps_old_kv.map(({ name }) => name))),
    checkWithinCeiling(summaries),
    checkProofOfLoad(summaries, tiersUnderTest(context)),
  ];
}

/** A deployment differs by what the factor means for it (config/cluster_levels.ts), which is all that its arm differs by. */
function checkDeclaredFactor({ plan }: RunContext): ValidityCheck {
  return checkOnlyFactorDiffers(
    configDifferences(plan.arms.map((arm) => arm.config)),
    plan.factor_path === null ? [] : [plan.factor_path],
  );
}

/** Of engines that are seen from outside. */
function outsideChecks(
  arms: readonly ArmOutcomes[],
  summaries: readonly ArmSummary[],
  context: RunContext,
  { requests, prompt_tokens }: PlannedLoad,
): ValidityCheck[] {
  const { plan } = context;
  // The ceiling counts whole blocks; a server with smaller ones serves up to a block more of each prompt.
  const { block_tokens } = present(plan.arms[0], "a plan has a baseline").config.engine;
  const slack = (requests * (block_tokens - 1)) / prompt_tokens;
  const served = arms.map(({ arm_index, outcomes }) => ({
    name: plan.arms[arm_index]?.name ?? "",
    runs: outcomes.map(({ run }) => run),
  }));
  return [
    checkNothingElseServed(served),
    checkPromptLengths(summaries, {
      travel_as: isInWords(context) ? "chat" : "tokens",
      planned_tokens: prompt_tokens,
    }),
    notApplicable("client, engines and store count the same", "the client alone counts all of it"),
    context.options.runtime === "cluster"
      ? checkDeclaredFactor(context)
      : notApplicable(
          "arms differ only in the declared factor",
          "servers are measured as they are: what else differs between them is not known",
        ),
    notApplicable(
      "no block that was read was stale or corrupt",
      "a server's KV bytes are not seen from outside",
    ),
    checkWithinCeiling(summaries, slack),
    context.options.runtime === "cluster"
      ? checkProofOfLoad(summaries, tiersUnderTest(context))
      : notApplicable("the tiers under test served hits", "which tiers a server has is not known"),
  ];
}

function peakOf(arm: ArmOutcomes | undefined): Pick<ArmOnFloor, "peak_events_per_s"> {
  const peaks = arm?.outcomes.map(({ run }) => peakEventRate(run.records)) ?? [];
  return { peak_events_per_s: Math.max(0, ...peaks) };
}

/** The store's tiers that the factor is about: a comparison of tiers claims nothing of a tier that served no hit. */
function tiersUnderTest({ plan }: RunContext): TierUnderTest[] {
  return plan.arms.flatMap(({ name, config, cluster }): TierUnderTest[] => {
    if (config.store.tiers === "hbm" || cluster?.store === "none") return [];
    const tiers: Tier[] = plan.factor_name === "tiers" && usesDisk(config) ? ["cpu", "disk"] : ["cpu"];
    return tiers.map((tier) => ({ arm: name, tier }));
  });
}

function offeredLoads(
  { plan }: RunContext,
  arms: readonly ArmOutcomes[],
): Parameters<typeof checkOfferedLoad>[0] {
  return arms.flatMap(({ arm_index, outcomes }) =>
    outcomes.flatMap(({ run }) => offeredLoad(plan.arms[arm_index]?.name ?? "", run.records) ?? []),
  );
}
