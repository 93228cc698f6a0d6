/** The calculator's question as requests to the API. Counts are arranged here; money never is. */

import type { Schema } from "./api";
import { boundsOutput, hasUsage, type Instead, modelOf, NotOneCall, type Pasted, readPasted, wholeNumber } from "./pasted";
import type { Question } from "./state";

/** A question that cannot be sent yet, what to enter instead, and where. */
export class Incomplete extends Error {
  constructor(
    message: string,
    readonly field: keyof Question,
    /** What the page offers to do with a pasted text that is not one call. */
    readonly instead?: Instead,
  ) {
    super(message);
  }
}

type Input = Partial<Schema["CompareRequest"]>;

type Numbers = { [Field in keyof Question]: Question[Field] extends string ? Field : never }[keyof Question];

function whole(question: Question, field: Numbers, least = 0): number {
  const text = (question[field] as string).trim();
  if (text === "" && least === 0) return 0;
  const number = wholeNumber(text);
  if (number === undefined || number < least) {
    throw new Incomplete(`Enter a whole number${least ? ` from ${least}` : ""}, such as 1,000 or 2k.`, field);
  }
  return number;
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

function pastedOf({ pasted }: Question): Pasted {
  try {
    return readPasted(pasted);
  } catch (error) {
    if (error instanceof NotOneCall) throw new Incomplete(error.message, "pasted", error.instead);
    throw error;
  }
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
    const pasted = pastedOf(question);
    if ("request" in pasted) {
      return { ...pasted, ...(boundsOutput(pasted.request) ? {} : { expected_output_tokens: whole(question, "expected") }) };
    }
    const served = hasUsage(pasted.usage) ? modelOf(pasted.usage) : undefined;
    return served && (model === undefined || model === served) ? { response: pasted.usage } : pasted;
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

/** A prefix that fits an input: three quarters of it. */
export function fittingPrefix(input: number): string {
  return String(Math.floor((input * 3) / 4));
}
