/** What the question costs: a table, bars, what-ifs, notices, history, and ways to take it along. */

import type { ComponentChildren } from "preact";
import type { Schema } from "./api";
import { Bars } from "./charts";
import { Details, Notices, Snippets } from "./details";
import { type Amounts, amountsAt, type Answered, baselineOf, nameOf, plain, type Row, sameModel, tokensOf, TOO_LONG, TOO_SHORT } from "./estimate";
import { count, money, percent, placesOf, times } from "./money";
import { csv, download, Facts, listed, moment, Money, Notes } from "./parts";
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
      <Notices answered={answered} />
      {rows.some((row) => row.changed) && <Changes rows={rows} question={answered.question} />}
      {rows.length > 0 && (
        <Bars
          caption="Cost of one request"
          {...(rows.length > 1 ? { baseline: rows.indexOf(baselineOf(answered)!) } : {})}
          bars={rows.map(({ row }) => {
            const { pays, currency, least } = amountsAt(row, "/per_call_usd");
            const places = placesOf(rows.map((other) => amountsAt(other.row, "/per_call_usd").pays));
            return { label: nameOf(row.model, rows), parts: split(row), text: pays ? `${least ? "at least " : ""}${money(pays, currency, places)}` : "no price" };
          })}
        />
      )}
      <Details answered={answered} />
      <Snippets answered={answered} />
      <Rate converted={rows[0]?.row.converted} />
      <Source pricing={compared.pricing} />
    </>
  );
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
function Amount({ amounts, places = 0 }: { amounts: Amounts; places?: number }) {
  const { currency, pays, list, usd, least } = amounts;
  return (
    <span>
      {least && "at least "}
      <Money amount={pays} currency={currency} places={places} />
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

const monthly = ({ period }: { period: Schema["WorkloadEstimate"] }) => amountsAt(period, "/totals/monthly_usd");

/** The models whose month costs as much as that of one of them. */
function equalTo(one: Row, rows: Row[]): Row[] {
  return rows.filter((other) => other.row.status === "priced" && monthly(other).pays === monthly(one).pays);
}

/** The answer in a sentence: the cheapest models, what a month costs, and how far the most expensive are from them. */
export function Headline({ answered, short = false }: { answered: Answered; short?: boolean }) {
  const { rows, compared } = answered;
  const cheapest = rows.find(({ row }) => row.model.id === compared.cheapest && row.model.provider === compared.cheapest_provider);
  const last = rows.findLast(({ row }) => row.status === "priced");
  if (!cheapest || !last) return null;
  const [least, most] = [equalTo(cheapest, rows), equalTo(last, rows)];
  const names = (some: Row[]) => listed(some.map(({ row }) => nameOf(row.model, rows)));
  const cost = <Money amount={monthly(last).pays} currency={monthly(last).currency} />;
  const all = least.length === rows.length && rows.length > 1;
  const others = most.length > 1 && most.length === rows.length - least.length;
  return (
    <span class="headline">
      <strong>
        <Money amount={monthly(cheapest).pays} currency={monthly(cheapest).currency} /> a month
      </strong>{" "}
      {all ? `on each of these ${WORDS[rows.length]} models.` : `on ${names(least)}${rows.length > 1 ? ", the cheapest of these" : ""}.`}
      {!short && !least.includes(last) && (
        <>
          {" "}
          {others ? `The other ${WORDS[most.length]}` : `The most expensive, ${names(most)},`} {most.length === 1 ? "costs" : "cost"} {cost}
          {most.length > 1 && " each"}.
        </>
      )}
      {rows.map(
        (row) =>
          soon(row, compared.pricing.as_of) && (
            <span class="options" key={nameOf(row.row.model, rows)}>
              {nameOf(row.row.model, rows)} <From row={row} />
            </span>
          ),
      )}
      <WithOptions least={least} rows={rows} />
    </span>
  );
}

const WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight"];

/** Whether announced prices change the period that is shown: a month is at most 31 days long. */
function soon(row: Row, now: string, days = 31): boolean {
  return moves(row) && Date.parse(row.later!.starts) - Date.parse(now) <= days * 86_400_000;
}

/** Whether announced prices make the same month cost something else. */
function moves(row: Row): boolean {
  return row.later !== null && row.later.month.pays !== monthly(row).pays;
}

/** What the same month costs from the moment of announced prices; nothing where that is the same. */
function From({ row }: { row: Row }) {
  if (!moves(row)) return null;
  const { starts, month } = row.later!;
  return (
    <span class="warn">
      from {moment(starts)}: <Money amount={month.pays} currency={month.currency} /> a month
    </span>
  );
}

/** What the options that are switched on, all that combine, make of the same month on the cheapest models. */
function WithOptions({ least, rows }: { least: Row[]; rows: Row[] }) {
  const names = least[0]!.changed?.what_if.map((change) => change.name) ?? [];
  const index = names.findLastIndex((name) => !name.startsWith("On "));
  const shown = index < 0 ? names.length - 1 : index;
  if (shown < 0) return null;
  const total = ({ changed }: Row) => changed && amountsAt(changed, `/what_if/${shown}/total_usd`).pays;
  const groups = [...new Set(least.map(total))].map((pays) => least.filter((row) => total(row) === pays));
  return (
    <>
      {groups.map((some) => {
        const which = some.length === rows.length && rows.length > 1 ? "each" : listed(some.map(({ row }) => nameOf(row.model, rows)));
        const name = names[shown]!;
        return (
          <span class="options" key={which}>
            {name.startsWith("On ") ? `${name} instead` : `${which} with ${name.toLowerCase()}`}: <Change changed={some[0]!.changed!} index={shown} />
          </span>
        );
      })}
    </>
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
  const { rows, question } = answered;
  const now = answered.compared.pricing.as_of;
  const daily = question.period === "day";
  const budget = rows.some(({ row }) => row.calls_for_budget !== null);
  const places = (at: (row: Row) => Amounts) => placesOf(rows.map((row) => at(row).pays));
  const each = places(({ row }) => amountsAt(row, "/per_call_usd"));
  const day = places(({ period }) => amountsAt(period, "/totals/period_usd"));
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
        {rows.length > 1 && `; relative to ${nameOf(baselineOf(answered)!.row.model, rows)}`}
        {rows.some((row) => soon(row, now, 366)) && `; ${rows.length > 1 ? "a year and relative are" : "a year is"} at the prices of ${moment(now.slice(0, 10))}`}
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
        {rows.map((one) => {
          const { row, period } = one;
          const cells: ComponentChildren[] = [
            <Amount amounts={amountsAt(row, "/per_call_usd")} places={each} />,
            ...(daily ? [<Amount amounts={amountsAt(period, "/totals/period_usd")} places={day} />] : []),
            <Monthly row={row} period={period} today={today} />,
            <span>
              <Amount amounts={amountsAt(period, "/totals/yearly_usd")} />
              {soon(one, now, 366) && (
                <small class="now warn">
                  from {moment(one.later!.starts)}: <Money amount={one.later!.year.pays} currency={one.later!.year.currency} />
                </small>
              )}
            </span>,
            ...(rows.length > 1 ? [row.relative_to_baseline ? times(row.relative_to_baseline) : "–"] : []),
            ...(budget ? [row.calls_for_budget === null ? "–" : count(row.calls_for_budget)] : []),
          ];
          return (
            <tr role="row" key={`${row.model.provider}/${row.model.id}`} data-model={row.model.id}>
              <th role="rowheader" scope="row">
                {row.model.id} <small>{row.model.provider}</small>
                {row.status === "partial" && <small class="warn"> a component has no known price</small>}
                <small>
                  <From row={one} />
                </small>
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
  const other = today?.rows.find((found) => sameModel(found.row.model, row.model));
  const [then, now] = [monthly({ period }), other && monthly(other)];
  return (
    <>
      <Amount amounts={then} />
      {now && now.pays !== then.pays && (
        <small class="now">
          today <Money amount={now.pays} currency={now.currency} />
        </small>
      )}
    </>
  );
}

function Pinned({ answered, today, unpin }: { answered: Answered; today: Answered; unpin: () => void }) {
  const { pricing } = answered.compared;
  const figures = (found: Answered) =>
    found.rows.map((one) => [one.row.model, amountsAt(one.row, "/per_call_usd"), monthly(one)]);
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

export const BATCH = "Results of a batch come within 24 hours, not at once.";

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
                {nameOf(row.model, rows)}
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
      {question.batch && <p class="muted">{BATCH}</p>}
      <Notes texts={rows.flatMap(({ changed }) => (changed?.what_if ?? []).flatMap((change) => change.notes.flatMap(plain)))} />
    </section>
  );
}

/** The cost with a change, and what that saves or costs more: the API states the latter as a negative saving. */
export function Change({ changed, index }: { changed: Schema["WorkloadEstimate"]; index: number }) {
  const total = amountsAt(changed, `/what_if/${index}/total_usd`);
  const { pays: saves, currency } = amountsAt(changed, `/what_if/${index}/saves_usd`);
  const { saves_percent: share, notes } = (changed.net ?? changed).what_if[index]!;
  if (notes.some((note) => TOO_LONG.test(note))) return <span class="muted">– (the prefix is larger than the input)</span>;
  const more = saves?.startsWith("-");
  const short = notes.map((note) => TOO_SHORT.exec(note)).find((found) => found);
  if (total.pays === null) return <Money amount={null} />;
  return (
    <span>
      {total.least && "at least "}
      <Money amount={total.pays} currency={currency} />{" "}
      {saves === "0" ? (
        <small class="now">saves nothing{short && `: under ${short[1]} tokens nothing is cached`}</small>
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

/** An amount of a table; nothing where no component has a known price. */
const known = (status: string | undefined, amount: string | undefined) => (status === "unpriced" ? null : amount);

/** The table as CSV, with exact amounts: what was asked, and each change that is switched on, in columns of their own. */
function table({ question, compared: { pricing }, rows }: Answered): string {
  const net = rows.some(({ row }) => row.net);
  const currency = rows[0]?.row.converted?.currency;
  const own = net ? ["net_per_request_usd", "net_monthly_usd", "net_yearly_usd"] : [];
  const converted = currency ? ["per_request", "monthly", "yearly"].map((name) => `${name}_${currency.toLowerCase()}`) : [];
  const heads = ["provider", "model", "per_request_usd", "period", "requests", "period_usd", "monthly_usd", "yearly_usd"];
  const days = question.period === "day" ? [question.monthDays, question.yearDays] : ["", ""];
  const caching = question.caching ? [question.prefix, question.hitRate, question.ttl] : [];
  const names = rows[0]?.changed?.what_if.map(({ name }) => name.toLowerCase().replace(/[^a-z0-9.-]+/g, "_")) ?? [];
  return csv([
    [
      ...[...heads, "relative_to_baseline", "pricing_version", "as_of", ...own, ...converted],
      ...["input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "days_a_month", "days_a_year"],
      ...(caching.length ? ["prefix_tokens", "hit_rate_percent", "kept_for"] : []),
      ...names.flatMap((name) => [`${name}_monthly_usd`, `${name}_saves_usd`]),
    ],
    ...rows.map(({ row, period, changed }) => {
      const amounts = [amountsAt(row, "/per_call_usd"), ...["monthly", "yearly"].map((name) => amountsAt(period, `/totals/${name}_usd`))];
      const { input, output, read, written } = tokensOf(row);
      return [
        row.model.provider,
        row.model.id,
        known(row.status, row.per_call_usd),
        question.period,
        wholeNumber(question.calls),
        ...[period.totals.period_usd, period.totals.monthly_usd, period.totals.yearly_usd].map((amount) => known(row.status, amount)),
        row.relative_to_baseline,
        pricing.version,
        pricing.as_of,
        ...(net ? [row.net?.per_call_usd, period.net?.totals.monthly_usd, period.net?.totals.yearly_usd].map((amount) => known(row.net?.status, amount)) : []),
        ...(currency ? amounts.map(({ pays }) => pays) : []),
        ...[input, output, read, written, ...days, ...caching],
        ...((changed?.net ?? changed)?.what_if.flatMap((change) => [change.total_usd, change.saves_usd]) ?? []),
      ];
    }),
  ]);
}
