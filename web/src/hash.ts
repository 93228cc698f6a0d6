import { useEffect, useState } from "preact/hooks";

/** The address of every view: `#/prices?q=opus`. A fragment is never sent to a server or proxy. */

export type Address = { path: string; query: URLSearchParams };

export function readAddress(hash: string): Address {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  return { path, query: new URLSearchParams(query) };
}

export function address(path: string, query: URLSearchParams): string {
  const text = query.toString();
  return `#/${path}${text ? `?${text}` : ""}`;
}

/** The last address of each view, for as long as the tab is open. */
const last = new Map<string, string>();

export function remember(hash: string): void {
  last.set(readAddress(hash).path.split("/")[0]!, hash);
}

export function lastOf(view: string): string {
  return last.get(view) || `#/${view}`;
}

/** Show another address without a new entry in the history. */
export function replaceAddress(path: string, query: URLSearchParams): void {
  history.replaceState(null, "", address(path, query));
  remember(location.hash);
}

/** What a field of a view has: at first what the address states, and again whenever the address changes. */
export function useField(query: URLSearchParams, name: string, otherwise = ""): [string, (value: string) => void] {
  const [value, set] = useState(query.get(name) ?? otherwise);
  useEffect(() => set(query.get(name) ?? otherwise), [query]);
  return [value, set];
}
