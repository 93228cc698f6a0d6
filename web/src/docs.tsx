/**
 * What the reference at /docs can do where scripts run: search, requests in three languages, copying,
 * and trying a request on the server that serves it. Without scripts it is the same text.
 */

import { render } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { caller, type Config, get } from "./api";
import { CopyButton } from "./parts";
import { resume } from "./sign-in";
import { type Call, LANGUAGES, type Language, snippet } from "./snippets";

type Asked = { method: string; path: string; body?: unknown };

/** The language is chosen for all requests of the page at once, and for those that come near the screen later. */
let current: Language = "curl";
const listeners = new Set<(language: Language) => void>();

function useLanguage(): [Language, (language: Language) => void] {
  const [language, setLanguage] = useState(current);
  useEffect(() => {
    setLanguage(current);
    listeners.add(setLanguage);
    return () => void listeners.delete(setLanguage);
  }, []);
  const choose = (chosen: Language) => {
    current = chosen;
    listeners.forEach((tell) => tell(chosen));
  };
  return [language, choose];
}

function Request({ asked, command, label }: { asked: Asked; command: string; label: string }) {
  const [language, choose] = useLanguage();
  const [trying, setTrying] = useState(false);
  const call: Call = { ...asked, url: location.origin + asked.path };
  // The page's own curl command is folded to be read; the others are generated.
  const text = language === "curl" ? command.replace(/http:\/\/127\.0\.0\.1:3000/, location.origin) : snippet(language, call);
  return (
    <>
      <div class="tools">
        <span role="group" aria-label="Language">
          {LANGUAGES.map((name) => (
            <button type="button" key={name} aria-pressed={name === language} onClick={() => choose(name)}>
              {name}
            </button>
          ))}
        </span>
        <CopyButton text={() => text}>Copy</CopyButton>
        <button type="button" aria-expanded={trying} onClick={() => setTrying(!trying)}>
          Try it
        </button>
      </div>
      <pre tabIndex={0} role="group" aria-label={label}>
        <code>{text}</code>
      </pre>
      {trying && <Trial asked={asked} />}
    </>
  );
}

let identified: Promise<unknown> | undefined;

/** Requests are sent as the person who signed in on the page in this tab, if the server asks for that. */
function identify(): Promise<unknown> {
  identified ??= get<Config>("/config.json").then(resume);
  identified.catch(() => (identified = undefined));
  return identified;
}

type Outcome = { status: string; text: string };

async function sent(asked: Asked, path: string, body: string): Promise<Outcome> {
  await identify();
  const started = performance.now();
  const headers = { ...(await caller.headers()), ...(body && { "content-type": "application/json" }) };
  const response = await fetch(path, { method: asked.method, headers, ...(body && { body }) });
  const found = await response.text();
  const unasked = response.status === 401 || (response.status === 403 && !found.includes('"detail"'));
  const hint = unasked ? ". This server asks for a token: sign in at / in this tab, then come back." : "";
  const status = `${response.status} ${response.statusText}, ${Math.round(performance.now() - started)} ms${hint}`;
  const json = /json/.test(response.headers.get("content-type") ?? "");
  return { status, text: json ? JSON.stringify(JSON.parse(found), null, 2) : found };
}

function Trial({ asked }: { asked: Asked }) {
  const [path, setPath] = useState(asked.path);
  const [body, setBody] = useState(asked.body === undefined ? "" : JSON.stringify(asked.body, null, 2));
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [busy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    setOutcome(await sent(asked, path, body).catch((error: Error) => ({ status: "No answer", text: error.message })));
    setBusy(false);
  };
  return (
    <div class="trial">
      <label>
        {asked.method} {location.origin}
        <input type="text" spellcheck={false} value={path} onInput={(event) => setPath(event.currentTarget.value)} />
      </label>
      {asked.body !== undefined && (
        <label>
          Body
          <textarea
            rows={Math.min(20, body.split("\n").length + 1)}
            spellcheck={false}
            value={body}
            onInput={(event) => setBody(event.currentTarget.value)}
          />
        </label>
      )}
      <div class="tools">
        <button type="button" class="main" disabled={busy} onClick={() => void send()}>
          Send to this server
        </button>
        <span role="status">{busy ? "Waiting for the answer" : outcome?.status}</span>
      </div>
      {outcome && (
        <pre tabIndex={0} role="group" aria-label="The server's answer">
          <code>{outcome.text}</code>
        </pre>
      )}
    </div>
  );
}

type Place = { id: string; title: string; fields: string[]; text: string };

/** Every route, rule, error and type of the page, with the names of its fields and its words. */
function places(): Place[] {
  return [...document.querySelectorAll("main article[id], main h3[id], main h4[id]")].map((element) => {
    const own = element.tagName === "H4" ? (element.closest("article") ?? element) : element;
    const rule = element.tagName === "H3" ? element.nextElementSibling : own;
    const heading = own.querySelector("h3")?.textContent ?? own.textContent ?? "";
    return {
      id: element.id,
      title: element.tagName === "H4" ? `${heading}: ${element.textContent}` : heading,
      fields: [...own.querySelectorAll("dt > code")].map((field) => field.textContent ?? ""),
      text: `${heading} ${rule?.textContent ?? ""}`.toLowerCase(),
    };
  });
}

const SHOWN = 20;

/** The places with every word, those with the words in their title first, then those with a field of that name. */
function ranked(all: Place[], search: string): Place[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const rank = (place: Place) =>
    words.every((word) => place.title.toLowerCase().includes(word)) ? 0 : place.fields.includes(search.trim()) ? 1 : 2;
  return all
    .filter((place) => words.every((word) => place.text.includes(word)))
    .map((place) => ({ place, at: rank(place) }))
    .sort((a, b) => a.at - b.at)
    .map(({ place }) => place);
}

function Search() {
  const [search, setSearch] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const all = useMemo(() => (search ? places() : []), [search !== ""]);
  const found = useMemo(() => ranked(all, search), [all, search]);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.closest("input, textarea");
      if (event.key !== "/" || typing) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener("keydown", focus);
    return () => removeEventListener("keydown", focus);
  }, []);
  return (
    <div class="search" role="search">
      <label>
        Search (press /)
        <input ref={field} type="search" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
      </label>
      <p role="status">
        {search.trim() && (found.length ? `${found.length} places${found.length > SHOWN ? `, the first ${SHOWN}` : ""}` : "Nothing found")}
      </p>
      <ul>
        {found.slice(0, SHOWN).map((place) => (
          <li key={place.id}>
            <a href={`#${place.id}`}>{place.title}</a>
            {place.fields.includes(search.trim()) && <small> has the field {search.trim()}</small>}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Put a part of the page in the place of a block of code, which keeps its text. */
function equip(block: HTMLElement): void {
  const [label, command] = [block.getAttribute("aria-label") ?? "", block.textContent ?? ""];
  const host = document.createElement("div");
  host.className = "code";
  const request = block.dataset.request;
  if (request) {
    block.replaceWith(host);
    render(<Request asked={JSON.parse(request) as Asked} command={command} label={label} />, host);
  } else {
    block.before(host);
    render(<CopyButton text={() => command}>Copy</CopyButton>, host);
  }
}

/** Most blocks of the long page are never seen, so each is equipped when it comes near the screen. */
function equipNear(): void {
  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        equip(target as HTMLElement);
      }
    },
    { rootMargin: "100% 0px" },
  );
  document.querySelectorAll("pre").forEach((block) => near.observe(block));
}

/** Where the calculator opened this page, its link leads back to it as it was left, not to a new one. */
document.querySelector('header a[href="/"]')?.addEventListener("click", (event) => {
  const from = window.opener as Window | null;
  if (!from || from.closed) return;
  event.preventDefault();
  from.name ||= `tariff-${Date.now()}`;
  open("", from.name);
});

const contents = document.querySelector("nav h2")!;
const host = document.createElement("div");
contents.after(host);
render(<Search />, host);
equipNear();
