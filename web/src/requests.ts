/** The calculator's question as requests to the API. Counts are arranged here; money never is. */

import type { Schema } from "./api";
import type { Question } from "./state";

/** A question that cannot be sent yet, what to enter instead, and where. */
export class Incomplete extends Error {
  constructor(message: string, readonly field: keyof Question) {
    super(message);
  }
}

type Input = Partial<Schema["CompareRequest"]>;
type Json = Record<string, unknown>;

type Numbers = { [Field in keyof Question]: Question[Field] extends string ? Field : never }[keyof Question];

function whole(question: Question, field: Numbers, least = 0): number {
  const plain = (question[field] as string).replace(/[,_\s]/g, "");
  if (plain === "" && least === 0) return 0;
  if (!/^\d{1,12}$/.test(plain) || Number(plain) < least) {
    throw new Incomplete(`Enter a whole number${least ? ` from ${least}` : ""}, such as 1,000.`, field);
  }
  return Number(plain);
}

/** The share that a percentage names, as a decimal string: 90 is 0.90, 12.5 is 0.125. */
export function shareOf(percentage: string, field: keyof Question = "hitRate"): string {
  const found = /^(\d{1,3})(?:\.(\d{1,6}))?$/.exec(percentage.trim().replace(/%$/, ""));
  const digits = found && found[1]!.padStart(3, "0") + (found[2] ?? "");
  const share = digits && `${digits[0]}.${digits.slice(1)}`;
  if (!share || Number(share) > 1) throw new Incomplete("Enter a percentage from 0 to 100.", field);
  return share;
}

/** What a discount in percent leaves of a price, as a decimal string: 15 is 0.85. */
export function factorOf(percentage: string): string {
  const [, places = ""] = shareOf(percentage, "discount").split(".");
  const left = 10n ** BigInt(places.length) - BigInt(shareOf(percentage, "discount").replace(".", ""));
  const digits = left.toString().padStart(places.length + 1, "0");
  return `${digits.slice(0, -places.length)}.${digits.slice(-places.length)}`;
}

/** The rate card and currency of every request; nothing where the answer is at list prices in USD. */
function billing({ discount, discounted, card, currency }: Question): Pick<Input, "rate_card" | "currency"> {
  const match = discounted ? { provider: discounted } : {};
  const inline = discount.trim() ? { rules: [{ match, multiply: factorOf(discount) }] } : undefined;
  const chosen = card.trim() || inline;
  return { ...(chosen ? { rate_card: chosen } : {}), ...(currency ? { currency } : {}) };
}

/** What a pasted document is, by the members that only one kind has. */
export type Pasted = { response: Json; usage: Json } | { request: Json } | { usage: Json };

export function readPasted(text: string): Pasted {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw new Incomplete("Paste a request, a response or a usage object as JSON.", "pasted");
  }
  if (typeof found !== "object" || found === null || Array.isArray(found)) {
    throw new Incomplete("Paste one JSON object: a request, a response or a usage object.", "pasted");
  }
  const document = found as Json;
  const usage = document.usage ?? document.usageMetadata;
  if (typeof usage === "object" && usage !== null) {
    return modelOf(document) ? { response: document, usage: usage as Json } : { usage: usage as Json };
  }
  return "messages" in document || "contents" in document || "input" in document
    ? { request: document }
    : { usage: document };
}

/** The model that a pasted request or response names, if it does. */
export function modelOf(document: Json): string | undefined {
  const model = document.model ?? document.modelVersion ?? document.modelId;
  return typeof model === "string" ? model : undefined;
}

/** The input of one call. A pasted response is sent whole where the model that served it is priced. */
function callOf(question: Question, model?: string): Input {
  if (question.input === "text") {
    if (!question.text.trim()) throw new Incomplete("Paste the text of a prompt.", "text");
    return {
      text: question.text,
      expected_output_tokens: whole(question, "expected"),
    };
  }
  if (question.input === "paste") {
    const pasted = readPasted(question.pasted);
    if (!("response" in pasted)) return pasted;
    const { response, usage } = pasted;
    return model === undefined || model === modelOf(response) ? { response } : { usage };
  }
  const read = whole(question, "cacheRead");
  const written = whole(question, "cacheWrite");
  return {
    input_tokens: whole(question, "inputTokens"),
    output_tokens: whole(question, "outputTokens"),
    ...(read ? { cache_read_tokens: read } : {}),
    ...(written ? { cache_write_tokens: written } : {}),
  };
}

function pinned(question: Question): { pricing_version?: string; as_of?: string } {
  return {
    ...(question.version ? { pricing_version: question.version } : {}),
    ...(question.asOf ? { as_of: question.asOf } : {}),
  };
}

/** POST /v1/compare: one request on every model. */
export function compareRequest(question: Question): Schema["CompareRequest"] {
  if (!question.models.length) throw new Incomplete("Add a model.", "models");
  const baseline = question.models.includes(question.baseline) ? question.baseline : question.models[0]!;
  return {
    models: question.models,
    baseline,
    calls: 1,
    ...callOf(question),
    ...(question.budget ? { budget_usd: question.budget.replace(/[$,\s]/g, "") } : {}),
    ...billing(question),
    ...pinned(question),
  };
}

/** POST /v1/estimate/workload: the calls of a day or month on one model. */
export function workloadRequest(question: Question, model: string): Schema["WorkloadRequest"] {
  const calls = whole(question, "calls", 1);
  const item = { name: "requests", model, calls, ...callOf(question, model) };
  return {
    period: question.period,
    working_days_per_month: whole(question, "monthDays", 1),
    working_days_per_year: whole(question, "yearDays", 1),
    items: [item as Schema["WorkItemRequest"]],
    ...billing(question),
    ...pinned(question),
  };
}

/** The same calls for a month with every change that is switched on; null when none is. */
export function whatIfRequest(question: Question, model: string): Schema["WorkloadRequest"] | null {
  const batch = { processing: "batch" as const };
  const caching = () => ({
    caching: {
      prefix_tokens: whole(question, "prefix", 1),
      hit_rate: shareOf(question.hitRate),
      ttl: question.ttl,
    },
  });
  const changes: Schema["WhatIfRequest"][] = [];
  if (question.batch) changes.push({ name: "Batch", ...batch });
  if (question.caching) changes.push({ name: "Caching", ...caching() });
  if (question.batch && question.caching) changes.push({ name: "Batch and caching", ...batch, ...caching() });
  if (question.cheaper) changes.push({ name: `On ${question.cheaper}`, model: question.cheaper });
  if (!changes.length) return null;
  const request = workloadRequest(question, model);
  const days = question.period === "day" ? BigInt(request.working_days_per_month!) : 1n;
  const calls = Number(BigInt(request.items[0]!.calls!) * days);
  return { ...request, period: "month", items: [{ ...request.items[0]!, calls }], what_if: changes };
}
