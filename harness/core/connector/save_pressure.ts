// Back-pressure of the store on saves (spec: vllm_mooncake_store_connector.md §1.9).
//
// A put that finds no space (NO_AVAILABLE_HANDLE) makes later save batches of *that* request be skipped, until any
// request's batch is put without a failure. Other failures do not skip.

import { STORE_CODE } from "../../domain/store_error.ts";
import { failedKeys } from "./failed_keys.ts";

export interface PressureLine {
  readonly level: "info" | "warning";
  readonly line: string;
}

export class SavePressure {
  #under_pressure = false;
  readonly #skipped_requests = new Set<string>();
  readonly #cleared_line: string;

  constructor(cleared_line: string) {
    this.#cleared_line = cleared_line;
  }

  skips(request_id: string): boolean {
    return this.#under_pressure && this.#skipped_requests.has(request_id);
  }

  /** Learns from a put; returns the line to log when the state changes. codes: one per key. */
  putDone(request_id: string, codes: readonly number[]): PressureLine | null {
    if (failedKeys(codes) === 0) return this.#clear();
    if (!codes.includes(STORE_CODE.NO_AVAILABLE_HANDLE) || this.skips(request_id)) return null;
    this.#under_pressure = true;
    this.#skipped_requests.add(request_id);
    return {
      level: "warning",
      line:
        "Detected Mooncake CPU/disk offloading pressure (NO_AVAILABLE_HANDLE); skipping future store batches " +
        `for request ${request_id} until a later store batch succeeds`,
    };
  }

  /** The request saves nothing more. The pressure it met stays, until a batch succeeds. */
  forget(request_id: string): void {
    if (this.#under_pressure) this.#skipped_requests.delete(request_id);
  }

  #clear(): PressureLine | null {
    if (!this.#under_pressure) return null;
    this.#under_pressure = false;
    this.#skipped_requests.clear();
    return { level: "info", line: this.#cleared_line };
  }
}
