/** The list of all models, and the search in it. */

import { useEffect, useState } from "preact/hooks";
import { get, type Schema } from "./api";
import { moment } from "./parts";

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

/** Who serves models of other makers: clouds, gateways and hosts. */
export const HOSTS = new Set(
  (
    "azure baseten bedrock cerebras cloudflare databricks deepinfra fireworks github_copilot groq nebius novita oci " +
    "openrouter perplexity replicate sambanova together vercel vertex watsonx"
  ).split(" "),
);

/** Whether a model is shut down: it is from the day (UTC) of its retirement on, as in the API's answers. */
export function isRetired({ retires }: { retires: string | null }): boolean {
  return retires !== null && retires <= new Date().toISOString().slice(0, 10);
}

/** When a model is shut down, or was. */
export function retirement(day: string): string {
  return `${isRetired({ retires: day }) ? "retired" : "retires"} ${moment(day)}`;
}

/** Whether a text holds a word of a search as it is written, or as people say it: ChatGPT for GPT, gpt5 for GPT-5. */
function holds(text: string, word: string): boolean {
  const spoken = word.replace(/^chat(?=gpt)/, "");
  const [, name, version] = /^([a-z]{3,})(\d.*)$/.exec(spoken) ?? [];
  return text.includes(word) || text.includes(spoken) || (name !== undefined && text.includes(name) && text.includes(version!));
}

/** The numbers of a version in a name, without dates: 5 and 1 of gpt-5.1-2026-11-01. */
function versionOf(id: string): number[] {
  return (id.replace(/\d{4}-\d\d-\d\d|\d{6,}/g, "").match(/\d+/g) ?? []).map(Number);
}

function newerFirst(a: number[], b: number[]): number {
  const at = [...a, 0].findIndex((number, index) => number !== (b[index] ?? -1));
  return (b[at] ?? -1) - (a[at] ?? -1);
}

/**
 * The models that hold every word of a search: what has exactly that name first, then those that their
 * makers serve, the newest first, then hosts and resellers. Without a search, provider by provider.
 */
export function searched(models: Listed[], search: string): Listed[] {
  // Made once a search: String.localeCompare makes one for each pair, which is a hundred times slower.
  const { compare: byName } = new Intl.Collator("en", { numeric: true });
  const whole = search.trim().toLowerCase();
  const words = whole.split(/[\s/]+/).filter(Boolean);
  const named = (model: Listed) => whole !== "" && [model.id, model.name.toLowerCase(), `${model.provider}/${model.id}`].includes(whole);
  const rank = (model: Listed) =>
    (named(model) ? 0 : 128 + (isRetired(model) ? 64 : 0)) +
    (model.usd_per_mtok ? 0 : 32) +
    (model.id.includes("/") ? 16 : 0) +
    (words.length && HOSTS.has(model.provider) ? 8 : 0) +
    (words.length && model.family === whole ? 0 : 2) +
    (model.family ? 0 : 1);
  return models
    .filter((model) => {
      const text = `${model.provider} ${model.id} ${model.name} ${model.family ?? ""}`.toLowerCase();
      return words.every((word) => holds(text, word));
    })
    .map((model) => ({ model, rank: rank(model), version: versionOf(model.id) }))
    .sort(
      (a, b) =>
        a.rank - b.rank ||
        (words.length || a.model.provider === b.model.provider ? 0 : a.model.provider < b.model.provider ? -1 : 1) ||
        newerFirst(a.version, b.version) ||
        byName(b.model.id, a.model.id),
    )
    .map(({ model }) => model);
}
