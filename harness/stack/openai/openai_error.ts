// Errors as OpenAI clients read them: `{error: {message, type, param, code}}` with the HTTP status as code, as vLLM answers.

export type OpenAiErrorType =
  | "BadRequestError"
  | "NotFoundError"
  | "TooManyRequestsError"
  | "InternalServerError"
  | "BadGatewayError";

export interface OpenAiError {
  readonly status: number;
  readonly type: OpenAiErrorType;
  readonly message: string;
}

export function badRequest(message: string): OpenAiError {
  return { status: 400, type: "BadRequestError", message };
}

export function notFound(message: string): OpenAiError {
  return { status: 404, type: "NotFoundError", message };
}

export function tooManyRequests(message: string): OpenAiError {
  return { status: 429, type: "TooManyRequestsError", message };
}

export function internalError(message: string): OpenAiError {
  return { status: 500, type: "InternalServerError", message };
}

export function badGateway(message: string): OpenAiError {
  return { status: 502, type: "BadGatewayError", message };
}

export interface OpenAiErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: OpenAiErrorType;
    readonly param: null;
    readonly code: number;
  };
}

export function errorBody(error: OpenAiError): OpenAiErrorBody {
  return { error: { message: error.message, type: error.type, param: null, code: error.status } };
}

export function errorResponse(error: OpenAiError): Response {
  return Response.json(errorBody(error), { status: error.status });
}
