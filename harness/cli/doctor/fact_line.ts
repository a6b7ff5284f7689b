import type { Fact } from "./doctor_facts.ts";

/** One line of the report: a name, and what is known of it. */
export function factLine(name: string, text: string): string {
  return `${name.padEnd(10)} ${text}`;
}

export function describeFact<T>(fact: Fact<T>, words: (value: T) => string): string {
  return fact.value === null ? `n/a (${"reason" in fact ? fact.reason : ""})` : words(fact.value);
}
