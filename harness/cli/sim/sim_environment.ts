// The environment of a process that simulates. JavaScriptCore and its allocator read these as they start, so whoever starts such a
// process sets them. A simulation walks hundreds of megabytes of small objects in no order and throws most of them away soon:
//
//   MIMALLOC_ALLOW_THP    2: asks Linux for huge pages, so that fewer walks miss the table of pages
//   MIMALLOC_PURGE_DELAY  -1: keeps pages that are free for now; given back, they break up huge ones and are cleared again
//   BUN_JSC_largeHeapSize no collection while the heap is smaller than this
//
// Together they take an eighth to a quarter off a fleet's run, for up to half a gigabyte of memory. What is set already stays.

import { MIB } from "../../domain/units.ts";

export const SIM_ENVIRONMENT: Readonly<Record<string, string>> = {
  MIMALLOC_ALLOW_THP: "2",
  MIMALLOC_PURGE_DELAY: "-1",
  BUN_JSC_largeHeapSize: String(512 * MIB),
};

/**
 * For one run of a few seconds: without the last of the compilers, whose work such a run does not pay back, so the one before it
 * inlines more; and with a smaller heap, whose pages are fewer to clear. The first run takes an eighth less, others a fifth more.
 */
export const SHORT_RUN_ENVIRONMENT: Readonly<Record<string, string>> = {
  ...SIM_ENVIRONMENT,
  BUN_JSC_largeHeapSize: String(256 * MIB),
  BUN_JSC_useFTLJIT: "0",
  BUN_JSC_maximumFunctionForCallInlineCandidateBytecodeCostForDFG: "120",
};
