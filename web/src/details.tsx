/** What is behind the figures: notices, how each figure is made, and the request as code. */

import { useState } from "preact/hooks";
import type { Schema } from "./api";
import { History } from "./charts";
import { amountsAt, type Answered, type Later } from "./estimate";
import { count, money, price } from "./money";
import { component, CopyButton, Disclosure, moment, Money, Notes } from "./parts";
import { LANGUAGES, type Language, ROWS, snippet } from "./snippets";

/** Whatever a reader must know before relying on the figures. */
export function Notices({ answered, pages, later }: { answered: Answered; pages: Schema["ModelPage"][]; later: Later[] }) {
  const { rows, compared } = answered;
  const now = new Date().toISOString();
  const found: [string, string][] = [];
  for (const { row } of rows) {
    const { context } = row;
    if (!row.fits_context && context) {
      found.push([row.model.id, `The request does not fit: ${count(context.used_tokens)} tokens, and the context window has ${count(context.window ?? 0)}.`]);
    }
    for (const { pointer, value } of row.unread) {
      found.push([row.model.id, `${pointer} (${value}) is not in the cost: it is not known what it bills.`]);
    }
    for (const warning of row.warnings) found.push([row.model.id, warning.message]);
  }
  for (const page of pages) {
    const { retires, missing_upstream_since: missing } = page.lifecycle;
    const told = rows.some(({ row }) => row.model.id === page.id && row.warnings.some(({ message }) => /retire/.test(message)));
    if (retires && !told) found.push([page.id, `${retires < now ? "Retired" : "Retires"} on ${moment(retires)}.`]);
    if (missing) found.push([page.id, `No public price list has named it since ${moment(missing)}.`]);
    for (const text of announced(page, now, later)) found.push([page.id, text]);
  }
  const all = [...compared.warnings.map((warning): [string, string] => ["", warning.message]), ...found];
  const texts = [...new Set(all.map(([model, text]) => (!model || text.startsWith(model) ? text : `${model}: ${text}`)))];
  if (!texts.length) return null;
  return (
    <section class="notices">
      <h2>Before you rely on this</h2>
      <ul>
        {texts.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </section>
  );
}

/** The prices of a model that are announced for a later day. */
function announced(page: Schema["ModelPage"], now: string, later: Later[]): string[] {
  const standard = (period: Schema["ModelPage"]["price_history"][number] | undefined) =>
    (period?.modes.find(({ mode }) => mode === "standard")?.usd_per_mtok ?? {}) as Record<string, string>;
  return page.price_history.flatMap((period, index, all) => {
    if (!period.start || period.start <= now) return [];
    const [before, after] = [standard(all[index - 1]), standard(period)];
    const moved = ["input", "output", "cache_read"].flatMap((name) =>
      before[name] && after[name] && before[name] !== after[name]
        ? [`${component(name)} ${price(before[name])} → ${price(after[name])}`]
        : [],
    );
    const which = moved.length ? `: ${moved.join(", ")} per million tokens` : "";
    const same = later.find(({ provider, id, starts }) => provider === page.provider && id === page.id && starts === period.start);
    const month = same?.month.pays ? ` The same requests then cost ${money(same.month.pays, same.month.currency)} a month.` : "";
    return [`New prices from ${moment(period.start)}${which}.${month || " The figures above are at today's."}`];
  });
}

export function Details({ answered, pages }: { answered: Answered; pages: Schema["ModelPage"][] }) {
  const { rows, compared } = answered;
  return (
    <section>
      <h2>How each figure is made</h2>
      {rows.map(({ row }) => {
        const page = pages.find((found) => found.id === row.model.id && found.provider === row.model.provider);
        const { counting, context } = row;
        const each = amountsAt(row, "/per_call_usd");
        return (
          <Disclosure
            key={`${row.model.provider}/${row.model.id}`}
            class="model"
            summary={
              <>
                {row.model.id}: <Money amount={each.pays} currency={each.currency} /> a request
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
                {context?.window && (
                  <p>
                    {count(context.used_tokens)} of {count(context.window)} tokens of the context window
                    {context.fits ? "" : ": does not fit"}.
                  </p>
                )}
                {page?.prices && <p>Source of the prices: {page.prices.source}.</p>}
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

export function Snippets({ request }: { request: Schema["CompareRequest"] }) {
  const [language, setLanguage] = useState<Language>("curl");
  const text = snippet(language, { method: "POST", url: `${location.origin}/v1/compare`, body: request }, ROWS);
  return (
    <Disclosure class="snippets" summary="The same in code">
      {() => (
        <>
          <div class="actions">
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
