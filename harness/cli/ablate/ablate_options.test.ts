import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { formatConfigProblem } from "../../config/config_problem.ts";
import { buildCells } from "../../study/ablation/build_cells.ts";
import { parseAblateOptions } from "./ablate_options.ts";

const STUDIES = join(import.meta.dir, "../../../workloads/studies");
const files = readdirSync(STUDIES).filter((name) => name.endsWith(".yaml"));

test("there are studies to check", () => {
  expect(files).toContain("preferred_segment.yaml");
});

test.each(files)("the cells of %s can be built", (file) => {
  const options = parseAblateOptions([join(STUDIES, file), "--runtime", "sim"]);
  expect(options.ok ? [] : options.error.map(formatConfigProblem)).toEqual([]);
  if (!options.ok || options.value === "help") throw new Error("the study parses");
  const { study, bench } = options.value;
  const cells = buildCells(study, bench.config_input);
  expect(cells.ok ? [] : cells.error.map(formatConfigProblem)).toEqual([]);
});

test("a file that is not there, and flags that are none, are named", () => {
  const wording = (argv: readonly string[]): string => {
    const options = parseAblateOptions(argv);
    return options.ok ? "" : options.error.map(formatConfigProblem).join("\n");
  };
  expect(wording(["nowhere.yaml"])).toStartWith("study.yaml: must be a readable YAML or JSON file");
  expect(wording(["--dryrun"])).toContain("Did you mean --dry-run?");
});
