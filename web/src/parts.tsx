/** Small parts that several views share. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Refused } from "./api";
import { count, money, price } from "./money";

/** An amount as a person reads it; the exact one is its value and its tooltip. */
export function Money({ amount, currency = "USD", places = 0 }: { amount: string | null | undefined; currency?: string; places?: number }) {
  if (amount === null || amount === undefined) return <span class="muted">no known price</span>;
  return (
    <data class="money" value={amount} title={`exactly ${currency === "USD" ? "$" : `${currency} `}${amount}`}>
      {money(amount, currency, places)}
    </data>
  );
}

/** A list price of a change; null where there was, or will be, none. */
export function Before({ amount }: { amount: string | null }) {
  return amount === null ? <span class="muted">none</span> : <data value={amount}>{price(amount)}</data>;
}

export function Problem({ error }: { error: unknown }) {
  if (!error) return null;
  const refused = error instanceof Refused ? error : null;
  return (
    <div class="problem" role="alert">
      <p>{error instanceof Error ? error.message : String(error)}</p>
      {refused && refused.fields.length > 1 && (
        <ul>
          {refused.fields.map((field) => (
            <li key={field.pointer}>
              <code>{field.pointer}</code> {field.detail}
            </li>
          ))}
        </ul>
      )}
      {refused && refused.suggestions.length > 0 && <p>Did you mean {refused.suggestions.join(", ")}?</p>}
    </div>
  );
}

export function CopyButton({ text, children }: { text: () => string; children: ComponentChildren }) {
  const [done, setDone] = useState("");
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(""), 2500);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      setDone("Copied");
    } catch {
      setDone("The browser did not allow copying");
    }
  };
  return (
    <>
      <button type="button" class="quiet" onClick={copy}>
        {children}
      </button>
      <span role="status" class="done">
        {done}
      </span>
    </>
  );
}

/** Each text once, as a list of small print. */
export function Notes({ texts }: { texts: string[] }) {
  if (!texts.length) return null;
  return (
    <ul class="notes">
      {[...new Set(texts)].map((text) => (
        <li key={text}>{dated(text)}</li>
      ))}
    </ul>
  );
}

/** A text with its days written as everywhere on the page; a day that is a part of a name stays. */
export function dated(text: string): string {
  return text.replace(/(?<![\w.@/:-])\d{4}-\d\d-\d\d(?![\w/-])/g, moment);
}

/** The public price lists that the sources of prices name: what they are, and where. */
const LISTS: [RegExp, string, string][] = [
  [/^litellm (?=\d)/, "LiteLLM's price list ", "https://github.com/BerriAI/litellm"],
  [/^genai-prices (?=\d)/, "Pydantic's list genai-prices ", "https://github.com/pydantic/genai-prices"],
  [/^openrouter (?=\d)/, "OpenRouter's price list ", "https://openrouter.ai/models"],
];

/** The sources of prices in words, with a link to each that is a public list. */
export function Sources({ text }: { text: string }) {
  return text.split(/(?<=\d), (?=litellm|genai-prices|openrouter)/).map((source, index) => {
    const [pattern, words, url] = LISTS.find(([start]) => start.test(source)) ?? [];
    return (
      <span key={source}>
        {index > 0 && ", "}
        {pattern ? <a href={url!} rel="noreferrer">{source.replace(pattern, words!)}</a> : dated(source.replace(/^(pricing|model) page/, "the provider's $1 page"))}
      </span>
    );
  });
}

/** Names as a part of a sentence: a, b and c. */
export function listed(names: string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** What is known, as terms with their values; what has none is left out. */
export function Facts({ facts, class: name }: { facts: [string, ComponentChildren][]; class: string }) {
  return (
    <dl class={name}>
      {facts.map(
        ([term, value]) =>
          value && (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

type DisclosureProperties = { summary: ComponentChildren; class?: string; children: () => ComponentChildren };

/** A part that is made when it is first opened: most never are. */
export function Disclosure({ summary, children, ...rest }: DisclosureProperties) {
  const [opened, setOpened] = useState(false);
  return (
    <details {...rest} onToggle={() => setOpened(true)}>
      <summary>{summary}</summary>
      {opened && children()}
    </details>
  );
}

/** The first part of a long list, and a button for more of it. */
export function useFirst<Entry>(entries: Entry[], step: number, restart: unknown): [Entry[], ComponentChildren] {
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

export function download(name: string, type: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A CSV document (RFC 4180); a spreadsheet never reads a cell as a formula. */
export function csv(rows: readonly (readonly (string | number | null | undefined)[])[]): string {
  const cell = (value: string | number | null | undefined) => {
    const text = String(value ?? "");
    const safe = /^[=+@\t\r]|^-(?!\d)/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return "\uFEFF" + rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** A day or moment as a person reads it, in UTC. Written here: the browser's own formatting is slow to start. */
export function moment(text: string): string {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return text;
  const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  if (/^\d{4}-\d\d-\d\d$/.test(text) || text.includes("T00:00:00Z")) return day;
  return `${day}, ${date.toISOString().slice(11, 16)} UTC`;
}

/** Field paths of a price, such as `batch.cache_read>200000`, in words. */
export function fieldName(field: string): string {
  const [, mode, name, tokens, hours, start] = /^([^.]*)\.([^>~@]*)(?:>(\d+))?(?:~([^@]*))?(?:@(.*))?$/.exec(field) ?? [];
  if (!name) return field;
  const when = [
    tokens && `prompts over ${count(tokens)} tokens`,
    hours && `at ${hours.replace("/", " on days ")} UTC`,
    start && `from ${moment(start)}`,
  ].filter(Boolean);
  return [component(name) + (mode === "standard" ? "" : ` (${mode})`), ...when].join(", ");
}

export function component(name: string): string {
  return name.replaceAll("_", " ").replace("cache write 5m", "cache write, 5 minutes").replace("cache write 1h", "cache write, 1 hour");
}
