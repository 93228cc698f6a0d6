/** Prices: every model, and what changed since a day. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { allModels, type Config, get, modelPath, type Schema, searched } from "./api";
import { History } from "./charts";
import { address, replaceAddress } from "./hash";
import { count, percent, price } from "./money";
import { Before, component, fieldName, moment, Problem } from "./parts";
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

const PAGE = 50;
const CAPABILITIES = ["vision", "thinking", "tools", "streaming", "batch", "caching"];

function Browse({ query }: { query: URLSearchParams }) {
  const [models, setModels] = useState<Schema["ModelSummary"][]>([]);
  const [error, setError] = useState<unknown>(null);
  const [search, setSearch] = useState(query.get("q") ?? "");
  const [provider, setProvider] = useState(query.get("provider") ?? "");
  const [capability, setCapability] = useState(query.get("can") ?? "");
  const [shown, setShown] = useState(PAGE);
  useEffect(() => {
    allModels(setModels).then(setModels, setError);
  }, []);
  useEffect(() => {
    const kept = Object.entries({ q: search, provider, can: capability }).filter(([, value]) => value);
    replaceAddress("prices", new URLSearchParams(kept));
    setShown(PAGE);
  }, [search, provider, capability]);
  const found = useMemo(
    () =>
      searched(models, search).filter(
        (model) =>
          (!provider || model.provider === provider) && (!capability || model.capabilities.includes(capability)),
      ),
    [models, search, provider, capability],
  );
  const providers = [...new Set(models.map((model) => model.provider))].sort();
  return (
    <>
      <div class="filters">
        <label>
          Search
          <input type="search" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
        </label>
        <label>
          Provider
          <select value={provider} onChange={(event) => setProvider(event.currentTarget.value)}>
            <option value="">any</option>
            {providers.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          Can do
          <select value={capability} onChange={(event) => setCapability(event.currentTarget.value)}>
            <option value="">anything</option>
            {CAPABILITIES.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      </div>
      <Problem error={error} />
      <p role="status">{models.length ? `${count(found.length)} models` : "Loading the models"}</p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Models and their prices">
        <table>
          <caption>Standard prices in USD per million tokens</caption>
          <thead>
            <tr>
              <th scope="col">Model</th>
              <th scope="col">Provider</th>
              {["Input", "Output", "Cache read", "Context"].map((heading) => (
                <th scope="col" class="number" key={heading}>
                  {heading}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {found.slice(0, shown).map((model) => (
              <tr key={`${model.provider}/${model.id}`}>
                <th scope="row">
                  <a href={address("prices", new URLSearchParams({ model: `${model.provider}/${model.id}` }))}>
                    {model.id}
                  </a>
                </th>
                <td>{model.provider}</td>
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
      {found.length > shown && (
        <button type="button" class="quiet" onClick={() => setShown(shown + PAGE)}>
          Show more
        </button>
      )}
    </>
  );
}

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
    ["Can do", model.capabilities.join(", ") || null],
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
      <ul class="notes">
        {model.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
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

/** Every page of the changes since a day; `seen` receives what is there after each. */
async function allChanges(since: string, seen: (found: Entries) => void, signal: AbortSignal) {
  const found: Entries = { activations: [], changes: [], took_effect: [] };
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ since, limit: "100", ...(cursor ? { cursor } : {}) });
    const page: Page = await get<Page>(`/v1/pricing/changes?${query}`, signal);
    found.activations.push(...page.activations);
    found.changes.push(...page.changes);
    found.took_effect.push(...page.took_effect);
    cursor = page.next_cursor;
    seen({ ...found });
  } while (cursor);
}

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
    allChanges(day, setFound, stop.signal).catch((failure) => {
      if (!stop.signal.aborted) setError(failure);
    });
    return () => stop.abort();
  }, [day]);
  useEffect(() => {
    replaceAddress("prices/changes", new URLSearchParams({ since, ...(search ? { q: search } : {}) }));
  }, [since, search]);
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (entry: Changed) => words.every((word) => `${entry.provider}/${entry.id}`.toLowerCase().includes(word));
  // Models of their own provider come first: most readers look for those.
  const ordered = <Entry extends Changed>(entries: Entry[]) =>
    entries.filter(matches).sort((a, b) => Number(a.id.includes("/")) - Number(b.id.includes("/")));
  const [took, changed] = [ordered((found?.took_effect ?? []).toReversed()), ordered(found?.changes ?? [])];
  const moved = (sign: RegExp) => took.filter((entry) => entry.fields.some((field) => sign.test(field.change_percent ?? ""))).length;
  return (
    <>
      <div class="filters">
        <label>
          Since
          <input type="date" value={since} max={daysAgo(0)} onInput={(event) => setSince(event.currentTarget.value)} />
          <small class="hint">
            {[["This month", `${daysAgo(0).slice(0, 8)}01`], ["7 days", daysAgo(7)], ["30 days", daysAgo(30)]].map(([name, day]) => (
              <button type="button" class="link" key={name} aria-pressed={since === day} onClick={() => setSince(day!)}>
                {name}
              </button>
            ))}
          </small>
        </label>
        <label>
          Model or provider
          <input type="search" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
        </label>
      </div>
      <Problem error={error} />
      <p role="status">
        {found
          ? `${count(took.length + changed.length)} changes since ${moment(since)}: a price rose on ${count(moved(/^[^-]/))} models and fell on ${count(moved(/^-/))}`
          : error
            ? ""
            : "Loading"}
      </p>
      {took.length > 0 && (
        <section>
          <h2>Prices that took effect</h2>
          <div class="changes">
            {took.map((entry) => (
              <Change key={`${entry.provider}/${entry.id} ${entry.starts}`} entry={entry} note={`from ${moment(entry.starts)}`} />
            ))}
          </div>
        </section>
      )}
      {changed.length > 0 && (
        <section>
          <h2>New, removed and corrected</h2>
          <div class="changes">
            {changed.map((entry) => (
              <Change key={`${entry.provider}/${entry.id}`} entry={entry} note={entry.kind} />
            ))}
          </div>
        </section>
      )}
      {found && found.activations.length > 0 && (
        <section>
          <h2>Versions activated</h2>
          <ul>
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

type Changed = { provider: string; id: string; fields: Schema["FieldChange"][] };

function Change({ entry, note }: { entry: Changed; note: string }) {
  const reference = `${entry.provider}/${entry.id}`;
  return (
    <article class="change">
      <h3>
        <a href={address("prices", new URLSearchParams({ model: reference }))}>{reference}</a> <small>{note}</small>
      </h3>
      <ul>
        {entry.fields.map((field) => (
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
    </article>
  );
}
