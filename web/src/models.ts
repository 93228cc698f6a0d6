/** The list of all models, and the search in it. */

import { useEffect, useState } from "preact/hooks";
import { get, type Schema } from "./api";

type Listed = Schema["ModelSummary"];
export type Models = { list: Listed[]; complete: boolean; error: Error | null };

const NONE: Models = { list: [], complete: false, error: null };

/** What is read so far, for every part of the page that shows models. */
let known = NONE;
let reading = false;
const watching = new Set<(models: Models) => void>();

function tell(found: Models): void {
  known = found;
  watching.forEach((show) => show(found));
}

/** Read every page of the list once. The first is shown at once; the others wait for the last, which orders them. */
async function read(): Promise<void> {
  reading = true;
  const list: Listed[] = [];
  let cursor: string | null = null;
  try {
    do {
      const query: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
      const page: Schema["ModelList"] = await get(`/v1/models?limit=200${query}`);
      list.push(...page.models);
      cursor = page.next_cursor;
      if (!cursor || list.length === page.models.length) tell({ list: [...list], complete: !cursor, error: null });
    } while (cursor);
  } catch (error) {
    tell({ ...NONE, error: error as Error });
  }
  reading = false;
}

/** Every model of the active version, read when a part of the page first needs it. */
export function useModels(needed: boolean): Models {
  const [models, setModels] = useState(known);
  useEffect(() => {
    if (!needed) return;
    setModels(known);
    watching.add(setModels);
    if (!known.complete && !reading) void read();
    return () => void watching.delete(setModels);
  }, [needed]);
  return models;
}

/** The providers of the models, sorted. */
export function providersOf(list: { provider: string }[]): string[] {
  return [...new Set(list.map((model) => model.provider))].sort();
}

/**
 * The models that hold every word of a search: current models of their own provider first, and the
 * highest version of each name. Without a search, provider by provider.
 */
export function searched(models: Listed[], search: string): Listed[] {
  // Made once a search: String.localeCompare makes one for each pair, which is a hundred times slower.
  const { compare: byVersion } = new Intl.Collator("en", { numeric: true });
  const today = new Date().toISOString();
  const words = search.toLowerCase().split(/[\s/]+/).filter(Boolean);
  const rank = (model: Listed) =>
    (model.retires && model.retires < today ? 16 : 0) +
    (model.usd_per_mtok ? 0 : 8) +
    (model.id.includes("/") ? 4 : 0) +
    (words.length && model.id.startsWith(words[0]!) ? 0 : 2) +
    (model.family ? 0 : 1);
  return models
    .filter((model) => {
      const text = `${model.provider} ${model.id} ${model.name} ${model.family ?? ""}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .map((model) => ({ model, rank: rank(model) }))
    .sort(
      (a, b) =>
        a.rank - b.rank ||
        (words.length || a.model.provider === b.model.provider ? 0 : a.model.provider < b.model.provider ? -1 : 1) ||
        byVersion(b.model.id, a.model.id),
    )
    .map(({ model }) => model);
}
