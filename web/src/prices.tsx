/** Prices: every model, and what changed since a day. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { type Config, get, modelPath, type Schema } from "./api";
import { History } from "./charts";
import { address, replaceAddress } from "./hash";
import { providersOf, searched, useModels } from "./models";
import { count, percent, price } from "./money";
import { Before, component, fieldName, moment, Notes, Problem } from "./parts";
import { Pending } from "./pending";

const SECTIONS = [
  ["prices", "All models"],
  ["prices/changes", "What changed"],
  ["prices/pending", "Pending"],
] as const;

export function Prices({ path, query, config }: { path: string; query: URLSearchParams; config: Config }) {
  const model = query.get("model");
  return (
    <div class="prices">
      <h1>Prices</h1>
      <nav class="sections" aria-label="Prices">
        {SECTIONS.map(([to, label]) => (
          <a key={to} href={`#/${to}`} aria-current={path === to && !model ? "page" : undefined}>
            {label}
          </a>
        ))}
      </nav>
      {path === "prices/changes" ? (
        <Changes query={query} />
      ) : path === "prices/pending" ? (
        <Pending config={config} />
      ) : model ? (
        <ModelDetails reference={model} />
      ) : (
        <Browse query={query} />
      )}
    </div>
  );
}

const CAPABILITIES = ["vision", "thinking", "tools", "streaming", "batch", "caching"];

/** The first part of a long list, and a button for more of it. */
function useFirst<Entry>(entries: Entry[], step: number, restart: unknown): [Entry[], preact.ComponentChildren] {
  const [shown, setShown] = useState(step);
  useEffect(() => setShown(step), [restart]);
  const more = entries.length > shown && (
    <p class="more">
      <button type="button" class="quiet" onClick={() => setShown(shown + 5 * step)}>
        Show more
      </button>{" "}
      <span class="muted">
        {count(shown)} of {count(entries.length)} are shown
      </span>
    </p>
  );
  return [entries.slice(0, shown), more];
}

function Browse({ query }: { query: URLSearchParams }) {
  const { list, complete, error } = useModels(true);
  const [search, setSearch] = useState(query.get("q") ?? "");
  const [provider, setProvider] = useState(query.get("provider") ?? "");
  const [capability, setCapability] = useState(query.get("can") ?? "");
  const asked = new URLSearchParams(Object.entries({ q: search, provider, can: capability }).filter(([, value]) => value));
  useEffect(() => replaceAddress("prices", asked), [asked.toString()]);
  const found = useMemo(
    () =>
      searched(list, search).filter(
        (model) =>
          (!provider || model.provider === provider) && (!capability || model.capabilities.includes(capability)),
      ),
    [list, search, provider, capability],
  );
  const [shown, more] = useFirst(found, 25, asked.toString());
  return (
    <>
      <div class="filters">
        <label>
          Search
          <input
            type="search"
            placeholder="Name or provider"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        </label>
        <label>
          Provider
          <select value={provider} onChange={(event) => setProvider(event.currentTarget.value)}>
            <option value="">any</option>
            {providersOf([...list, ...(provider ? [{ provider }] : [])]).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          Capability
          <select value={capability} onChange={(event) => setCapability(event.currentTarget.value)}>
            <option value="">any</option>
            {CAPABILITIES.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      </div>
      <Problem error={error} />
      <p role="status">
        {error ? "" : !complete ? "Loading the models" : found.length ? `${count(found.length)} models` : NO_MODEL}
      </p>
      {shown.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label="Models and their prices">
          <table class="models">
            <caption>Standard prices in USD per million tokens</caption>
            <thead>
              <tr>
                <th scope="col">Model</th>
                {["Input", "Output", "Cache read", "Context window"].map((heading) => (
                  <th scope="col" class="number" key={heading}>
                    {heading}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map((model) => (
                <tr key={`${model.provider}/${model.id}`}>
                  <th scope="row">
                    <a href={address("prices", new URLSearchParams({ model: `${model.provider}/${model.id}` }))}>
                      {model.id}
                    </a>{" "}
                    <small>{model.provider}</small>
                  </th>
                  {["input", "output", "cache_read"].map((name) => (
                    <td class="number" key={name}>
                      {model.usd_per_mtok?.[name] ? price(model.usd_per_mtok[name]) : "–"}
                    </td>
                  ))}
                  <td class="number">{model.context_window ? count(model.context_window) : "–"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {more}
    </>
  );
}

const NO_MODEL = "No model matches. Use fewer words, or any provider and capability.";

function ModelDetails({ reference }: { reference: string }) {
  const [model, setModel] = useState<Schema["ModelPage"] | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    const [provider = "", ...id] = reference.split("/");
    setModel(null);
    get<Schema["ModelPage"]>(modelPath({ provider, id: id.join("/") })).then(setModel, setError);
  }, [reference]);
  if (!model) return <Problem error={error} />;
  const { lifecycle } = model;
  const facts: [string, string | null][] = [
    ["Provider", model.provider],
    ["Other names", model.aliases.join(", ") || null],
    ["Context window", model.context_window ? `${count(model.context_window)} tokens` : null],
    ["Longest output", model.max_output_tokens ? `${count(model.max_output_tokens)} tokens` : null],
    ["Shortest prompt that can be cached", model.cache_minimum_tokens ? `${count(model.cache_minimum_tokens)} tokens` : null],
    ["Capabilities", model.capabilities.join(", ") || null],
    ["Released", lifecycle.released && moment(lifecycle.released)],
    ["Retires", lifecycle.retires && moment(lifecycle.retires)],
    ["Available at least until", lifecycle.retires_not_before && moment(lifecycle.retires_not_before)],
    ["Source of the prices", model.prices?.source ?? null],
  ];
  return (
    <article>
      <h2>{model.name}</h2>
      <p>
        <a href={address("", new URLSearchParams({ m: `${model.provider}/${model.id}` }))}>Estimate with this model</a>
      </p>
      <dl class="facts">
        {facts.map(
          ([name, value]) =>
            value && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      {model.prices && <PricesNow modes={model.prices.modes} />}
      <History model={model} now={model.pricing.as_of} />
      <Notes texts={model.notes} />
    </article>
  );
}

/** The prices of one period: a row for each component, a column for each mode and tier. */
function PricesNow({ modes }: { modes: Schema["ModePrices"][] }) {
  const ordered = [...modes].sort((a, b) => Number(b.mode === "standard") - Number(a.mode === "standard"));
  const columns = ordered.flatMap((mode) => [
    { name: mode.mode, prices: { ...mode.usd_per_mtok, ...mode.usd_per_use } as Record<string, string> },
    ...mode.tiers.map((tier) => ({
      name: `${mode.mode}, prompt over ${count(tier.above_tokens)} tokens`,
      prices: tier.usd_per_mtok as Record<string, string>,
    })),
  ]);
  const names = [...new Set(["input", "output", ...columns.flatMap((column) => Object.keys(column.prices))])];
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Prices now">
      <table>
        <caption>Prices now, USD per million tokens or per use</caption>
        <thead>
          <tr>
            <th scope="col">Component</th>
            {columns.map((column) => (
              <th scope="col" class="number" key={column.name}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr key={name}>
              <th scope="row">{component(name)}</th>
              {columns.map((column) => (
                <td class="number" key={column.name}>
                  {column.prices[name] ? price(column.prices[name]) : "–"}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type Page = Schema["PriceChanges"];
type Entries = Pick<Page, "activations" | "changes" | "took_effect">;

function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

/** Every page of the changes since a day. */
async function allChanges(since: string, signal: AbortSignal): Promise<Entries> {
  const found: Entries = { activations: [], changes: [], took_effect: [] };
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ since, limit: "200", ...(cursor ? { cursor } : {}) });
    const page: Page = await get<Page>(`/v1/pricing/changes?${query}`, signal);
    found.activations.push(...page.activations);
    found.changes.push(...page.changes);
    found.took_effect.push(...page.took_effect);
    cursor = page.next_cursor;
  } while (cursor);
  return found;
}

const PRESETS: [string, string][] = [
  ["This month", `${daysAgo(0).slice(0, 8)}01`],
  ["7 days", daysAgo(7)],
  ["30 days", daysAgo(30)],
  ["A year", daysAgo(365)],
];

function Changes({ query }: { query: URLSearchParams }) {
  const [since, setSince] = useState(query.get("since") ?? daysAgo(30));
  const [search, setSearch] = useState(query.get("q") ?? "");
  const [found, setFound] = useState<Entries | null>(null);
  const [error, setError] = useState<unknown>(null);
  const day = /^\d{4}-\d\d-\d\d$/.test(since) ? since : null;
  useEffect(() => {
    if (!day) return;
    const stop = new AbortController();
    setFound(null);
    setError(null);
    allChanges(day, stop.signal).then(setFound, (failure) => {
      if (!stop.signal.aborted) setError(failure);
    });
    return () => stop.abort();
  }, [day]);
  useEffect(() => {
    replaceAddress("prices/changes", new URLSearchParams({ since, ...(search ? { q: search } : {}) }));
  }, [since, search]);
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const matching = <Entry extends Changed>(entries: Entry[]) =>
    entries.filter((entry) => words.every((word) => `${entry.provider}/${entry.id}`.toLowerCase().includes(word)));
  const took = matching((found?.took_effect ?? []).toReversed());
  const changed = matching(found?.changes ?? []);
  const moved = (sign: RegExp) => took.filter((entry) => entry.fields.some((field) => sign.test(field.change_percent ?? ""))).length;
  const key = since + search;
  return (
    <>
      <div class="filters">
        <label>
          Since
          <input type="date" value={since} max={daysAgo(0)} onInput={(event) => setSince(event.currentTarget.value)} />
        </label>
        <label>
          Model or provider
          <input
            type="search"
            placeholder="All of them"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        </label>
      </div>
      <div class="examples" role="group" aria-label="Usual periods">
        {PRESETS.map(([name, from]) => (
          <button type="button" class="example" key={name} aria-pressed={since === from} onClick={() => setSince(from)}>
            {name}
          </button>
        ))}
      </div>
      <Problem error={error} />
      <p role="status">{!day ? "Enter a day." : found ? summary(took.length, changed.length, since, moved) : error ? "" : "Loading the changes"}</p>
      <ChangeList
        heading="Providers' own models"
        entries={took.filter((entry) => !resold(entry))}
        note={(entry) => `from ${moment(entry.starts)}`}
        restart={key}
      />
      <ChangeList
        heading="Resellers and hosts, such as OpenRouter"
        entries={took.filter(resold)}
        note={(entry) => `from ${moment(entry.starts)}`}
        restart={key}
      />
      <ChangeList heading="Added, removed and corrected" entries={changed} note={(entry) => entry.kind} restart={key} />
      {found && found.activations.length > 0 && (
        <section>
          <h2>Price versions put into use</h2>
          <ul class="notes">
            {found.activations.map((entry) => (
              <li key={entry.at}>
                {moment(entry.at)}: {entry.version} by {entry.actor}. {entry.reason}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function summary(took: number, changed: number, since: string, moved: (sign: RegExp) => number): string {
  if (!took && !changed) return `No price changed since ${moment(since)}. Choose an earlier day, or fewer words.`;
  const models = (number: number) => `${count(number)} ${number === 1 ? "model" : "models"}`;
  return `${count(took + changed)} changes since ${moment(since)}: a price rose on ${models(moved(/^[^-]/))} and fell on ${models(moved(/^-/))}.`;
}

type Changed = { provider: string; id: string; fields: Schema["FieldChange"][] };

/** A reseller's ids hold the name of the model's own provider. */
function resold(entry: Changed): boolean {
  return entry.id.includes("/");
}

type ChangeListProperties<Entry> = { heading: string; entries: Entry[]; note: (entry: Entry) => string; restart: string };

function ChangeList<Entry extends Changed>({ heading, entries, note, restart }: ChangeListProperties<Entry>) {
  const [shown, more] = useFirst(entries, 20, restart);
  if (!entries.length) return null;
  return (
    <section>
      <h2>
        {heading} <small>{count(entries.length)}</small>
      </h2>
      <div class="changes">
        {shown.map((entry) => (
          <Change key={`${entry.provider}/${entry.id} ${note(entry)}`} entry={entry} note={note(entry)} />
        ))}
      </div>
      {more}
    </section>
  );
}

const FIRST = ["standard.input", "standard.output", "standard.cache_read"];
const MOST_FIELDS = 6;

function Change({ entry, note }: { entry: Changed; note: string }) {
  const reference = `${entry.provider}/${entry.id}`;
  const rank = ({ field }: Schema["FieldChange"]) => (FIRST.includes(field) ? FIRST.indexOf(field) : FIRST.length);
  const fields = entry.fields.toSorted((a, b) => rank(a) - rank(b));
  const kept = fields.length > MOST_FIELDS + 1 ? MOST_FIELDS : fields.length;
  return (
    <article class="change">
      <h3>
        <a href={address("prices", new URLSearchParams({ model: reference }))}>{reference}</a> <small>{note}</small>
      </h3>
      <div>
        <FieldChanges fields={fields.slice(0, kept)} />
        {kept < fields.length && (
          <details>
            <summary>{count(fields.length - kept)} more prices</summary>
            <FieldChanges fields={fields.slice(kept)} />
          </details>
        )}
      </div>
    </article>
  );
}

function FieldChanges({ fields }: { fields: Schema["FieldChange"][] }) {
  return (
    <ul>
      {fields.map((field) => (
        <li key={field.field}>
          {fieldName(field.field)}: <Before amount={field.before} /> → <Before amount={field.after} />
          {field.change_percent && (
            <span class={field.change_percent.startsWith("-") ? "good" : "warn"}>
              {" "}
              ({field.change_percent.startsWith("-") ? "" : "+"}
              {percent(field.change_percent)})
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
