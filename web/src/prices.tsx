/** Prices: every model, and the page of each. */

import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { type Config, get, modelPath, type Schema } from "./api";
import { Changes } from "./changes";
import { History } from "./charts";
import { address, replaceAddress, useField } from "./hash";
import { isRetired, providersOf, retirement, searched, useModels } from "./models";
import { count, price } from "./money";
import { component, Facts, listed, moment, Notes, Problem, Sources, useFirst } from "./parts";
import { Pending } from "./pending";

/** For those who approve prices only, and so apart from the others. */
const PENDING = "prices/pending";

const SECTIONS = [
  ["prices", "All models"],
  ["prices/changes", "What changed"],
  [PENDING, "Waiting for approval"],
] as const;

export function Prices({ path, query, config }: { path: string; query: URLSearchParams; config: Config }) {
  const model = query.get("model");
  return (
    <div class="prices">
      <h1>Prices</h1>
      <nav class="sections" aria-label="Prices">
        {SECTIONS.map(([to, label]) => (
          <a key={to} href={`#/${to}`} class={to === PENDING ? "aside" : ""} aria-current={path === to && !model ? "page" : undefined}>
            {label}
          </a>
        ))}
      </nav>
      {path === "prices/changes" ? (
        <Changes query={query} />
      ) : path === PENDING ? (
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

function Browse({ query }: { query: URLSearchParams }) {
  const { list, complete, error } = useModels(true);
  const [search, setSearch] = useField(query, "q");
  const [provider, setProvider] = useField(query, "provider");
  const [capability, setCapability] = useField(query, "can");
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
                      {model.id.split(/(?<=\.)/).map((part) => [part, <wbr />])}
                    </a>{" "}
                    <small>{model.provider}</small>
                    {model.retires && <small class={isRetired(model) ? "warn" : ""}>{retirement(model.retires)}</small>}
                    {model.long_prompt_above_tokens && <small>other prices over {count(model.long_prompt_above_tokens)} tokens</small>}
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
  const facts: [string, ComponentChildren][] = [
    ["Provider", model.provider],
    ["Other names", model.aliases.join(", ") || null],
    ["Context window", model.context_window ? `${count(model.context_window)} tokens` : null],
    ["Longest output", model.max_output_tokens ? `${count(model.max_output_tokens)} tokens` : null],
    ["Shortest prompt that can be cached", model.cache_minimum_tokens ? `${count(model.cache_minimum_tokens)} tokens` : null],
    ["Capabilities", model.capabilities.join(", ") || null],
    ["Released", lifecycle.released && moment(lifecycle.released)],
    [isRetired(lifecycle) ? "Retired" : "Retires", lifecycle.retires && moment(lifecycle.retires)],
    ["Available at least until", lifecycle.retires_not_before && moment(lifecycle.retires_not_before)],
    ["Source of the prices", model.prices && <Sources text={model.prices.source} />],
  ];
  return (
    <article>
      <h2>{model.name}</h2>
      <p>
        <a href={address("", new URLSearchParams({ add: `${model.provider}/${model.id}` }))}>Estimate with this model</a>
      </p>
      <Facts class="facts" facts={facts} />
      {model.prices && <PricesNow modes={model.prices.modes} />}
      {model.prices && model.prices.windows.length > 0 && (
        <p class="notice">Other prices apply {listed(model.prices.windows.map(hours))}.</p>
      )}
      <History model={model} now={model.pricing.as_of} />
      <Notes texts={model.notes} />
    </article>
  );
}

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** The hours and days of off-peak prices, in words. */
export function hours({ start, end, days }: Pick<Schema["WindowPrices"], "start" | "end" | "days">): string {
  const time = start === end ? "all day" : `from ${start.slice(0, 5)} to ${end.slice(0, 5)} UTC`;
  return days.length ? `${time} on ${listed(days.map((day) => WEEKDAYS[day - 1]!))}` : time;
}

/** The prices of a mode for what is not a token, such as a second of audio, by what they are for. */
export function unitPrices({ units }: Pick<Schema["ModePrices"], "units">): Record<string, string> {
  return Object.fromEntries(
    units.map(({ component: name, unit, when, usd }) => {
      const each = unit === "token" ? "per million tokens" : `per ${unit.replaceAll("_", " ")}`;
      return [[name, ...Object.values(when), each].join(", "), usd];
    }),
  );
}

/** The prices of one period: a row for each component, a column for each mode and tier. */
function PricesNow({ modes }: { modes: Schema["ModePrices"][] }) {
  const ordered = [...modes].sort((a, b) => Number(b.mode === "standard") - Number(a.mode === "standard"));
  const columns = ordered.flatMap((mode) => [
    { name: mode.mode, prices: { ...mode.usd_per_mtok, ...mode.usd_per_use, ...unitPrices(mode) } as Record<string, string> },
    ...mode.tiers.map((tier) => ({
      name: `${mode.mode}, prompt over ${count(tier.above_tokens)} tokens`,
      prices: tier.usd_per_mtok as Record<string, string>,
    })),
  ]);
  const byToken = modes.some((mode) => Object.keys(mode.usd_per_mtok).length > 0);
  const names = [...new Set([...(byToken ? ["input", "output"] : []), ...columns.flatMap((column) => Object.keys(column.prices))])];
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
