/** What the question costs: a table, bars, what-ifs, notices, history, and ways to take it along. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Schema } from "./api";
import { Bars } from "./charts";
import { Details, Notices, Snippets } from "./details";
import { type Amounts, amountsAt, type Answered, atAnnounced, type Later, modelPages, type Row } from "./estimate";
import { count, money, percent, times } from "./money";
import { csv, download, Facts, moment, Money, Notes } from "./parts";
import { wholeNumber } from "./pasted";
import type { Question } from "./state";

type Properties = {
  answered: Answered;
  /** The same question at today's prices, when the answer is fixed to a version and moment. */
  today: Answered | null;
  pinned: boolean;
  unpin: () => void;
  link: ComponentChildren;
};

export function Results({ answered, today, pinned, unpin, link }: Properties) {
  const { compared, rows } = answered;
  const pages = usePages(answered);
  const later = useLater(answered, pages);
  return (
    <>
      <Asked question={answered.question} />
      {pinned && today && <Pinned answered={answered} today={today} unpin={unpin} />}
      {rows.length > 0 && <Headline answered={answered} />}
      {rows.length > 0 && <Costs answered={answered} today={today} />}
      {compared.excluded.map((model) => (
        <p class="notice" key={model.model}>
          <strong>{model.model}</strong> is not in the comparison: {model.reason}
        </p>
      ))}
      <div class="actions">
        {link}
        <button type="button" class="quiet" onClick={() => download("tariff.csv", "text/csv", table(answered))}>
          Download CSV
        </button>
        <button type="button" class="quiet" onClick={() => print()}>
          Print
        </button>
      </div>
      {rows.some((row) => row.changed) && <Changes rows={rows} question={answered.question} />}
      {rows.length > 0 && (
        <Bars
          caption="Cost of one request"
          {...(rows.length > 1 ? { baseline: rows.findIndex(({ row }) => row.model.id === compared.baseline) } : {})}
          bars={rows.map(({ row }) => {
            const { pays, currency } = amountsAt(row, "/per_call_usd");
            return { label: row.model.id, parts: split(row), text: pays ? money(pays, currency) : "no price" };
          })}
        />
      )}
      <Notices answered={answered} pages={pages} later={later} />
      <Details answered={answered} pages={pages} />
      <Snippets request={answered.request} />
      <Rate converted={rows[0]?.row.converted} />
      <Source pricing={compared.pricing} />
    </>
  );
}

function usePages(answered: Answered): Schema["ModelPage"][] {
  const [pages, setPages] = useState<Schema["ModelPage"][]>([]);
  const wanted = [answered.compared.pricing.version, ...answered.rows.map(({ row }) => row.model.id)].join();
  useEffect(() => {
    const stop = new AbortController();
    // Without them the figures are complete; only notices and history are missing.
    modelPages(answered, stop.signal).then(setPages, () => setPages([]));
    return () => stop.abort();
  }, [wanted]);
  return pages;
}

/** The same calls at the prices that are announced, by model. */
function useLater(answered: Answered, pages: Schema["ModelPage"][]): Later[] {
  const [later, setLater] = useState<Later[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    setLater([]);
    // Without them the notice still has the prices.
    atAnnounced(answered, pages, stop.signal).then(setLater, () => {});
    return () => stop.abort();
  }, [answered, pages]);
  return later;
}

/** The question, for a printed page, which has no form. */
function Asked({ question }: { question: Question }) {
  const { caching, batch, cheaper, budget, discount, discounted, card, currency } = question;
  const options = [
    batch && "batch processing",
    caching && `caching of ${question.prefix} tokens, ${question.hitRate}% found, kept for ${question.ttl}`,
    cheaper && `on ${cheaper} instead`,
  ].filter(Boolean);
  const facts: [string, string | false][] = [
    ["Models", question.models.join(", ")],
    ["Prompt", question.input === "text" && question.text],
    ["Pasted", question.input === "paste" && question.pasted],
    ["Expected output tokens", question.input !== "tokens" && question.expected],
    ["Compared with", options.join("; ")],
    ["Budget", budget && `${budget} USD`],
    ["Discount", discount && `${discount}% on ${discounted || "every provider"}`],
    ["Rate card", card],
    ["Currency", currency || "USD"],
  ];
  return <Facts class="asked" facts={facts} />;
}

/** The components of a request's cost, in the four kinds that the bars distinguish. */
function split(row: Schema["CompareRow"]): { kind: string; amount: string }[] {
  const kind = (name: string) =>
    name === "input" || name === "output" ? name : name.startsWith("cache_") ? "cached" : "other";
  return (row.net ?? row).line_items
    .filter((item) => item.cost_usd !== null)
    .map((item) => ({ kind: kind(item.component), amount: item.cost_usd! }));
}

/** An amount as it is paid; below it the list price that a rate card changes, and the exact figure in USD. */
function Amount({ amounts }: { amounts: Amounts }) {
  const { currency, pays, list, usd } = amounts;
  return (
    <span>
      <Money amount={pays} currency={currency} />
      {list !== null && list !== pays && (
        <small class="now">
          list <Money amount={list} currency={currency} />
        </small>
      )}
      {usd !== null && (
        <small class="now">
          <Money amount={usd} />
        </small>
      )}
    </span>
  );
}

/** The answer in a sentence: the cheapest model, what a month costs, and how far the most expensive is from it. */
export function Headline({ answered, short = false }: { answered: Answered; short?: boolean }) {
  const { rows, compared } = answered;
  const cheapest = rows.find(({ row }) => row.model.id === compared.cheapest && row.model.provider === compared.cheapest_provider);
  const last = rows.findLast(({ row }) => row.status === "priced");
  if (!cheapest || !last) return null;
  const month = amountsAt(cheapest.period, "/totals/monthly_usd");
  const most = amountsAt(last.period, "/totals/monthly_usd");
  const equal = rows.filter(({ period }) => amountsAt(period, "/totals/monthly_usd").pays === most.pays);
  const cost = <Money amount={most.pays} currency={most.currency} />;
  return (
    <span class="headline">
      <strong>
        <Money amount={month.pays} currency={month.currency} /> a month
      </strong>{" "}
      {equal.length === rows.length && rows.length > 1 ? (
        `on each of these ${rows.length} models.`
      ) : (
        <>
          on {cheapest.row.model.id}
          {rows.length > 1 && ", the cheapest of these"}.
          {!short && last !== cheapest && (
            <>
              {" "}
              {equal.length === 1
                ? `The most expensive, ${last.row.model.id}, costs`
                : equal.length === rows.length - 1
                  ? `The other ${WORDS[equal.length]} cost`
                  : `The ${WORDS[equal.length]} most expensive cost`}{" "}
              {cost}{equal.length > 1 && " each"}.
            </>
          )}
        </>
      )}
      <WithOptions row={cheapest} />
    </span>
  );
}

const WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight"];

/** What the options that are switched on, all that combine, make of the same month. */
function WithOptions({ row: { row, changed } }: { row: Row }) {
  const names = changed?.what_if.map((change) => change.name) ?? [];
  const index = names.findLastIndex((name) => !name.startsWith("On "));
  const shown = index < 0 ? names.length - 1 : index;
  if (!changed || shown < 0) return null;
  const name = names[shown]!;
  return (
    <span class="options">
      {name.startsWith("On ") ? `${name} instead` : `${row.model.id} with ${name.toLowerCase()}`}: <Change changed={changed} index={shown} />
    </span>
  );
}

/** One request, in a few words. */
function described({ question, request }: Answered): string {
  if (question.input === "text") return `the prompt, with ${count(request.expected_output_tokens ?? 0)} output tokens`;
  if (question.input === "paste") return "what was pasted";
  const { input_tokens: input, output_tokens: output, cache_read_tokens: read, cache_write_tokens: written } = request;
  const cached = [read && `${count(read)} read from the cache`, written && `${count(written)} written to it`].filter(Boolean);
  return [`${count(input ?? 0)} input and ${count(output ?? 0)} output tokens`, ...cached].join(", ");
}

function Costs({ answered, today }: { answered: Answered; today: Answered | null }) {
  const { rows, compared, question } = answered;
  const daily = question.period === "day";
  const budget = rows.some(({ row }) => row.calls_for_budget !== null);
  const headings = [
    "Model",
    "One request",
    ...(daily ? ["A day"] : []),
    "A month",
    "A year",
    ...(rows.length > 1 ? ["Relative"] : []),
    ...(budget ? [`Requests for $${question.budget}`] : []),
  ];
  return (
    <table role="table" class="costs stack">
      <caption>
        {count(wholeNumber(question.calls) ?? question.calls)} requests a {question.period} of {described(answered)}
        {daily && `, ${question.monthDays} days a month, ${question.yearDays} days a year`}; cheapest first
        {rows.length > 1 && `; relative to ${compared.baseline}`}
        {rows.some(({ row }) => row.net) && ". At your prices; list prices that differ are below them"}
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          {headings.map((heading, index) => (
            <th role="columnheader" scope="col" class={index ? "number" : ""} key={heading}>
              {heading}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map(({ row, period }) => {
          const cells: ComponentChildren[] = [
            <Amount amounts={amountsAt(row, "/per_call_usd")} />,
            ...(daily ? [<Amount amounts={amountsAt(period, "/totals/period_usd")} />] : []),
            <Monthly row={row} period={period} today={today} />,
            <Amount amounts={amountsAt(period, "/totals/yearly_usd")} />,
            ...(rows.length > 1 ? [row.relative_to_baseline ? times(row.relative_to_baseline) : "–"] : []),
            ...(budget ? [row.calls_for_budget === null ? "–" : count(row.calls_for_budget)] : []),
          ];
          return (
            <tr role="row" key={`${row.model.provider}/${row.model.id}`} data-model={row.model.id}>
              <th role="rowheader" scope="row">
                {row.model.id} <small>{row.model.provider}</small>
                {row.status !== "priced" && <small class="warn"> a component has no known price</small>}
              </th>
              {cells.map((cell, index) => (
                <td role="cell" class="number" key={headings[index + 1]} data-label={headings[index + 1]}>
                  {cell}
                </td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

type MonthlyProperties = { row: Schema["CompareRow"]; period: Schema["WorkloadEstimate"]; today: Answered | null };

function Monthly({ row, period, today }: MonthlyProperties) {
  const other = today?.rows.find((found) => same(found.row.model, row.model));
  const [then, now] = [period, other?.period].map((found) => found && amountsAt(found, "/totals/monthly_usd"));
  return (
    <>
      <Amount amounts={then!} />
      {now && now.pays !== then!.pays && (
        <small class="now">
          today <Money amount={now.pays} currency={now.currency} />
        </small>
      )}
    </>
  );
}

function same(a: Schema["MatchedModel"], b: Schema["MatchedModel"]): boolean {
  return a.id === b.id && a.provider === b.provider;
}

function Pinned({ answered, today, unpin }: { answered: Answered; today: Answered; unpin: () => void }) {
  const { pricing } = answered.compared;
  const figures = (found: Answered) =>
    found.rows.map(({ row, period }) => [row.model, amountsAt(row, "/per_call_usd"), amountsAt(period, "/totals/monthly_usd")]);
  const equal = JSON.stringify(figures(answered)) === JSON.stringify(figures(today));
  return (
    <p class="notice" data-testid="pinned">
      These figures are fixed to {moment(pricing.as_of)} (price version {pricing.version}).{" "}
      {equal ? "Today they are the same." : "Today's differ; see the table."}{" "}
      <button type="button" class="link" onClick={unpin}>
        Use today's prices
      </button>
    </p>
  );
}

/** A note of a what-if for a reader of this page; none where the table says the same. */
function plain(note: string): string[] {
  if (note.startsWith("This change saves nothing")) return [];
  if (/ count tokens differently/.test(note)) {
    return ["Models count tokens differently; the same counts are assumed. Enter the prompt's text to have it counted for each."];
  }
  const short = /a prompt has fewer than (\d+) tokens/.exec(note);
  if (short) return [`Caching: the input has fewer than ${count(short[1]!)} tokens, so the prefix cannot be a part of it. Enter a smaller prefix.`];
  // What a caller would send instead means nothing here.
  return [note.replace(/^requests: /, "").replace(/ It offers `\w+`: [^.]*\./, "")];
}

function Changes({ rows, question }: { rows: Row[]; question: Question }) {
  const names = rows[0]!.changed!.what_if.map((change) => change.name);
  return (
    <section class="what-if">
      <h2>What would change</h2>
      <table role="table" class="stack">
        <caption>
          Cost a month, and what it would save
          {question.caching &&
            `. Caching: a prefix of ${count(wholeNumber(question.prefix) ?? question.prefix)} tokens, found by ${question.hitRate.replace("%", "")}% of requests, kept for ${question.ttl === "5m" ? "5 minutes" : "1 hour"}`}
        </caption>
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col">
              Model
            </th>
            {names.map((name) => (
              <th role="columnheader" scope="col" class="number" key={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map(({ row, changed }) => (
            <tr role="row" key={`${row.model.provider}/${row.model.id}`}>
              <th role="rowheader" scope="row">
                {row.model.id}
              </th>
              {names.map((name, index) => (
                <td role="cell" class="number" key={name} data-label={name} data-change={name}>
                  {changed && <Change changed={changed} index={index} />}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <Notes texts={rows.flatMap(({ changed }) => (changed?.what_if ?? []).flatMap((change) => change.notes.flatMap(plain)))} />
    </section>
  );
}

/** The cost with a change, and what that saves or costs more: the API states the latter as a negative saving. */
export function Change({ changed, index }: { changed: Schema["WorkloadEstimate"]; index: number }) {
  const total = amountsAt(changed, `/what_if/${index}/total_usd`);
  const { pays: saves, currency } = amountsAt(changed, `/what_if/${index}/saves_usd`);
  const { saves_percent: share } = (changed.net ?? changed).what_if[index]!;
  const more = saves?.startsWith("-");
  return (
    <span>
      <Money amount={total.pays} currency={currency} />{" "}
      {saves === "0" ? (
        <small class="now">saves nothing</small>
      ) : (
        <small class={`now ${more ? "warn" : "good"}`}>
          {more ? "costs more: " : "saves "}
          <Money amount={saves?.replace("-", "")} currency={currency} />
          {share && ` (${percent(share.replace("-", ""))})`}
        </small>
      )}
    </span>
  );
}

function Rate({ converted }: { converted: Schema["Converted"] | null | undefined }) {
  if (!converted) return null;
  return (
    <p class="source">
      1 USD is {converted.rate} {converted.currency}: {converted.source}, {moment(converted.rate_date)}.
    </p>
  );
}

export function Source({ pricing }: { pricing: Schema["Provenance"] }) {
  const checked = (pricing as Record<string, unknown>).prices_checked_at;
  return (
    <p class="source">
      Price version {pricing.version}, prices of {moment(pricing.as_of)}
      {typeof checked === "string" && `, last confirmed ${moment(checked)}`}
      {pricing.source === "bundled" ? ", bundled with the server" : ""}
      {pricing.stale && ". The price store did not answer, so they may be out of date"}.{" "}
      <a href="#/prices">Prices and their changes</a>
    </p>
  );
}

/** The table as CSV, with exact amounts. */
function table(answered: Answered): string {
  const { pricing } = answered.compared;
  const net = answered.rows.some(({ row }) => row.net);
  const currency = answered.rows[0]?.row.converted?.currency;
  const own = net ? ["net_per_request_usd", "net_monthly_usd", "net_yearly_usd"] : [];
  const converted = currency ? ["per_request", "monthly", "yearly"].map((name) => `${name}_${currency.toLowerCase()}`) : [];
  const heads = ["provider", "model", "per_request_usd", "period", "requests", "period_usd", "monthly_usd", "yearly_usd"];
  return csv([
    [...heads, "relative_to_baseline", "pricing_version", "as_of", ...own, ...converted],
    ...answered.rows.map(({ row, period }) => {
      const amounts = [amountsAt(row, "/per_call_usd"), ...["monthly", "yearly"].map((name) => amountsAt(period, `/totals/${name}_usd`))];
      return [
        row.model.provider,
        row.model.id,
        row.per_call_usd,
        answered.question.period,
        wholeNumber(answered.question.calls),
        period.totals.period_usd,
        period.totals.monthly_usd,
        period.totals.yearly_usd,
        row.relative_to_baseline,
        pricing.version,
        pricing.as_of,
        ...(net ? [row.net?.per_call_usd, period.net?.totals.monthly_usd, period.net?.totals.yearly_usd] : []),
        ...(currency ? amounts.map(({ pays }) => pays) : []),
      ];
    }),
  ]);
}
