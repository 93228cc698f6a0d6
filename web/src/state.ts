/** What the calculator is asked, and how it is written into a link. */

export type Input = "tokens" | "text" | "paste";
export type Period = "day" | "month";

export type Question = {
  models: string[];
  baseline: string;
  input: Input;
  inputTokens: string;
  outputTokens: string;
  cacheRead: string;
  cacheWrite: string;
  text: string;
  expected: string;
  pasted: string;
  calls: string;
  period: Period;
  monthDays: string;
  yearDays: string;
  batch: boolean;
  caching: boolean;
  prefix: string;
  hitRate: string;
  ttl: "5m" | "1h";
  cheaper: string;
  budget: string;
  currency: string;
  /** A discount on list prices in percent, on one provider's models or all. */
  discount: string;
  discounted: string;
  /** The id of a stored rate card. */
  card: string;
  version: string;
  asOf: string;
};

/** Families, which mean each provider's current model: the page never shows an outdated one. */
export const START: Question = {
  models: ["sonnet", "haiku", "gpt", "gemini-argon"],
  baseline: "",
  input: "tokens",
  inputTokens: "2000",
  outputTokens: "500",
  cacheRead: "",
  cacheWrite: "",
  text: "",
  expected: "500",
  pasted: "",
  calls: "1000",
  period: "day",
  monthDays: "22",
  yearDays: "260",
  batch: false,
  caching: false,
  prefix: "1500",
  hitRate: "90",
  ttl: "5m",
  cheaper: "",
  budget: "",
  currency: "",
  discount: "",
  discounted: "",
  card: "",
  version: "",
  asOf: "",
};

/** Typical requests, to start from. */
export const EXAMPLES: [string, Partial<Question>][] = [
  ["Support chat", { inputTokens: "1800", outputTokens: "350", prefix: "1200" }],
  ["Answers from documents", { inputTokens: "6000", outputTokens: "500", prefix: "1500" }],
  ["Coding agent step", { inputTokens: "40000", outputTokens: "1200", prefix: "36000" }],
  ["Classify a message", { inputTokens: "600", outputTokens: "10", prefix: "500" }],
];

/** The currencies that the European Central Bank publishes rates for; a test compares them with the API's. */
export const CURRENCIES = (
  "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF IDR ILS INR ISK JPY KRW MXN MYR NOK NZD PHP PLN RON SEK SGD THB TRY ZAR"
).split(" ");

/** The longest prompt or response that a link carries; browsers and chats cut longer links. */
export const MAX_LINKED_CHARACTERS = 6000;

const NAMES: Record<keyof Question, string> = {
  models: "m",
  baseline: "base",
  input: "by",
  inputTokens: "in",
  outputTokens: "out",
  cacheRead: "read",
  cacheWrite: "write",
  text: "text",
  expected: "expect",
  pasted: "json",
  calls: "n",
  period: "per",
  monthDays: "days",
  yearDays: "year",
  batch: "batch",
  caching: "cache",
  prefix: "prefix",
  hitRate: "hits",
  ttl: "ttl",
  cheaper: "cheaper",
  budget: "budget",
  currency: "cur",
  discount: "off",
  discounted: "of",
  card: "card",
  version: "v",
  asOf: "at",
};

/** Write a question as a query; what equals the start page's is left out, but for the models. */
export function toQuery(question: Question): URLSearchParams {
  const query = new URLSearchParams();
  for (const key of Object.keys(NAMES) as (keyof Question)[]) {
    const value = question[key];
    if (key === "models") query.set(NAMES.models, question.models.join(","));
    else if (value !== START[key]) query.set(NAMES[key], value === true ? "1" : String(value || ""));
  }
  return query;
}

/** Read a question from a query; anything that it does not state is as on the start page. */
export function fromQuery(query: URLSearchParams): Question {
  const found: Record<string, unknown> = { ...START };
  for (const [key, name] of Object.entries(NAMES)) {
    const text = query.get(name);
    if (text === null) continue;
    if (key === "models") found[key] = text.split(",").filter(Boolean).slice(0, MAX_MODELS);
    else if (key === "batch" || key === "caching") found[key] = text === "1";
    else found[key] = text;
  }
  const question = found as Question;
  if (!["tokens", "text", "paste"].includes(question.input)) question.input = START.input;
  if (!["day", "month"].includes(question.period)) question.period = START.period;
  if (!["5m", "1h"].includes(question.ttl)) question.ttl = START.ttl;
  return question;
}

export const MAX_MODELS = 8;
