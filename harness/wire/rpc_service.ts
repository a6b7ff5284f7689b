// A service: its ops, each with a code on the wire and the codecs of its request and reply.

import type { Codec } from "./codec.ts";

/** What a service's ops take and give: `{ ping: { request: Ping; reply: Pong } }`. */
export type ServiceTypes<T> = {
  readonly [Op in keyof T]: { readonly request: unknown; readonly reply: unknown };
};

export interface OpCodec<Request, Reply> {
  /** 1 … 254, unique in the service. */
  readonly op_code: number;
  readonly request: Codec<Request>;
  readonly reply: Codec<Reply>;
}

export type Service<T extends ServiceTypes<T>> = {
  readonly [Op in keyof T]: OpCodec<T[Op]["request"], T[Op]["reply"]>;
};

export type Handlers<T extends ServiceTypes<T>> = {
  readonly [Op in keyof T]: (request: T[Op]["request"]) => T[Op]["reply"] | Promise<T[Op]["reply"]>;
};
