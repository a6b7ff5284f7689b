// How faithful the modelled GPU time is: how late each step ended against the time its model gave it. Filling a step's
// blocks with real bytes takes processor time that a GPU would not, so an overrun is the harness's error, not the model's.

export class EngineStepStats {
  #steps = 0;
  #modelled_ns = 0;
  #overrun_ns = 0;
  #max_overrun_ns = 0;

  record(modelled_ns: number, deadline_ns: number, done_ns: number): void {
    const overrun_ns = Math.max(0, done_ns - deadline_ns);
    this.#steps++;
    this.#modelled_ns += modelled_ns;
    this.#overrun_ns += overrun_ns;
    this.#max_overrun_ns = Math.max(this.#max_overrun_ns, overrun_ns);
  }

  counts(): EngineStepCounts {
    return {
      timed_steps: this.#steps,
      step_modelled_ns: this.#modelled_ns,
      step_overrun_ns: this.#overrun_ns,
      step_overrun_ns_max: this.#max_overrun_ns,
    };
  }
}

export interface EngineStepCounts {
  readonly timed_steps: number;
  readonly step_modelled_ns: number;
  /** Sum over steps of the time past the deadline; 0 for a step that was not late. */
  readonly step_overrun_ns: number;
  readonly step_overrun_ns_max: number;
}
