// Short names of arms. Arms of one factor are called `preferred_segment=off`, `preferred_segment=local`; the part they share
// becomes the name of the column, so that a table reads `preferred_segment | off | local`.

export interface ArmLabels {
  /** Name of the column or axis that holds the labels. */
  readonly column: string;
  readonly of: (arm_name: string) => string;
}

export function labelArms(names: readonly string[]): ArmLabels {
  const factors = new Set(names.map(factorOf));
  const [factor] = factors;
  if (names.length < 2 || factors.size !== 1 || factor === undefined || factor === null) {
    return { column: "arm", of: (name) => name };
  }
  return { column: factor, of: (name) => (factorOf(name) === factor ? name.slice(factor.length + 1) : name) };
}

/** Null: the name is not `factor=level`. */
function factorOf(name: string): string | null {
  const at = name.indexOf("=");
  return at > 0 && at < name.length - 1 ? name.slice(0, at) : null;
}
