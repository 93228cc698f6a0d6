/** What is behind the figures: notices, how each figure is made, and the request as code. */

import { useEffect, useState } from "preact/hooks";
import { post, type Schema } from "./api";
import { History } from "./charts";
import { amountsAt, type Answered, isAfter, nameOf, plain, pricesAt, type Row, tokensOf } from "./estimate";
import { count, money, price, share } from "./money";
import { isRetired } from "./models";
import { component, CopyButton, dated, Disclosure, moment, Money, Notes, Sources } from "./parts";
import { CHANGES, LANGUAGES, type Language, ROWS, snippet } from "./snippets";

/** Whatever a reader must know before relying on the figures. */
export function Notices({ answered }: { answered: Answered }) {
  const { rows, compared } = answered;
  const found: [string, string][] = [];
  for (const one of rows) {
    const { row, page } = one;
    const name = nameOf(row.model, rows);
    // An unknown window is null, which says nothing about the request.
    if (row.fits_context === false) {
      found.push([name, `The request does not fit: ${count(row.context.used_tokens)} tokens, and the context window has ${count(row.context.window ?? 0)}.`]);
    }
    for (const { pointer, value } of row.unread) found.push([name, `${pointer} (${value}) is not in the cost: it is not known what it bills.`]);
    for (const warning of row.warnings) found.push([name, warning.message]);
    if (!page) continue;
    const { retires, missing_upstream_since: missing } = page.lifecycle;
    const told = row.warnings.some(({ message }) => /retire/.test(message));
    if (retires && !told) found.push([name, `${isRetired({ retires }) ? "Retired" : "Retires"} on ${moment(retires)}.`]);
    if (missing) found.push([name, `No public price list has named it since ${moment(missing)}.`]);
    for (const text of announced(one, page, compared.pricing.as_of)) found.push([name, text]);
  }
  const all = [...compared.warnings.map((warning): [string, string] => ["", warning.message]), ...found];
  const tokenizers = new Set(rows.map(({ page }) => page?.tokenizer ?? ""));
  const counted = rows.some(({ row }) => row.counting);
  if (!counted && tokenizers.size > 1) all.push(["", SAME_TOKENS]);
  const about = ([model, text]: [string, string]) => {
    const id = model.slice(model.lastIndexOf("/") + 1);
    return !model ? text : text.startsWith(id) ? model + text.slice(id.length) : `${model}: ${text}`;
  };
  const texts = [...new Set(all.map(about))];
  if (!texts.length) return null;
  return (
    <section class="notices">
      <h2>Before you rely on this</h2>
      <ul>
        {texts.map((text) => (
          <li key={text}>{dated(text)}</li>
        ))}
      </ul>
    </section>
  );
}

const SAME_TOKENS =
  "Every model is priced here for the same number of tokens. The same text has another number on each: current Claude models" +
  " count about a third more for English than earlier ones. Choose “Prompt text” to compare by a text.";

/** The prices of a model that are announced for a later day than that of the figures. */
function announced({ later }: Row, page: Schema["ModelPage"], now: string): string[] {
  const standard = (period: Schema["ModelPage"]["price_history"][number] | undefined) =>
    (period?.modes.find(({ mode }) => mode === "standard")?.usd_per_mtok ?? {}) as Record<string, string>;
  return page.price_history.flatMap((period, index, all) => {
    if (!period.start || !isAfter(period.start, now)) return [];
    const [before, after] = [standard(all[index - 1]), standard(period)];
    const moved = ["input", "output", "cache_read"].flatMap((name) =>
      before[name] && after[name] && before[name] !== after[name]
        ? [`${component(name)} ${price(before[name])} → ${price(after[name])}`]
        : [],
    );
    const which = moved.length ? `: ${moved.join(", ")} per million tokens` : "";
    const month = later?.starts === period.start && later.month.pays;
    const then = month ? `The same requests then cost ${money(month, later.month.currency)} a month.` : `The figures are at the prices of ${moment(now)}.`;
    return [`New prices from ${moment(period.start)}${which}. ${then}`];
  });
}

export function Details({ answered }: { answered: Answered }) {
  const { rows, compared } = answered;
  return (
    <section>
      <h2>How each figure is made</h2>
      {rows.map((one) => {
        const { row, page, changes } = one;
        const prices = pricesAt(page, compared.pricing.as_of);
        const { counting, context } = row;
        const each = amountsAt(row, "/per_call_usd");
        return (
          <Disclosure
            key={`${row.model.provider}/${row.model.id}`}
            class="model"
            summary={
              <>
                {nameOf(row.model, rows)}: {each.least && "at least "}
                <Money amount={each.pays} currency={each.currency} /> a request
              </>
            }
          >
            {() => (
              <>
                <LineItems items={row.line_items} net={row.net?.line_items} />
                {row.stated_cost_usd && (
                  <p>
                    The provider itself stated <Money amount={row.stated_cost_usd} />.
                  </p>
                )}
                {counting && (
                  <p>
                    About {count(counting.input_tokens)} input tokens, between {count(counting.low_tokens)} and{" "}
                    {count(counting.high_tokens)}: from <Money amount={counting.low_total_usd} /> to{" "}
                    <Money amount={counting.high_total_usd} /> a request.
                  </p>
                )}
                {changes?.what_if?.some(({ name }) => name === "Caching") && <CachingMade key={JSON.stringify(changes)} row={one} prices={prices} />}
                {context?.window && (
                  <p>
                    {count(context.used_tokens)} of {count(context.window)} tokens of the context window
                    {context.fits === false ? ": does not fit" : ""}.
                  </p>
                )}
                {prices && (
                  <p>
                    Source of the prices: <Sources text={prices.source} />.
                  </p>
                )}
                {page && <History model={page} now={compared.pricing.as_of} />}
                <Notes texts={[...row.assumptions, ...(page?.notes ?? []).filter((note) => concerns(note, row))]} />
              </>
            )}
          </Disclosure>
        );
      })}
    </section>
  );
}

/** What the figure with caching is made of: a request that finds the prefix, and one that does not, as the API prices them. */
function CachingMade({ row: { row, page, changes, changed }, prices }: { row: Row; prices: Schema["PeriodPrices"] | undefined }) {
  const [each, setEach] = useState<Schema["WorkloadEstimate"] | null>(null);
  const { caching } = changes!.what_if!.find(({ name }) => name === "Caching")!;
  const { notes, saves_usd } = changed!.what_if.find(({ name }) => name === "Caching")!;
  useEffect(() => {
    const items = changes!.items.map((item) => ({ ...item, calls: 1 }));
    const what_if = ["1", "0"].map((hit_rate) => ({ name: hit_rate, caching: { ...caching!, hit_rate } }));
    // Without it the tokens and prices are still told.
    post<Schema["WorkloadEstimate"]>("/v1/estimate/workload", { ...changes!, items, what_if }).then(setEach, () => {});
  }, []);
  const standard = prices?.modes.find(({ mode }) => mode === "standard");
  const tier = row.long_context?.applied && standard?.tiers.findLast(({ above_tokens }) => above_tokens < row.long_context!.prompt_tokens);
  const rates = ((tier || standard)?.usd_per_mtok ?? {}) as Record<string, string>;
  const { prefix_tokens: prefix, hit_rate: hits, ttl } = caching!;
  const write = rates[`cache_write_${ttl}`];
  // Where prices depend on the hour, the amounts alone are certain.
  const at = (amount: string | undefined) => (amount && !prices!.windows.length ? ` at ${price(amount)} per 1M` : "");
  const cost = (index: number) => {
    const found = each && amountsAt(each, `/what_if/${index}/total_usd`);
    return (
      found && (
        <>
          , and costs <Money amount={found.pays} currency={found.currency} />
        </>
      )
    );
  };
  return (
    <div>
      <h3>With caching</h3>
      {saves_usd === "0" && notes.length > 0 ? (
        <Notes texts={notes.flatMap(plain)} />
      ) : (
        <ul class="notes">
          <li>
            {share(String(hits))} of {count(changes!.items[0]!.calls!)} requests a month find the prefix: each reads its {count(prefix)} tokens from
            the cache{at(rates.cache_read)}
            {cost(0)}.
          </li>
          <li>
            Any other request {!standard ? "does not" : write ? `writes them to the cache${at(write)}` : "pays them as input; writing has no price of its own"}
            {cost(1)}.
          </li>
          <li>
            The other {count(tokensOf(row).input - prefix)} tokens of the input are plain in both, and the output is as above.
            {page?.cache_minimum_tokens && ` A prefix is cached from ${count(page.cache_minimum_tokens)} tokens.`}
          </li>
        </ul>
      )}
    </div>
  );
}

/** Whether a note on a model's prices is about this request: one on the prices of a unit is where the unit is billed. */
function concerns(note: string, row: Schema["CompareRow"]): boolean {
  const [, unit] = /^Unit prices of (\w+)/.exec(note) ?? [];
  return !unit || row.line_items.some((item) => item.component === unit);
}

function LineItems({ items, net }: { items: Schema["LineItem"][]; net: Schema["LineItem"][] | undefined }) {
  const rate = (item: Schema["LineItem"]) => {
    const found = Object.entries(item).find(([name, value]) => name.startsWith("usd_per_") && value);
    if (!found) return "–";
    return `${price(String(found[1]))} per ${found[0] === "usd_per_mtok" ? "1M" : found[0].slice("usd_per_".length)}`;
  };
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Line items">
      <table>
        <thead>
          <tr>
            <th scope="col">Component</th>
            <th scope="col" class="number">
              Quantity
            </th>
            <th scope="col" class="number">
              Price
            </th>
            <th scope="col" class="number">
              Cost
            </th>
            {net && (
              <>
                <th scope="col" class="number">
                  Your price
                </th>
                <th scope="col" class="number">
                  Your cost
                </th>
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {items.map((item, index) => (
            <tr key={index}>
              <th scope="row">{component(item.component)}</th>
              <td class="number">{count(item.quantity)}</td>
              <td class="number">{rate(item)}</td>
              <td class="number">
                <Money amount={item.cost_usd} />
              </td>
              {net?.[index] && (
                <>
                  <td class="number">{rate(net[index])}</td>
                  <td class="number">
                    <Money amount={net[index].cost_usd} />
                  </td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Snippets({ answered: { request, rows } }: { answered: Answered }) {
  const [language, setLanguage] = useState<Language>("curl");
  const [asked, setAsked] = useState(0);
  const changes = rows.flatMap(({ row, changes: body }) =>
    body ? [{ name: `What would change on ${nameOf(row.model, rows)}`, path: "/v1/estimate/workload", body: body as object, shown: CHANGES }] : [],
  );
  const calls = [{ name: "The comparison", path: "/v1/compare", body: request as object, shown: ROWS }, ...changes];
  const { path, body, shown } = calls[asked] ?? calls[0]!;
  const text = snippet(language, { method: "POST", url: `${location.origin}${path}`, body }, shown);
  return (
    <Disclosure class="snippets" summary="The same in code">
      {() => (
        <>
          <div class="actions">
            {calls.length > 1 && (
              <label>
                Request
                <select value={asked} onChange={(event) => setAsked(Number(event.currentTarget.value))}>
                  {calls.map(({ name }, index) => (
                    <option key={name} value={index}>
                      {name}
                    </option>
                  ))}
                </select>
              </label>
            )}
            <label>
              Language
              <select value={language} onChange={(event) => setLanguage(event.currentTarget.value as Language)}>
                {LANGUAGES.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
            <CopyButton text={() => text}>Copy</CopyButton>
          </div>
          <pre tabIndex={0} role="region" aria-label={`The request in ${language}`}>
            {text}
          </pre>
        </>
      )}
    </Disclosure>
  );
}
