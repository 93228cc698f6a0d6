/// <reference types="vite/client" />
import { describe, expect, it } from "vitest";
import type { Schema } from "../src/api";
import rates from "../../layers/pricing/pricing/data/exchange_rates.csv?raw";
import { amountsAt, isAfter, nameOf, pricesAt } from "../src/estimate";
import { compareRequest, factorOf, Incomplete, shareOf, whatIfRequest, workloadRequest } from "../src/requests";
import { NotOneCall, readPasted, wholeNumber } from "../src/pasted";
import { searched } from "../src/models";
import { hours, unitPrices } from "../src/prices";
import { snippet } from "../src/snippets";
import { CURRENCIES, fromQuery, type Question, START, toQuery } from "../src/state";
import { csv, dated, listed } from "../src/parts";

const question = (change: Partial<Question>): Question => ({ ...START, ...change });

describe("a link", () => {
  it("holds every part of a question", () => {
    const asked: Question = {
      models: ["openai/gpt-5.1", "openrouter/x-ai/grok-4"],
      baseline: "openai/gpt-5.1",
      input: "text",
      inputTokens: "1",
      outputTokens: "2",
      cacheRead: "3",
      cacheWrite: "4",
      text: "a & b = c\nñ",
      expected: "5",
      pasted: '{"a": 1}',
      calls: "6",
      period: "month",
      monthDays: "7",
      yearDays: "8",
      batch: true,
      caching: true,
      prefix: "9",
      hitRate: "12.5",
      ttl: "1h",
      cheaper: "haiku",
      budget: "100",
      currency: "EUR",
      discount: "12.5",
      discounted: "openai",
      card: "rate-card-0123",
      version: "2026-11-23.4",
      asOf: "2026-11-30T04:10:52Z",
    };
    expect(fromQuery(new URLSearchParams(toQuery(asked).toString()))).toEqual(asked);
  });
  it("without a question asks the first one", () => expect(fromQuery(new URLSearchParams())).toEqual(START));
  it("keeps a field that was emptied", () => {
    const asked = question({ inputTokens: "" });
    expect(fromQuery(toQuery(asked))).toEqual(asked);
  });
  it("with an unknown choice asks the usual one", () => {
    expect(fromQuery(new URLSearchParams("by=magic&per=hour&ttl=9m"))).toEqual(START);
  });
});

describe("a request", () => {
  it("holds the tokens as counts, and the version and moment of a link", () => {
    const asked = question({ models: ["opus"], inputTokens: "12,000", cacheRead: "50", version: "v1", asOf: "2026-11-22" });
    expect(compareRequest(asked)).toEqual({
      models: ["opus"],
      baseline: "opus",
      calls: 1,
      input_tokens: 12000,
      output_tokens: 500,
      cache_read_tokens: 50,
      pricing_version: "v1",
      as_of: "2026-11-22",
    });
  });
  it.each(["-1", "1.5", "many", "1e3"])("with %s tokens cannot be sent", (inputTokens) => {
    expect(() => compareRequest(question({ inputTokens }))).toThrow(Incomplete);
  });
  it("keeps a response whole for the model that served it, and its usage for the others", () => {
    const response = { model: "gpt-5.1", usage: { prompt_tokens: 9, completion_tokens: 1 } };
    const asked = question({ input: "paste", pasted: JSON.stringify(response) });
    expect(workloadRequest(asked, "gpt-5.1").items[0]).toMatchObject({ response });
    expect(workloadRequest(asked, "opus").items[0]).toMatchObject({ usage: response });
  });
  it("for what-ifs has a month's calls: 1,000 a day on 22 days", () => {
    const asked = question({ batch: true, caching: true, hitRate: "90" });
    const request = whatIfRequest(asked, "opus");
    expect(request?.items[0]?.calls).toBe(22_000);
    expect(request?.period).toBe("month");
    expect(request?.what_if?.map((change) => change.name)).toEqual(["Batch", "Caching", "Batch and caching"]);
    expect(request?.what_if?.[1]?.caching).toEqual({ prefix_tokens: 1500, hit_rate: "0.90", ttl: "5m" });
  });
  it("without a what-if is not sent", () => expect(whatIfRequest(START, "opus")).toBeNull());
});

it.each([
  ["90", "0.90"],
  ["100", "1.00"],
  ["5", "0.05"],
  ["12.5%", "0.125"],
  ["0", "0.00"],
])("%s percent is a share of %s", (text, share) => expect(shareOf(text)).toBe(share));
it.each([
  ["15", "0.85"],
  ["0", "1.00"],
  ["100", "0.00"],
  ["12.5", "0.875"],
  ["99.999999", "0.00000001"],
])("a discount of %s percent leaves %s of a price", (text, factor) => expect(factorOf(text)).toBe(factor));

it("a discount is an inline rate card, of one provider or all, and an id goes before it", () => {
  const card = (change: Partial<Question>) => compareRequest(question(change)).rate_card;
  expect(card({ discount: "15" })).toEqual({ rules: [{ match: {}, multiply: "0.85" }] });
  expect(card({ discount: "15", discounted: "openai" })).toEqual({ rules: [{ match: { provider: "openai" }, multiply: "0.85" }] });
  expect(card({ discount: "15", card: " rate-card-1 " })).toBe("rate-card-1");
  expect(card({})).toBeUndefined();
  expect(compareRequest(question({ currency: "EUR" })).currency).toBe("EUR");
});

it("the currencies to choose from are those of the API", () => {
  const [head] = rates.split("\n");
  const published = head!.trim().split(",").slice(1).filter((code) => code !== "USD");
  expect(CURRENCIES).toEqual([...published, "EUR"].sort());
});

describe("an amount of an answer", () => {
  const plain = { total_usd: "8", net: null, converted: null };
  const net = { ...plain, net: { total_usd: "6" } };
  const euro = { currency: "EUR", rate: "0.5", rate_date: "2026-11-30", source: "ECB", total: "4" };
  const converted = { ...euro, amounts: { "/total_usd": "4", "/net/total_usd": "3" } };
  it.each([
    [plain, { currency: "USD", pays: "8", list: null, usd: null }],
    [net, { currency: "USD", pays: "6", list: "8", usd: null }],
    [{ ...plain, converted }, { currency: "EUR", pays: "4", list: null, usd: "8" }],
    [{ ...net, converted }, { currency: "EUR", pays: "3", list: "4", usd: "6" }],
  ])("%j is what is paid, and what that differs from", (answer, amounts) => {
    expect(amountsAt(answer, "/total_usd")).toEqual({ ...amounts, least: false });
  });
  it.each([
    [{ ...plain, status: "unpriced" }, null, false],
    [{ ...plain, status: "partial" }, "8", true],
    [{ ...plain, status: "priced" }, "8", false],
    // The sum of a workload whose only line has no known price is partial, and that of nothing.
    [{ ...plain, totals: { status: "partial" }, items: [{ status: "unpriced" }] }, null, false],
    [{ ...plain, totals: { status: "partial" }, items: [{ status: "partial" }] }, "8", true],
    [{ ...plain, status: "unpriced", net: { total_usd: "6", status: "priced" } }, "6", false],
  ])("of %j is not zero where it has no known price, and not whole where a part has none", (answer, pays, least) => {
    expect(amountsAt(answer, "/total_usd")).toMatchObject({ pays, list: null, least });
  });
  it("that is not known stays unknown", () => {
    expect(amountsAt({ ...plain, total_usd: null } as never, "/total_usd").pays).toBeNull();
  });
});

it.each(["101", "-1", "all", ""])("%s percent is refused", (text) => expect(() => shareOf(text)).toThrow(Incomplete));

it.each([
  ['{"model": "x", "usage": {"a": 1}}', { usage: { model: "x", usage: { a: 1 } } }],
  ['{"input": 9, "output": 1}', { usage: { input: 9, output: 1 } }],
  ['{"input": "Why?"}', { request: { input: "Why?" } }],
  ['{"model": "x", "messages": []}', { request: { model: "x", messages: [] } }],
  ['{"contents": []}', { request: { contents: [] } }],
  ['{"prompt_tokens": 1}', { usage: { prompt_tokens: 1 } }],
])("what %s is, its members say", (text, pasted) => expect(readPasted(text)).toEqual(pasted));

it.each([
  "2k in 1k out",
  "2,000 input tokens and 1000 output tokens",
  "input: 2000, output: 1000",
  "```json\n{\"input_tokens\": 2000, \"output_tokens\": 1000}\n```",
  "usage=Usage(input_tokens=2000, output_tokens=1000)",
  "{'input_tokens': 2000, 'output_tokens': 1000}",
  '"usage": {"input_tokens": 2000, "output_tokens": 1000}',
  '[{"input_tokens": 2000, "output_tokens": 1000}]',
])("counts are found in %j", (text) => {
  expect(readPasted(text)).toEqual({ usage: { input_tokens: 2000, output_tokens: 1000 } });
});

it("counts by name are a usage, a line or a word each", () => {
  const usage = { prompt_token_count: 8, candidates_token_count: 2 };
  expect(readPasted("prompt_token_count: 8\ncandidates_token_count: 2\n")).toEqual({ usage });
  expect(readPasted("prompt_token_count=8 candidates_token_count=2")).toEqual({ usage });
});

it("a request without a limit of its output is sent with the expected output, and one with a limit is not", () => {
  const messages = [{ role: "user", content: "Hi" }];
  const sent = (request: object) => compareRequest(question({ input: "paste", pasted: JSON.stringify(request), expected: "70" }));
  expect(sent(messages)).toMatchObject({ request: { messages }, expected_output_tokens: 70 });
  expect(sent({ messages, max_tokens: 5 })).not.toHaveProperty("expected_output_tokens");
  expect(sent({ contents: [], generationConfig: { maxOutputTokens: 5 } })).not.toHaveProperty("expected_output_tokens");
});

it("Python's own form of a usage keeps its parts and its absent values", () => {
  const text = "CompletionUsage(completion_tokens=9, prompt_tokens=8, total_tokens=17, details=Details(cached_tokens=0, audio=None))";
  const usage = { completion_tokens: 9, prompt_tokens: 8, total_tokens: 17, details: { cached_tokens: 0, audio: null } };
  expect(readPasted(text)).toEqual({ usage });
});

it("a stream's later counts replace its earlier ones", () => {
  const start = '{"type": "message_start", "message": {"model": "claude-haiku-5-5", "usage": {"input_tokens": 9, "output_tokens": 1}}}';
  const end = '{"type": "message_delta", "usage": {"output_tokens": 30}}';
  const usage = { input_tokens: 9, output_tokens: 30 };
  const text = `event: message_start\ndata: ${start}\n\nevent: message_delta\ndata: ${end}\n`;
  expect(readPasted(text)).toEqual({ usage: { model: "claude-haiku-5-5", usage } });
});

it.each([
  ['{"model": "a"}\n{"model": "b"}', "report", /2 lines of a log/],
  ["date,model,tokens\n2026-11-01,opus,5", "report", /a table/],
  ["date\tmodel\ttokens\n2026-11-01\topus\t5", "report", /a table/],
  ['[{"model": "a"}, {"model": "b"}]', "report", /a list of 2/],
  ["User: where is my order?\nAgent: on its way.", "text", /text, not JSON/],
  ['{"usage": {"input_tok', undefined, /cut off/],
  ['data: {"usage": null}\n\ndata: [DONE]', undefined, /stream has no usage/],
] as const)("pasted %j belongs elsewhere, and it says where", (text, instead, message) => {
  expect(() => readPasted(text)).toThrow(message);
  try {
    readPasted(text);
  } catch (error) {
    expect((error as NotOneCall).instead).toBe(instead);
  }
});

it.each([
  ["1,000", 1000],
  ["2k", 2000],
  ["1.5M", 1_500_000],
  ["0.25k", 250],
  ["1.5", undefined],
  ["2.0005k", undefined],
  ["-1", undefined],
  ["", undefined],
])("the count %j is %j", (text, number) => expect(wholeNumber(text)).toBe(number));

it.each(["", "[]"])("pasted text %j is explained, not sent", (text) => {
  expect(() => readPasted(text)).toThrow(/^Paste |Paste a request/);
});

it("a command for the shell quotes an apostrophe", () => {
  const body = { text: "it's" };
  expect(snippet("curl", { method: "POST", url: "http://x/v1/compare", body })).toContain(`"it'\\''s"`);
});

it.each(["curl", "Python", "TypeScript"] as const)("a request without a body sends none in %s", (language) => {
  const code = snippet(language, { method: "GET", url: "http://x/v1/health" });
  expect(code).toContain("http://x/v1/health");
  expect(code).not.toMatch(/content-type|body|data/);
});

it("a spreadsheet reads no cell as a formula, and negative amounts stay numbers", () => {
  expect(csv([["=1+1", "-8.55", 'a "b", c', null]])).toBe('\uFEFF\'=1+1,-8.55,"a ""b"", c",\r\n');
});

describe("a search for a model", () => {
  const model = (provider: string, id: string, retires: string | null = null): Schema["ModelSummary"] => ({
    id,
    provider,
    name: id,
    family: null,
    context_window: null,
    max_output_tokens: null,
    long_prompt_above_tokens: null,
    mode: "chat",
    units: [],
    capabilities: [],
    retires,
    usd_per_mtok: { input: "1", output: "2" },
  });
  const models = [
    model("google", "gemini-1.5-flash", "2025-09-24"),
    model("google", "gemini-2.5-flash"),
    model("google", "gemini-10-flash"),
    model("openrouter", "google/gemini-10-flash"),
    model("openai", "gpt-5.1"),
  ];
  const ids = (search: string) => searched(models, search).map((found) => found.id);
  it("needs every word, and lists retired models last and resellers after providers", () => {
    expect(ids("flash gemini")).toEqual([
      "gemini-10-flash",
      "gemini-2.5-flash",
      "google/gemini-10-flash",
      "gemini-1.5-flash",
    ]);
    expect(ids("google/gemini 2.5")).toEqual(["gemini-2.5-flash"]);
    expect(ids("claude")).toEqual([]);
  });
  it("lists what has exactly that name first, then its maker's newest, then hosts", () => {
    const found = searched(
      [
        { ...model("bedrock", "global.anthropic.claude-opus-5-5"), family: "opus" },
        { ...model("anthropic", "claude-opus-4-8"), family: "opus" },
        { ...model("anthropic", "claude-opus-5-5"), family: "opus" },
        model("openai", "gpt-4o"),
      ],
      "opus",
    ).map((listed) => listed.id);
    expect(found).toEqual(["claude-opus-5-5", "claude-opus-4-8", "global.anthropic.claude-opus-5-5"]);
    const named = [model("azure", "gpt-4o"), model("openai", "gpt-4o-mini"), model("openai", "gpt-4o-2024-08-06"), model("openai", "gpt-4o")];
    const retired = { ...model("anthropic", "claude-sonnet-4-5"), retires: "2026-01-01" };
    const older = [model("perplexity", "anthropic/claude-sonnet-4-5"), model("bedrock", "anthropic.claude-sonnet-4-5-v1:0"), retired];
    for (const search of ["claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"]) expect(searched(older, search)[0]).toBe(retired);
    expect(searched(named, "gpt-4o").map((listed) => `${listed.provider}/${listed.id}`).slice(0, 1)).toEqual(["openai/gpt-4o"]);
  });
  it("reads names as people say them", () => {
    expect(ids("ChatGPT 5")).toEqual(["gpt-5.1"]);
    expect(ids("gpt5")).toEqual(["gpt-5.1"]);
    expect(ids("gpt6")).toEqual([]);
  });
  it("without a word goes by provider, resellers and retired models last", () => {
    expect(ids(" ")).toEqual(["gemini-10-flash", "gemini-2.5-flash", "gpt-5.1", "google/gemini-10-flash", "gemini-1.5-flash"]);
  });
});

it("days in a text are written as elsewhere on the page, and those in a name stay", () => {
  expect(dated("replaced by 2027-01-14: gpt-4o-2024-08-06, not 2026-11-20T10:00:00Z")).toBe(
    "replaced by 14 Jan 2027: gpt-4o-2024-08-06, not 2026-11-20T10:00:00Z",
  );
});

it.each([
  [["a"], "a"],
  [["a", "b"], "a and b"],
  [["a", "b", "c"], "a, b and c"],
])("%s are named as %s", (names, text) => expect(listed(names)).toBe(text));

it("a model has its provider's name where another has the same id", () => {
  const named = (provider: string, id: string) => ({ row: { model: { provider, id, requested: id, matched_by: "id" as const } } });
  const rows = [named("azure", "gpt-4o"), named("openai", "gpt-4o"), named("openai", "gpt-5.1")];
  expect(rows.map(({ row }) => nameOf(row.model, rows))).toEqual(["azure/gpt-4o", "openai/gpt-4o", "gpt-5.1"]);
});

it("the prices of a day are those that began by then, and others are announced", () => {
  const period = (start: string | null, end: string | null) => ({ start, end, source: start ?? "", modes: [], windows: [] });
  const change = "2026-10-07T00:00:00Z";
  const page = { price_history: [period(null, change), period(change, null)] } as unknown as Schema["ModelPage"];
  expect(pricesAt(page, "2026-10-06")?.start).toBeNull();
  expect(pricesAt(page, "2026-10-07")?.start).toBe(change);
  expect([isAfter(change, "2026-10-06T23:59:59Z"), isAfter(change, "2026-10-07"), isAfter(null, "2026-10-06")]).toEqual([true, false, false]);
});

it("prices of what is not a token are named by what they are for", () => {
  const listed = { default: false, minimum: null };
  const units = [
    { ...listed, component: "image", unit: "image", usd: "0.167", when: { quality: "high", size: "1024x1024" } },
    { ...listed, component: "audio_second", unit: "second", usd: "0.0001", when: {} },
    { ...listed, component: "training", unit: "token", usd: "25", when: {} },
  ];
  expect(unitPrices({ units })).toEqual({
    "image, high, 1024x1024, per image": "0.167",
    "audio_second, per second": "0.0001",
    "training, per million tokens": "25",
  });
});

it.each([
  [{ start: "16:30:00", end: "00:30:00", days: [] }, "from 16:30 to 00:30 UTC"],
  [{ start: "00:00:00", end: "00:00:00", days: [6, 7] }, "all day on Saturday and Sunday"],
])("the hours of other prices are told: %j", (window, words) => expect(hours(window)).toBe(words));
