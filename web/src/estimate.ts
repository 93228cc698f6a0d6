/** One question, answered by the API: every figure that the calculator shows comes from here. */

import { get, modelPath, post, Refused, type Schema } from "./api";
import { count } from "./money";
import { compareRequest, whatIfRequest, workloadRequest } from "./requests";
import type { Question } from "./state";

export type Row = {
  /** The name in the question, such as a family; `row.model` says which model it means. */
  asked: string;
  row: Schema["CompareRow"];
  /** The calls of a day or month, and of a month with each change. */
  period: Schema["WorkloadEstimate"];
  changed: Schema["WorkloadEstimate"] | null;
  /** What was asked for `changed`, at the version and moment of the answer. */
  changes: Schema["WorkloadRequest"] | null;
  /** The catalogue's page: lifecycle, price history and sources. Null where it did not come; the figures are complete. */
  page: Schema["ModelPage"] | null;
  later: Later | null;
};

/** What a month and a year cost from the moment at which the next announced prices of a model begin. */
export type Later = { starts: string; month: Amounts; year: Amounts };

/** A name that no model has, and those that it may mean. */
export type Unknown = { model: string; suggestions: string[] };

/**
 * One amount: what is paid, the list price where a rate card makes that differ, and both in USD. Null is not known;
 * with `least`, what is paid leaves out something without a known price.
 */
export type Amounts = { currency: string; pays: string | null; list: string | null; usd: string | null; least: boolean };

type Status = "priced" | "partial" | "unpriced";
type Priced = { status?: Status; totals?: { status: Status }; items?: { status: Status }[] };
type Answer = { net: object | null; converted: Schema["Converted"] | null };

/** How much of a call, or of all calls of a workload, has a known price. */
function statusOf(answer: object): Status {
  const { status, totals, items } = answer as Priced;
  if (items?.length && items.every((item) => item.status === "unpriced")) return "unpriced";
  return totals?.status ?? status ?? "priced";
}

/** The amount at a JSON pointer of an answer, at the rate card's prices and in the currency that it has. */
export function amountsAt(answer: Answer, pointer: string): Amounts {
  const read = (at: string): string | null => {
    const found = at.split("/").slice(1).reduce((part: unknown, name) => (part as Record<string, unknown> | null)?.[name], answer);
    return typeof found === "string" ? found : null;
  };
  const { converted } = answer;
  const shown = (at: string) => (converted ? (converted.amounts[at] ?? null) : read(at));
  const net = answer.net ? `/net${pointer}` : pointer;
  // Of what has no known price, the API's total is that of nothing.
  const [paid, listed] = [statusOf(answer.net ?? answer), statusOf(answer)];
  return {
    currency: converted?.currency ?? "USD",
    pays: paid === "unpriced" ? null : shown(net),
    list: answer.net && listed !== "unpriced" ? shown(pointer) : null,
    usd: converted && paid !== "unpriced" ? read(net) : null,
    least: paid === "partial",
  };
}

export type Answered = {
  question: Question;
  request: Schema["CompareRequest"];
  compared: Schema["CompareAnswer"];
  rows: Row[];
  /** What is left out of the comparison, since no model is called so. */
  unknown: Unknown[];
};

const WORKLOAD = "/v1/estimate/workload";

export async function estimate(question: Question, signal: AbortSignal): Promise<Answered> {
  try {
    const request = compareRequest(question);
    const compared = await post<Schema["CompareAnswer"]>("/v1/compare", request, signal);
    return { question, request, compared, rows: await rowsOf(question, compared, signal), unknown: [] };
  } catch (error) {
    // One unknown name is refused at a time: the others are compared without it.
    const unknown = unknownOf(error, question);
    if (!unknown || question.models.length === 1) throw error;
    const models = question.models.filter((model) => model !== unknown.model);
    const found = await estimate({ ...question, models }, signal);
    return { ...found, question, unknown: [unknown, ...found.unknown] };
  }
}

/** The first model of a question that the API does not know. */
export function unknownOf(error: unknown, question: Question): Unknown | null {
  if (!(error instanceof Refused) || error.status !== 404) return null;
  const [, index] = error.fields.map(({ pointer }) => /^\/models\/(\d+)$/.exec(pointer)).find(Boolean) ?? [];
  const model = question.models[Number(index)];
  return model === undefined ? null : { model, suggestions: error.suggestions };
}

async function rowsOf(question: Question, { rows, pricing }: Schema["CompareAnswer"], signal: AbortSignal): Promise<Row[]> {
  // The comparison fixes version and moment for the other requests, so that all agree.
  const at = { pricing_version: pricing.version, as_of: pricing.as_of };
  return Promise.all(
    rows.map(async (row): Promise<Row> => {
      const asked = question.models.find((model) => names(row.model, model)) ?? row.model.id;
      const request = workloadRequest(question, asked);
      const whatIf = whatIfRequest(question, asked);
      const changes = whatIf && { ...whatIf, ...at };
      const [period, changed, page] = await Promise.all([
        post<Schema["WorkloadEstimate"]>(WORKLOAD, { ...request, ...at }, signal),
        changes && post<Schema["WorkloadEstimate"]>(WORKLOAD, changes, signal),
        modelPage(row.model, pricing.version),
      ]);
      const starts = page?.price_history.map((prices) => prices.start).find((start) => isAfter(start, pricing.as_of));
      const later = starts ? await post<Schema["WorkloadEstimate"]>(WORKLOAD, { ...request, ...at, as_of: starts }, signal).catch(() => null) : null;
      const [month, year] = ["monthly", "yearly"].map((name) => later && amountsAt(later, `/totals/${name}_usd`));
      return { asked, row, period, changed, changes, page, later: starts && month && year ? { starts, month, year } : null };
    }),
  );
}

function names(model: Schema["MatchedModel"], asked: string): boolean {
  return asked === model.requested || asked === `${model.provider}/${model.id}`;
}

/** The pages that were read: those of a published version never change. */
const pages = new Map<string, Promise<Schema["ModelPage"]>>();

async function modelPage(model: Schema["MatchedModel"], version: string): Promise<Schema["ModelPage"] | null> {
  const path = `${modelPath(model)}?pricing_version=${encodeURIComponent(version)}`;
  if (!pages.has(path)) pages.set(path, get<Schema["ModelPage"]>(path));
  try {
    return await pages.get(path)!;
  } catch {
    pages.delete(path);
    return null;
  }
}

/** Whether a price begins after a moment, which may be a day alone. */
export function isAfter(start: string | null, moment: string): boolean {
  return start !== null && Date.parse(start) > Date.parse(moment);
}

/** The prices of a model at a moment, which may be earlier than those of today. */
export function pricesAt(page: Schema["ModelPage"] | null, moment: string): Schema["PeriodPrices"] | undefined {
  return page?.price_history.findLast(({ start, end }) => !isAfter(start, moment) && (end === null || isAfter(end, moment)));
}

export function sameModel(a: Schema["MatchedModel"], b: Schema["MatchedModel"]): boolean {
  return a.id === b.id && a.provider === b.provider;
}

/** What a model is called next to others: its id, with the provider where two have the same. */
export function nameOf(model: Schema["MatchedModel"], rows: { row: { model: Schema["MatchedModel"] } }[]): string {
  const twice = rows.filter(({ row }) => row.model.id === model.id).length > 1;
  return twice ? `${model.provider}/${model.id}` : model.id;
}

/** The model that the others are compared with. */
export function baselineOf({ compared, rows }: Answered): Row | undefined {
  return rows.find(({ row }) => row.model.id === compared.baseline && row.model.provider === compared.baseline_provider);
}

/** The tokens of one request by the components that are billed: input, output, read from a cache, written to it. */
export function tokensOf({ line_items }: Schema["CompareRow"]): { input: number; output: number; read: number; written: number } {
  const sum = (pattern: RegExp) =>
    line_items.reduce((total, item) => (item.unit === "token" && pattern.test(item.component) ? total + Number(item.quantity) : total), 0);
  return { input: sum(/^input$/), output: sum(/^output$/), read: sum(/^cache_read/), written: sum(/^cache_write/) };
}

/** What the API says of a prefix that the input is too short for. */
export const TOO_LONG = /a prompt has fewer than (\d+) tokens/;

/** What the API says of a prefix that is shorter than the model caches. */
export const TOO_SHORT = /has a cache minimum of ([\d,]+) tokens/;

/** A note of a what-if for a reader of this page; none where the table says the same. */
export function plain(note: string): string[] {
  if (note.startsWith("This change saves nothing")) return [];
  if (/ count tokens differently/.test(note)) {
    return ["Models count tokens differently; the same counts are assumed. Enter the prompt's text to have it counted for each."];
  }
  const short = TOO_LONG.exec(note);
  if (short) return [`Caching: the input has fewer than ${count(short[1]!)} tokens, so the prefix cannot be a part of it. Enter a smaller prefix.`];
  // What a caller would send instead means nothing here.
  return [note.replace(/^requests: /, "").replace(/ It offers `\w+`: [^.]*\./, "")];
}
