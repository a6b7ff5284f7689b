// New weights for running engines, as RL frameworks do it between rollouts (verl: nothing runs, new weights, wake up, reset).
//
// Every engine wipes the store behind its own saves, so a block of old weights that one engine still saves is gone with
// that engine's wipe, whatever the others have done meanwhile.

import { err, ok, type Result } from "../domain/result.ts";
import { storeResetOf, type WeightReset } from "../domain/weight_reset.ts";

const UPDATE_TIMEOUT_MS = 30_000;

/** The error says which engine refused what. Nothing is rolled back: the run it happens in is over. */
export async function updateWeights(
  engine_urls: readonly string[],
  weights_version: number,
  weight_reset: WeightReset,
): Promise<Result<null, string>> {
  const body = JSON.stringify({ weights_version });
  const updated = await postAll(engine_urls, "/weights_version", body);
  if (!updated.ok) return updated;
  const { reset_connector, force } = storeResetOf(weight_reset);
  const query = `reset_running_requests=true&reset_external=${reset_connector}&force=${force}`;
  return postAll(engine_urls, `/reset_prefix_cache?${query}`, "");
}

async function postAll(urls: readonly string[], path: string, body: string): Promise<Result<null, string>> {
  const answers = await Promise.all(urls.map((url) => post(url + path, body)));
  return answers.find((answer) => !answer.ok) ?? ok(null);
}

async function post(url: string, body: string): Promise<Result<null, string>> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      body,
      signal: AbortSignal.timeout(UPDATE_TIMEOUT_MS),
    });
    if (answer.ok) return ok(null);
    return err(`${url}: HTTP ${answer.status}: ${await answer.text()}`);
  } catch (error) {
    return err(`${url}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
