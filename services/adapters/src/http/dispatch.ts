import { sourceKey } from "@atlas/platform/access/caller";
import type { Journal } from "@atlas/platform/telemetry/journal";
import { TRACEPARENT } from "@atlas/platform/telemetry/trace";
import type { Traces } from "@atlas/platform/telemetry/traces";
import { Code, ConnectError, createContextValues } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from "@connectrpc/connect-node";
import { answerPlain, type PlainHandler } from "./plain.ts";
import { answer, type NodeServerRequest, type NodeServerResponse, pathOf } from "./request.ts";
import { answerFile } from "./site/answer-file.ts";
import type { Site } from "./site/site.ts";

/** Answers a request of either version of HTTP; never throws, never rejects. */
export type Dispatch = (request: NodeServerRequest, response: NodeServerResponse) => void;

/** Gives each path to its handler: RPCs by their procedure, plain ones as listed, files of the site, 404 for the rest. */
export function createDispatch(
  handlers: readonly UniversalHandler[],
  plain: Readonly<Record<string, PlainHandler>>,
  site: Site | undefined,
  { journal, traces }: { readonly journal: Journal; readonly traces: Traces },
): Dispatch {
  const procedures = new Map(handlers.map((handler) => [handler.requestPath, handler]));
  const pages = new Map(Object.entries(plain));
  const handle = async (request: NodeServerRequest, response: NodeServerResponse) => {
    const path = pathOf(request.url);
    const procedure = procedures.get(path);
    if (procedure !== undefined) return answerCall(procedure, request, response);
    const page = pages.get(path);
    if (page !== undefined) return answerPlain(page, request, response);
    const file = site?.find(path, request.headers.accept ?? "");
    if (file !== undefined) return answerFile(file, request, response);
    answer(response, 404, "nothing here\n");
  };
  const handleAll = (request: NodeServerRequest, response: NodeServerResponse) =>
    handle(request, response).catch((error: unknown) => {
      if (isClientGone(error)) return;
      journal.error("a request failed", { path: pathOf(request.url) }, error);
      answer(response, 500, "internal error\n");
    });
  return (request, response) => {
    void traces.during(request.headers[TRACEPARENT], () => handleAll(request, response));
  };
}

async function answerCall(
  procedure: UniversalHandler,
  request: NodeServerRequest,
  response: NodeServerResponse,
): Promise<void> {
  const call = readHead(request, response);
  if (call === undefined) {
    answer(response, 400, "a request names its host\n");
    return;
  }
  await universalResponseToNodeResponse(await procedure(call), response);
}

/** `undefined`: host and path make no URL. */
function readHead(request: NodeServerRequest, response: NodeServerResponse) {
  try {
    const values = createContextValues().set(sourceKey, request.socket.remoteAddress ?? "");
    return universalRequestFromNodeRequest(request, response, undefined, values);
  } catch {
    return undefined;
  }
}

/** connect-node reports a stream that the client gave up as ABORTED. */
function isClientGone(error: unknown): boolean {
  return error instanceof ConnectError && (error.code === Code.Aborted || error.code === Code.Canceled);
}
