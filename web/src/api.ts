/** Calls to the API that serves this page, with the types of its own OpenAPI document. */

import type { components } from "./api-types";

export type Schema = components["schemas"];

export type Config = {
  issuer: string | null;
  client_id: string | null;
  scopes: string;
  features: Record<string, boolean>;
};

/** A refusal, in words that the API wrote for its caller. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly fields: { pointer: string; detail: string }[] = [],
    readonly suggestions: string[] = [],
  ) {
    super(message);
  }
}

/**
 * Who is asking, set by signing in or by the name typed on a local server: the headers that say so,
 * and what to do when the API does not accept them. `refused` answers what to tell the person.
 */
export const caller: { headers: () => Promise<Record<string, string>>; refused: () => string; forbidden: string } = {
  headers: async () => ({}),
  refused: () => "Sign in to use this server.",
  forbidden:
    "This server takes requests that are signed with AWS credentials only, which a page cannot do. Send them with " +
    "curl --aws-sigv4, the AWS SDK or `tariff --url`; or ask the administrator to configure sign-in " +
    "(JwtIssuer and PageClientId), or to turn this page off (Page=off).",
};

function refusal(status: number, text: string): Refused {
  try {
    const found = JSON.parse(text);
    if (found.detail) {
      return new Refused(status, found.detail, found.errors ?? [], found.suggestions ?? []);
    }
  } catch {
    // API Gateway's own answers are not problem documents.
  }
  if (status === 403) return new Refused(status, caller.forbidden);
  if (status === 401) return new Refused(status, caller.refused());
  if (status === 413) return new Refused(status, "The file is too large for one request (about 4.5 MB).");
  if (status === 429) return new Refused(status, "Too many requests at once. Wait a moment and try again.");
  return new Refused(status, `The server answered with status ${status}.`);
}

async function answer(path: string, init: RequestInit): Promise<string> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers: { ...init.headers, ...(await caller.headers()) } });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Refused(0, "The server does not answer. Check that it is running and reachable.");
  }
  const text = await response.text();
  if (!response.ok) throw refusal(response.status, text);
  return text;
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return JSON.parse(await answer(path, signal ? { signal } : {})) as T;
}

export async function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return JSON.parse(await answer(path, signal ? { ...init, signal } : init)) as T;
}

/** Send a file and report the share that has been sent; answers the text of the reply. */
export async function upload(
  path: string,
  file: Blob,
  contentType: string,
  progress: (share: number) => void,
): Promise<string> {
  const headers = { "content-type": contentType, ...(await caller.headers()) };
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => progress(event.total ? event.loaded / event.total : 0);
    request.onload = () =>
      request.status < 300 ? resolve(request.responseText) : reject(refusal(request.status, request.responseText));
    request.onerror = () => reject(new Refused(0, "The server does not answer, or refused the file's size."));
    request.send(file);
  });
}

/** The path of a model's page; a reseller's ids hold slashes, which stay. */
export function modelPath(reference: { provider: string; id: string }): string {
  const id = reference.id.split("/").map(encodeURIComponent).join("/");
  return `/v1/models/${encodeURIComponent(reference.provider)}/${id}`;
}
