/** What a person pasted: which kind of document it is, or what to do with it instead. Money is not read here. */

export type Json = Record<string, unknown>;

/** A pasted document of one call: as it is sent to a model, or with the usage of its answer, which the API finds. */
export type Pasted = { request: Json } | { usage: Json };

/** Where a text belongs that does not describe one call. */
export type Instead = "text" | "report";

/** A pasted text that is not one call, and what to do. */
export class NotOneCall extends Error {
  constructor(
    message: string,
    readonly instead?: Instead,
  ) {
    super(message);
  }
}

const WHAT = "a request, a response or a usage object of one call";

export function readPasted(text: string): Pasted {
  const whole = text.trim();
  if (!whole) throw new NotOneCall(`Paste ${WHAT}, or counts such as 2k in, 500 out.`);
  const document = counts(whole) ?? pairs(whole) ?? streamed(whole) ?? parsed(whole) ?? parsed(fromPython(inner(whole))) ?? parsed(inner(whole));
  if (document === undefined) throw refused(whole);
  const list = Array.isArray(document) ? document : [document];
  if (Array.isArray(document) && list.length && list.every((part) => isObject(part) && "role" in part && !hasUsage(part))) {
    return { request: { messages: list } };
  }
  const one = list.length === 1 ? list[0] : list;
  if (Array.isArray(one) && one.length) {
    throw new NotOneCall(`This is a list of ${one.length}. Paste ${WHAT}, or read the list as a report.`, "report");
  }
  if (!isObject(one)) throw new NotOneCall(`Paste ${WHAT}.`);
  return kind(one);
}

function kind(document: Json): Pasted {
  const { messages, contents, input } = document;
  const asked = Array.isArray(messages) || Array.isArray(contents) || Array.isArray(input) || typeof input === "string";
  return asked && !hasUsage(document) ? { request: document } : { usage: document };
}

/** Whether a document is a response, with its usage as a part. */
export function hasUsage(document: Json): boolean {
  return isObject(document.usage) || isObject(document.usageMetadata);
}

function isObject(found: unknown): found is Json {
  return typeof found === "object" && found !== null && !Array.isArray(found);
}

/** The model that a pasted request or response names, if it does. */
export function modelOf(document: Json): string | undefined {
  const model = document.model ?? document.modelVersion ?? document.modelId;
  return typeof model === "string" ? model : undefined;
}

/** Whether a prompt's text is really a response or a usage object, which states its own counts. */
export function statesUsage(text: string): boolean {
  const found = parsed(text.trim());
  return isObject(found) && hasUsage(found);
}

function parsed(text: string): unknown {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === "object" && found !== null ? found : undefined;
  } catch {
    return undefined;
  }
}

/** What is between the first opening bracket and the last closing one: a fence of Markdown, or a name, is left out. */
function inner(text: string): string {
  const starts = [text.indexOf("{"), text.search(/\b[A-Z]\w*\(/)].filter((at) => at >= 0);
  const end = Math.max(text.lastIndexOf("}"), text.lastIndexOf(")"));
  return text.slice(Math.min(...starts, text.length), end + 1);
}

/** An object as Python prints it, with keyword arguments or quotes of its own, as JSON. */
function fromPython(text: string): string {
  return text
    .replace(/\b[A-Za-z_][\w.]*\(/g, "{")
    .replaceAll(")", "}")
    .replace(/([A-Za-z_]\w*)=/g, '"$1": ')
    .replace(/'([^'"\\]*)'/g, '"$1"')
    .replace(/\bNone\b/g, "null")
    .replace(/\bTrue\b/g, "true")
    .replace(/\bFalse\b/g, "false")
    .replace(/,\s*}/g, "}");
}

/** The events of one response that was streamed; undefined for a list of several calls. */
function streamed(text: string): Json | undefined {
  const lines = [...text.matchAll(/^data:\s*(\{.*)$/gm)].map(([, event]) => parsed(event!));
  const list = lines.length ? lines : parsed(text);
  if (!Array.isArray(list)) return undefined;
  const parts = list.filter(isObject).map((event) => [event.message, event.response].find(isObject) ?? event);
  const ids = new Set(parts.map((part) => part.id ?? part.responseId).filter(Boolean));
  if (!lines.length && ids.size !== 1) return undefined;
  // A later count is of the whole response so far, so it replaces the earlier one.
  const usage = Object.assign({}, ...parts.map((part) => part.usage ?? part.usageMetadata ?? {}));
  if (!Object.keys(usage).length) {
    throw new NotOneCall("This stream has no usage. Ask for it (OpenAI: stream_options.include_usage), or enter the counts.");
  }
  const model = parts.map(modelOf).find(Boolean);
  return { usage, ...(model ? { model } : {}) };
}

const COUNT = String.raw`([\d.,]+\s?[km]?)\s*(?:tokens?\s*)?`;
const IN = String.raw`(?:in|input|prompt)\b(?:\s*tokens?)?`;
const OUT = String.raw`(?:out|output|completion)\b(?:\s*tokens?)?`;
const COUNTS = [
  new RegExp(String.raw`^${COUNT}${IN}[\s,;/+&]*(?:and\s+)?${COUNT}${OUT}\.?$`, "i"),
  new RegExp(String.raw`^${IN}\s*[:=]?\s*${COUNT}[\s,;/+&]*(?:and\s+)?${OUT}\s*[:=]?\s*${COUNT}\.?$`, "i"),
];

/** Counts in words: `2k in 1k out`, `input: 2,000, output: 500`. */
function counts(text: string): Json | undefined {
  for (const pattern of COUNTS) {
    const [input, output] = (pattern.exec(text) ?? []).slice(1).map(wholeNumber);
    if (input !== undefined && output !== undefined) return { input_tokens: input, output_tokens: output };
  }
  return undefined;
}

/** Counts by name, a line or a word each, as SDKs of Google print them: `prompt_token_count: 8`. */
function pairs(text: string): Json | undefined {
  const pair = /\s*"?(\w*token\w*)"?\s*[:=]\s*(\d+)[,\s]*/y;
  const found: [string, number][] = [];
  while (pair.lastIndex < text.length) {
    const [, name, number] = pair.exec(text) ?? [];
    if (!name) return undefined;
    found.push([name, Number(number)]);
  }
  return Object.fromEntries(found);
}

/** Whether a request bounds its output itself, so that no expected output has to be stated. */
export function boundsOutput(request: Json): boolean {
  const limits = ["max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens", "maxTokens"];
  const places = [request, request.generationConfig, request.inferenceConfig].filter(isObject);
  return places.some((place) => limits.some((name) => typeof place[name] === "number"));
}

/** Whether a text is a request without such a bound: the page then asks for the expected output. */
export function unbounded(text: string): boolean {
  try {
    const found = readPasted(text);
    return "request" in found && !boundsOutput(found.request);
  } catch {
    return false;
  }
}

/** A whole number as people write it: 1,000, 2k, 1.5M; undefined for anything else. */
export function wholeNumber(text: string): number | undefined {
  const found = /^(\d{1,12})(?:\.(\d{1,6}))?([km]?)$/i.exec(text.replace(/[,_\s]/g, ""));
  if (!found) return undefined;
  const [, whole = "", fraction = "", unit = ""] = found;
  const places = { k: 3, m: 6 }[unit.toLowerCase()] ?? 0;
  if (fraction.length > places) return undefined;
  const number = Number(whole + fraction.padEnd(places, "0"));
  return number < 1e12 ? number : undefined;
}

/** Why a text is refused, by what it looks like. */
function refused(text: string): NotOneCall {
  const lines = text.split("\n").filter((line) => line.trim());
  if (lines.length > 1 && lines.every((line) => /^\s*[[{]/.test(line) && parsed(line) !== undefined)) {
    return new NotOneCall(`These are ${lines.length} lines of a log. Read them as a report, or paste one of them.`, "report");
  }
  const columns = lines[0]?.split(/[,;\t]/).length ?? 0;
  if (lines.length > 1 && columns > 2 && lines.every((line) => line.split(/[,;\t]/).length >= columns)) {
    return new NotOneCall("This looks like a table. Read it as a report.", "report");
  }
  if (/^[[{"]/.test(text)) return new NotOneCall(`This is not whole JSON: it may have been cut off. Paste ${WHAT}.`);
  if (!/\p{L}/u.test(text)) return new NotOneCall(`Paste ${WHAT}, or counts such as 2k in, 500 out.`);
  return new NotOneCall(
    `This is text, not JSON. Count its tokens as a prompt, or paste ${WHAT}, or counts such as 2k in, 500 out.`,
    "text",
  );
}
