// Exit codes of every command (DESIGN.md, "Command line").

export const EXIT = {
  DONE: 0,
  WORSE: 1,
  USAGE: 2,
  INVALID_RUN: 3,
  STACK_FAILED: 4,
  INTERRUPTED: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
