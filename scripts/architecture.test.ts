// Holds the imports, the rooms table of ARCHITECTURE.md and the top level together. Imports are read from the source text:
// Bun.Transpiler.scanImports drops type-only ones, and those couple rooms as much as any.

import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const ROOT = join(import.meta.dir, "..");

/** Longest prefix wins, so harness/core/master is not harness. */
const ROOMS = [
  "harness/domain",
  "harness/clock",
  "harness/stats",
  "harness/config",
  "harness/core/master",
  "harness/core/tier",
  "harness/core/connector",
  "harness/core/engine",
  "harness/core/router",
  "harness/core/link",
  "harness/wire",
  "native",
  "harness/stack",
  "harness/sim",
  "harness/load",
  "harness/launch",
  "harness/measure",
  "harness/study",
  "workloads",
  "reports",
  "harness/cli",
  "scripts",
] as const;
type Room = (typeof ROOMS)[number];

interface Import {
  readonly file: string;
  readonly target: string;
}

const files = [...new Bun.Glob("{harness,workloads,native,reports,scripts}/**/*.ts").scanSync(ROOT)].sort();
const imports = files.flatMap(importsOf);
const allowed = readRoomsTable();

test("the scan saw the tree", () => {
  expect(files.length).toBeGreaterThan(40);
  expect(imports.length).toBeGreaterThan(100);
});

test("the scan finds value imports, type-only imports, re-exports and dynamic imports", () => {
  const source = `import { a } from "./a.ts";\nimport type { B } from "../b.ts";\nexport { c } from "./c.ts";\nconst d = await import("./d.ts");\nimport "./e.ts";`;
  expect(specifiersOf(source)).toEqual(["./a.ts", "../b.ts", "./c.ts", "./d.ts", "./e.ts"]);
});

test("every file lives in a room", () => {
  expect(files.filter((file) => roomOf(file) === null)).toEqual([]);
});

test("the rooms table of ARCHITECTURE.md names every room, and no other", () => {
  expect([...allowed.keys()].sort()).toEqual([...ROOMS].sort());
});

test("every file and folder that ARCHITECTURE.md and README.md name is there", () => {
  const named = ["ARCHITECTURE.md", "README.md"].flatMap((document) =>
    [...read(document).matchAll(/`((?:harness|workloads|native|reports|scripts|\.github)\/[\w./-]+)`/g)].map(
      (match) => match[1] ?? "",
    ),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test("a room imports itself and the rooms of its row only", () => {
  const wrong = imports.filter(({ file, target }) => !mayImport(file, target));
  expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
});

test("no file imports itself in a circle", () => {
  expect(findCycle(imports)).toBeNull();
});

test("the circle finder finds one", () => {
  const circle = [
    { file: "a", target: "b" },
    { file: "b", target: "c" },
    { file: "c", target: "a" },
  ];
  expect(findCycle(circle)).toEqual(["a", "b", "c", "a"]);
});

test("the top level holds what the user fixed, and what tools need beside it", () => {
  const tracked = Bun.spawnSync(["git", "ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
  }).stdout.toString();
  const top = new Set(
    tracked
      .trim()
      .split("\n")
      .map((path) => path.split("/")[0] ?? ""),
  );
  const fixed = [
    "package.json",
    "bunfig.toml",
    "tsconfig.json",
    "harness",
    "workloads",
    "native",
    "reports",
    "scripts",
    "README.md",
  ];
  const beside = ["bun.lock", "biome.json", "ARCHITECTURE.md", ".gitignore", ".ci", ".github"];
  expect(fixed.filter((name) => !top.has(name))).toEqual([]);
  expect([...top].filter((name) => ![...fixed, ...beside].includes(name))).toEqual([]);
});

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

function roomOf(file: string): Room | null {
  return ROOMS.find((room) => file.startsWith(`${room}/`)) ?? null;
}

function mayImport(file: string, target: string): boolean {
  const from = roomOf(file);
  const to = roomOf(target);
  if (from === null || to === null) return false;
  if (from === to) return true;
  const row = allowed.get(from) ?? [];
  return row.some((entry) => {
    if (entry === "all") return to !== "scripts";
    if (entry === "core") return to.startsWith("harness/core/");
    if (entry === "load(sources)") return target.startsWith("harness/load/sources/");
    return to === entry || to === `harness/${entry}`;
  });
}

function importsOf(file: string): Import[] {
  return specifiersOf(read(file))
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => ({ file, target: relative(ROOT, join(ROOT, dirname(file), specifier)) }));
}

function specifiersOf(source: string): string[] {
  const statement = /^\s*(?:import|export)\s(?:[^"';]*?\sfrom\s)?\s*"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/gm;
  return [...source.matchAll(statement)].map((match) => match[1] ?? match[2] ?? "");
}

/** Room → rooms it may import, from the table's first and last column. */
function readRoomsTable(): Map<string, string[]> {
  const table = new Map<string, string[]>();
  for (const line of read("ARCHITECTURE.md").split("\n")) {
    const cells = line.split("|").map((cell) => cell.trim());
    const room = cells[1] ?? "";
    if (cells.length !== 5 || !(ROOMS as readonly string[]).includes(room)) continue;
    const last = cells[3] ?? "";
    table.set(room, last === "–" ? [] : last.split(/\s+/));
  }
  return table;
}

function findCycle(edges: readonly Import[]): string[] | null {
  const targets = Map.groupBy(edges, (edge) => edge.file);
  const state = new Map<string, "open" | "closed">();
  const visit = (file: string, path: string[]): string[] | null => {
    if (state.get(file) === "closed") return null;
    if (state.get(file) === "open") return [...path.slice(path.indexOf(file)), file];
    state.set(file, "open");
    for (const { target } of targets.get(file) ?? []) {
      const cycle = visit(target, [...path, file]);
      if (cycle !== null) return cycle;
    }
    state.set(file, "closed");
    return null;
  };
  for (const file of targets.keys()) {
    const cycle = visit(file, []);
    if (cycle !== null) return cycle;
  }
  return null;
}
