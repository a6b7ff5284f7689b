// What can go wrong with a run directory, in the user's words.

export interface RunDirectoryError {
  readonly code: "not_writable" | "disk_full" | "not_found" | "malformed" | "io";
  /** Where, rule, got, next step. */
  readonly message: string;
}

export function wordFsError(path: string, cause: unknown): RunDirectoryError {
  const errno = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
  const reason = cause instanceof Error ? cause.message : String(cause);
  switch (errno) {
    case "EACCES":
    case "EPERM":
    case "EROFS":
    case "ENOTDIR":
    case "EEXIST":
      return {
        code: "not_writable",
        message: `--out: must be a directory that can be written, got ${path} (${errno}). Name another with --out DIR.`,
      };
    case "ENOSPC":
    case "EDQUOT":
      return {
        code: "disk_full",
        message: `${path}: the file system is full (${errno}). Free space or name another directory with --out DIR.`,
      };
    case "ENOENT":
      return {
        code: "not_found",
        message: `${path}: must exist, found nothing there. Name a run directory such as runs/<utc>_<scenario>.`,
      };
    default:
      return { code: "io", message: `${path}: could not be read or written: ${reason}` };
  }
}

/** Of making a directory under `out`: a parent that cannot be made is no run directory that is missing. */
export function wordCreateError(out: string, cause: unknown): RunDirectoryError {
  const error = wordFsError(out, cause);
  if (error.code !== "not_found") return error;
  return {
    code: "not_writable",
    message: `--out: must be a directory that can be made, got ${out}. Name another with --out DIR.`,
  };
}
