/** What changed since a day: prices that took effect, and models that were added, removed or corrected. */

import { useEffect, useState } from "preact/hooks";
import { get, type Schema } from "./api";
import { address, replaceAddress, useField } from "./hash";
import { HOSTS, providersOf, useModels } from "./models";
import { count, percent } from "./money";
import { Before, fieldName, moment, Problem, useFirst } from "./parts";

type Page = Schema["PriceChanges"];
type Entries = Pick<Page, "activations" | "changes" | "took_effect" | "announced">;

function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

/** Every page of the changes since a day. */
async function allChanges(since: string, signal: AbortSignal): Promise<Entries> {
  const found: Entries = { activations: [], changes: [], took_effect: [], announced: [] };
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ since, limit: "200", ...(cursor ? { cursor } : {}) });
    const page: Page = await get<Page>(`/v1/pricing/changes?${query}`, signal);
    found.activations.push(...page.activations);
    found.changes.push(...page.changes);
    found.took_effect.push(...page.took_effect);
    found.announced.push(...page.announced);
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

export function Changes({ query }: { query: URLSearchParams }) {
  const [since, setSince] = useField(query, "since", PRESETS[0]![1]);
  const { list, complete } = useModels(true);
  const [search, setSearch] = useField(query, "q");
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
  const names = search.split(",").map((name) => name.trim()).filter(Boolean);
  const wanted = names.map((name) => name.toLowerCase().split(/\s+/));
  const matching = <Entry extends Changed>(entries: Entry[]) =>
    entries.filter((entry) => {
      const text = `${entry.provider}/${entry.id}`.toLowerCase();
      return !wanted.length || wanted.some((words) => words.every((word) => text.includes(word)));
    });
  const took = matching((found?.took_effect ?? []).toReversed());
  const announced = makersFirst(matching(found?.announced ?? []));
  const changed = makersFirst(matching(found?.changes ?? []));
  const retiring = matching(list.filter(({ retires }) => retires && retires > daysAgo(0)).map((model) => ({ ...model, fields: [] })));
  const moved = new Set([...took, ...changed].map(({ provider }) => provider));
  const makers = providersOf(list).filter((provider) => !HOSTS.has(provider) && !moved.has(provider));
  const unchanged = names.filter((name) => makers.includes(name.toLowerCase()));
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
            placeholder="All, or names with commas"
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
      <p role="status">{!day ? "Enter a day." : found ? summary([...took, ...changed], names, unchanged, since) : error ? "" : "Loading the changes"}</p>
      <ChangeList heading="Announced" entries={announced} note={(entry) => `from ${moment(entry.starts)}`} restart={key} />
      <ChangeList
        heading="Makers' own offers"
        first={25}
        entries={took.filter((entry) => !resold(entry))}
        note={(entry) => `from ${moment(entry.starts)}`}
        restart={key}
      />
      {found && complete && <Retiring models={retiring} restart={key} />}
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
                {moment(entry.at)}: {entry.version}
                {entry.actor && ` by ${entry.actor}`}. {entry.reason}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

const models = (number: number) => `${count(number)} ${number === 1 ? "model" : "models"}`;

/** How many models changed, those of the makers first; `unchanged` are the makers asked for, none of whose own prices changed. */
function summary(entries: Changed[], names: string[], unchanged: string[], since: string): string {
  const of = names.length ? ` of ${names.map((name) => `“${name}”`).join(" or ")}` : "";
  if (!entries.length) return `No price${of} changed since ${moment(since)}. Choose an earlier day${of && ", or fewer words"}.`;
  const each = eachOnce(entries);
  const [own, others] = [each.filter((entry) => !resold(entry)), each.filter(resold)];
  return [
    `Since ${moment(since)}, prices of ${models(each.length)}${of} changed.`,
    ...unchanged.map((name) => `${name} itself: no price changed.`),
    own.length && `Makers' own: ${told(own)}.`,
    others.length && `Resellers and hosts: ${told(others)}.`,
  ]
    .filter(Boolean)
    .join(" ");
}

/** One entry for each model, with everything that changed. */
function eachOnce(entries: Changed[]): Changed[] {
  const found = new Map<string, Changed>();
  for (const { provider, id, fields } of entries) {
    const key = `${provider}/${id}`;
    found.set(key, { provider, id, fields: [...(found.get(key)?.fields ?? []), ...fields] });
  }
  return [...found.values()];
}

/** How many models became more expensive or cheaper. */
function told(entries: Changed[]): string {
  const moved = (entry: Changed, sign: RegExp) => entry.fields.some((field) => sign.test(field.change_percent ?? ""));
  const kinds: [string, (rose: boolean, fell: boolean) => boolean][] = [
    ["cheaper", (rose, fell) => fell && !rose],
    ["more expensive", (rose, fell) => rose && !fell],
    ["partly cheaper, partly more expensive", (rose, fell) => rose && fell],
    ["new, dropped or otherwise changed", (rose, fell) => !rose && !fell],
  ];
  return kinds
    .map(([words, is]): [string, number] => [words, entries.filter((entry) => is(moved(entry, /^[^-]/), moved(entry, /^-/))).length])
    .filter(([, number]) => number > 0)
    .map(([words, number], index) => `${index ? count(number) : models(number)} ${words}`)
    .join(", ");
}

type Changed = { provider: string; id: string; fields: Schema["FieldChange"][] };

/** Whether another than its maker offers the model; a reseller's ids hold the maker's name. */
function resold(entry: Changed): boolean {
  return HOSTS.has(entry.provider) || entry.id.includes("/");
}

function makersFirst<Entry extends Changed>(entries: Entry[]): Entry[] {
  return entries.toSorted((a, b) => Number(resold(a)) - Number(resold(b)));
}

type ChangeListProperties<Entry> = { heading: string; entries: Entry[]; note: (entry: Entry) => string; restart: string; first?: number };

function ChangeList<Entry extends Changed>({ heading, entries, note, restart, first = 10 }: ChangeListProperties<Entry>) {
  const [shown, more] = useFirst(entries, first, restart);
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

type Leaving = Changed & { retires: string | null };

/** The models whose end is announced, makers' own first and the soonest first: those of the next 90 days, and the others folded. */
function Retiring({ models: found, restart }: { models: Leaving[]; restart: string }) {
  const ordered = makersFirst(found.toSorted((a, b) => a.retires!.localeCompare(b.retires!)));
  const soon = ordered.filter(({ retires }) => retires! <= daysAgo(-90));
  const later = ordered.filter((model) => !soon.includes(model));
  if (!found.length) return null;
  return (
    <section>
      <h2>
        Models that retire <small>{count(found.length)}</small>
      </h2>
      {soon.length ? <Ends models={soon} restart={restart} /> : <p class="muted">None within 90 days.</p>}
      {later.length > 0 && (
        <details>
          <summary>{count(later.length)} after that</summary>
          <Ends models={later} restart={restart} />
        </details>
      )}
    </section>
  );
}

function Ends({ models: found, restart }: { models: Leaving[]; restart: string }) {
  const [shown, more] = useFirst(found, 10, restart);
  return (
    <>
      <ul class="notes">
        {shown.map(({ provider, id, retires }) => (
          <li key={`${provider}/${id}`}>
            <a href={modelAddress(provider, id)}>{`${provider}/${id}`}</a> retires {moment(retires!)}
          </li>
        ))}
      </ul>
      {more}
    </>
  );
}

function modelAddress(provider: string, id: string): string {
  return address("prices", new URLSearchParams({ model: `${provider}/${id}` }));
}

const FIRST = ["standard.input", "standard.output", "standard.cache_read"];
const MOST_FIELDS = 6;

function Change({ entry, note }: { entry: Changed; note: string }) {
  const rank = ({ field }: Schema["FieldChange"]) => (FIRST.includes(field) ? FIRST.indexOf(field) : FIRST.length);
  const fields = entry.fields.toSorted((a, b) => rank(a) - rank(b));
  const kept = fields.length > MOST_FIELDS + 1 ? MOST_FIELDS : fields.length;
  return (
    <article class="change">
      <h3>
        <a href={modelAddress(entry.provider, entry.id)}>{`${entry.provider}/${entry.id}`}</a> <small>{note}</small>
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

/** What a price is for: a million tokens, or one of what its name says. */
function unitOf(field: string): string {
  const [name = ""] = field.replace(/^[^.]*\./, "").split(/[>~@]/);
  return /(^|_)(input|output|cache_read|cache_write_\w+)$/.test(name) ? "per 1M" : name === "web_search" ? "per search" : "each";
}

function FieldChanges({ fields }: { fields: Schema["FieldChange"][] }) {
  return (
    <ul>
      {fields.map((field) => (
        <li key={field.field}>
          {fieldName(field.field)}:{" "}
          {field.before === null ? (
            "new, "
          ) : (
            <>
              <Before amount={field.before} /> →{" "}
            </>
          )}
          {field.after === null ? (
            <span class="muted">no longer in the price list</span>
          ) : (
            <>
              <Before amount={field.after} /> <span class="muted">{unitOf(field.field)}</span>
            </>
          )}
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
