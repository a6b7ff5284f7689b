// Units. Time inside is integer nanoseconds (`_ns`), in metrics and reports milliseconds (`_ms`); sizes are bytes.

export const KIB = 1024;
export const MIB: number = 1024 ** 2;
export const GIB: number = 1024 ** 3;

export const NS_PER_US = 1_000;
export const NS_PER_MS = 1_000_000;
export const NS_PER_S = 1_000_000_000;

export function nsToMs(ns: number): number {
  return ns / NS_PER_MS;
}

export function msToNs(ms: number): number {
  return Math.round(ms * NS_PER_MS);
}

const SIZE_UNITS = new Map([
  ["", 1],
  ["b", 1],
  ["k", KIB],
  ["kb", KIB],
  ["kib", KIB],
  ["m", MIB],
  ["mb", MIB],
  ["mib", MIB],
  ["g", GIB],
  ["gb", GIB],
  ["gib", GIB],
  ["t", GIB * 1024],
  ["tb", GIB * 1024],
  ["tib", GIB * 1024],
]);

/** Bytes of `64MiB`, `1.5 gb` or `4096`; units are 1024-based as in vLLM and Mooncake. Undefined when it is no size. */
export function parseSize(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text);
  if (match === null) return undefined;
  const unit_bytes = SIZE_UNITS.get((match[2] ?? "").toLowerCase());
  if (unit_bytes === undefined) return undefined;
  return Math.floor(Number(match[1]) * unit_bytes);
}

export function formatBytes(bytes: number): string {
  if (bytes >= GIB) return `${(bytes / GIB).toFixed(2)} GiB`;
  if (bytes >= MIB) return `${(bytes / MIB).toFixed(1)} MiB`;
  if (bytes >= KIB) return `${(bytes / KIB).toFixed(1)} KiB`;
  return `${bytes} B`;
}
