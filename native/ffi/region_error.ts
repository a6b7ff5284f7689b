// What −errno of the native library means for whoever wanted a region, a file or shared numbers.

import { constants } from "node:os";
import type { RegionError } from "./data_plane.ts";

const { ENOSPC, ENOMEM, EEXIST, ENOENT, EAGAIN, ESTALE, EACCES, EMFILE, ENODATA, EINVAL } = constants.errno;
/** Not in node's table: the maker of what is there is dead; what is there is something else. */
const EOWNERDEAD = 130;
const EPROTO = constants.errno.EPROTO;

export function regionError(path: string, minus_errno: number): RegionError {
  switch (-minus_errno) {
    case ENOSPC:
    case ENOMEM:
      return {
        code: "no_space",
        detail: `${path}: not enough space for it. Free some, or ask for fewer bytes.`,
      };
    case EEXIST:
      return { code: "exists", detail: `${path}: already exists. Remove it, or choose another path.` };
    case ENOENT:
      return { code: "not_found", detail: `${path}: does not exist.` };
    case EAGAIN:
      return { code: "not_found", detail: `${path}: is still being made by its owner.` };
    case EOWNERDEAD:
      return { code: "not_found", detail: `${path}: the process that made it is gone, or has closed it.` };
    case ESTALE:
      return { code: "wrong_generation", detail: `${path}: holds another generation.` };
    case EPROTO:
      return { code: "not_a_region", detail: `${path}: is no tierbench memory of this version.` };
    case ENODATA:
      return { code: "io", detail: `${path}: is shorter than it should be.` };
    case EACCES:
      return { code: "io", detail: `${path}: permission denied.` };
    case EMFILE:
      return { code: "io", detail: `${path}: too many open files. Raise the limit (ulimit -n).` };
    case EINVAL:
      return { code: "io", detail: `${path}: cannot be used with these arguments (EINVAL).` };
    default:
      return { code: "io", detail: `${path}: errno ${-minus_errno}.` };
  }
}
