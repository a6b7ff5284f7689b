// Why a remote call has no reply. Codes are the store's (domain/store_error.ts), so that callers hand them on per key.

import { STORE_CODE } from "../domain/store_error.ts";

export type RpcErrorCode =
  /** Not connected, connection lost, or the peer refused the message. */
  | typeof STORE_CODE.RPC_FAIL
  /** No reply before the deadline; the peer may still act on the request. */
  | typeof STORE_CODE.RPC_TIMEOUT
  /** The server serves only who knows its secret, and this client does not. */
  | typeof STORE_CODE.ILLEGAL_CLIENT
  /** The request does not fit the protocol's limits (key length, list counts, message size); it was not sent. */
  | typeof STORE_CODE.INVALID_PARAMS;

export interface RpcError {
  readonly code: RpcErrorCode;
  readonly detail: string;
}

export type RpcErrorName = "RPC_FAIL" | "RPC_TIMEOUT" | "ILLEGAL_CLIENT" | "INVALID_PARAMS";

export function rpcError(name: RpcErrorName, detail: string): RpcError {
  return { code: STORE_CODE[name], detail };
}
