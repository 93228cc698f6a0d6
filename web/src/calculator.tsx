/** The calculator: one question on the left, what it costs on the right. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Config } from "./api";
import { type Answered, estimate } from "./estimate";
import { address, replaceAddress } from "./hash";
import { CopyButton, Problem } from "./parts";
import { Picker } from "./picker";
import { Incomplete, modelOf, readPasted } from "./requests";
import { Results } from "./results";
import { fromQuery, MAX_LINKED_CHARACTERS, MAX_MODELS, type Question, START, toQuery } from "./state";

const PAUSE_MS = 250;

export function Calculator({ config, query }: { config: Config; query: URLSearchParams }) {
  const [question, setQuestion] = useState<Question>(() => fromQuery(query));
  const [answered, setAnswered] = useState<Answered | null>(null);
  const [today, setToday] = useState<Answered | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [settled, setSettled] = useState<Question | null>(null);
  const busy = settled !== question;
  const ours = useRef("");

  // A link that is followed while the page is open asks its own question.
  useEffect(() => {
    if (query.toString() && query.toString() !== ours.current) setQuestion(fromQuery(query));
  }, [query]);

  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const found = await estimate(question, stop.signal);
        const open = { ...question, version: "", asOf: "" };
        const now = question.version || question.asOf ? await estimate(open, stop.signal) : null;
        setAnswered(found);
        setToday(now);
        setError(null);
        ours.current = linked(question, found).toString();
        replaceAddress("", linked(question, found));
      } catch (failure) {
        if (stop.signal.aborted) return;
        setError(failure);
      }
      setSettled(question);
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [question]);

  const set = (change: Partial<Question>) => setQuestion((now) => ({ ...now, ...change }));
  const pinned = Boolean(question.version || question.asOf);
  return (
    <div class="calculator">
      <h1>What do LLM calls cost?</h1>
      <form class="question" onSubmit={(event) => event.preventDefault()} aria-label="Calls to price">
        <Models question={question} set={set} answered={answered} />
        <CallInput question={question} set={set} />
        <Volume question={question} set={set} budget={config.features.budget ?? false} />
        <WhatIf question={question} set={set} />
        <button type="button" class="quiet" onClick={() => setQuestion({ ...START })}>
          Start again
        </button>
      </form>
      <section class="answer" aria-label="Cost" aria-busy={busy}>
        <p role="status" class="visually-hidden">
          {busy ? "Calculating" : error ? "" : "The figures are up to date."}
        </p>
        {error instanceof Incomplete ? <p class="notice" role="status">{error.message}</p> : <Problem error={error} />}
        {answered && (
          <div class={error ? "outdated" : ""}>
            <Results
              answered={answered}
              today={today}
              pinned={pinned}
              unpin={() => set({ version: "", asOf: "" })}
              link={<LinkButton question={question} answered={answered} />}
            />
          </div>
        )}
      </section>
    </div>
  );
}

/** The question with the version and moment of its answer. */
function linked(question: Question, answered: Answered): URLSearchParams {
  const { version, as_of } = answered.compared.pricing;
  const short = { ...question, version, asOf: as_of };
  if (question.input !== "text" || question.text.length > MAX_LINKED_CHARACTERS) short.text = "";
  if (question.input !== "paste" || question.pasted.length > MAX_LINKED_CHARACTERS) short.pasted = "";
  return toQuery(short);
}

function LinkButton({ question, answered }: { question: Question; answered: Answered }) {
  const input = question.input === "text" ? question.text : question.input === "paste" ? question.pasted : "";
  if (input.length > MAX_LINKED_CHARACTERS) {
    return <span class="muted">The pasted text is too long for a link; enter its tokens instead.</span>;
  }
  return (
    <>
      <CopyButton text={() => location.origin + location.pathname + address("", linked(question, answered))}>
        Copy link
      </CopyButton>
      {input && <span class="muted">The link contains what you pasted.</span>}
    </>
  );
}

type Fields = { question: Question; set: (change: Partial<Question>) => void };

function Models({ question, set, answered }: Fields & { answered: Answered | null }) {
  const full = question.models.length >= MAX_MODELS;
  const meant = (asked: string) => {
    const found = answered?.rows.find((row) => row.asked === asked)?.row.model.id;
    return found && !asked.endsWith(found) ? found : "";
  };
  return (
    <fieldset>
      <legend>Models</legend>
      <ul class="chips">
        {question.models.map((model) => (
          <li key={model} title={model}>
            <span>
              {model} {meant(model) && <small>{meant(model)}</small>}
            </span>
            <button
              type="button"
              aria-label={`Remove ${model}`}
              onClick={() => set({ models: question.models.filter((other) => other !== model) })}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <Picker
        label="Add a model"
        placeholder={full ? `${MAX_MODELS} models at most` : "Search by name or provider"}
        disabled={full}
        onPick={(model) => set({ models: [...new Set([...question.models, model])] })}
      />
      {question.models.length > 1 && (
        <label>
          Compare with
          <select value={question.baseline} onChange={(event) => set({ baseline: event.currentTarget.value })}>
            {question.models.map((model, index) => (
              <option key={model} value={index ? model : ""}>
                {model}
              </option>
            ))}
          </select>
        </label>
      )}
    </fieldset>
  );
}

function NumberField(field: {
  label: string;
  value: string;
  set: (text: string) => void;
  hint?: string;
  decimal?: boolean;
}) {
  return (
    <label>
      {field.label}
      <input
        type="text"
        inputMode={field.decimal ? "decimal" : "numeric"}
        autocomplete="off"
        value={field.value}
        onInput={(event) => field.set(event.currentTarget.value)}
      />
      {field.hint && <small class="hint">{field.hint}</small>}
    </label>
  );
}

function CallInput({ question, set }: Fields) {
  const choices = [
    ["tokens", "Tokens"],
    ["text", "Prompt text"],
    ["paste", "Pasted JSON"],
  ] as const;
  return (
    <fieldset>
      <legend>One request</legend>
      <div class="choices" role="radiogroup" aria-label="How to describe a request">
        {choices.map(([value, label]) => (
          <label key={value}>
            <input
              type="radio"
              name="input"
              checked={question.input === value}
              onChange={() => set({ input: value })}
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
      {question.input === "tokens" && (
        <div class="pair">
          <NumberField label="Input tokens" value={question.inputTokens} set={(inputTokens) => set({ inputTokens })} />
          <NumberField label="Output tokens" value={question.outputTokens} set={(outputTokens) => set({ outputTokens })} />
        </div>
      )}
      {question.input === "tokens" && <p class="hint">1,000 tokens are about 750 words of English.</p>}
      {question.input === "tokens" && (
        <details open={Boolean(question.cacheRead || question.cacheWrite)}>
          <summary>Cached tokens</summary>
          <div class="pair">
            <NumberField label="Read from cache" value={question.cacheRead} set={(cacheRead) => set({ cacheRead })} />
            <NumberField label="Written to cache" value={question.cacheWrite} set={(cacheWrite) => set({ cacheWrite })} />
          </div>
          <p class="hint">In addition to the input tokens.</p>
        </details>
      )}
      {question.input === "text" && (
        <>
          <label>
            Prompt
            <textarea rows={6} value={question.text} onInput={(event) => set({ text: event.currentTarget.value })} />
          </label>
          <NumberField label="Expected output tokens" value={question.expected} set={(expected) => set({ expected })} />
          <p class="hint">Tokens are counted for each model by this server, with an error band. Nothing is stored.</p>
        </>
      )}
      {question.input === "paste" && (
        <>
          <label>
            A provider's request, response or usage object, as JSON
            <textarea
              rows={7}
              spellcheck={false}
              class="code"
              value={question.pasted}
              onInput={(event) => {
                const pasted = event.currentTarget.value;
                set({ pasted, ...withServed(question, pasted) });
              }}
            />
          </label>
          <p class="hint">Of Anthropic, OpenAI, Gemini, Bedrock and others. Sent to this server only; nothing is stored.</p>
        </>
      )}
    </fieldset>
  );
}

/** A request or response brings its model, which is compared with the others. */
function withServed(question: Question, pasted: string): Partial<Question> {
  try {
    const found = readPasted(pasted);
    const model = modelOf("response" in found ? found.response : "request" in found ? found.request : {});
    if (!model || question.models.includes(model)) return {};
    return { models: [model, ...question.models].slice(0, MAX_MODELS), baseline: "" };
  } catch {
    return {};
  }
}

function Volume({ question, set, budget }: Fields & { budget: boolean }) {
  return (
    <fieldset>
      <legend>How many</legend>
      <div class="pair">
        <NumberField label="Requests" value={question.calls} set={(calls) => set({ calls })} />
        <label>
          Every
          <select
            value={question.period}
            onChange={(event) => set({ period: event.currentTarget.value as Question["period"] })}
          >
            <option value="day">day</option>
            <option value="month">month</option>
          </select>
        </label>
      </div>
      {question.period === "day" && (
        <div class="pair">
          <NumberField label="Days a month" value={question.monthDays} set={(monthDays) => set({ monthDays })} />
          <NumberField label="Days a year" value={question.yearDays} set={(yearDays) => set({ yearDays })} />
        </div>
      )}
      {question.period === "day" && (
        <p class="hint">
          22 and 260 are working days.{" "}
          <button type="button" class="link" onClick={() => set({ monthDays: "30", yearDays: "365" })}>
            Use every day: 30 and 365
          </button>
        </p>
      )}
      {budget && (
        <NumberField
          label="Budget in USD: how many requests does it pay?"
          value={question.budget}
          decimal
          set={(amount) => set({ budget: amount })}
        />
      )}
    </fieldset>
  );
}

function WhatIf({ question, set }: Fields) {
  return (
    <fieldset>
      <legend>What would it cost with</legend>
      <label class="check">
        <input type="checkbox" checked={question.batch} onChange={(event) => set({ batch: event.currentTarget.checked })} />
        <span>Batch processing</span>
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={question.caching}
          onChange={(event) => set({ caching: event.currentTarget.checked })}
        />
        <span>Prompt caching</span>
      </label>
      {question.caching && (
        <div class="triple">
          <NumberField label="Prefix tokens" value={question.prefix} set={(prefix) => set({ prefix })} />
          <NumberField label="Hit rate, %" value={question.hitRate} decimal set={(hitRate) => set({ hitRate })} />
          <label>
            Kept for
            <select value={question.ttl} onChange={(event) => set({ ttl: event.currentTarget.value as "5m" | "1h" })}>
              <option value="5m">5 min</option>
              <option value="1h">1 hour</option>
            </select>
          </label>
        </div>
      )}
      {question.cheaper ? (
        <ul class="chips">
          <li>
            <span>{question.cheaper} instead</span>
            <button type="button" aria-label={`Remove ${question.cheaper}`} onClick={() => set({ cheaper: "" })}>
              ×
            </button>
          </li>
        </ul>
      ) : (
        <Picker label="Another model" placeholder="Search by name or provider" onPick={(cheaper) => set({ cheaper })} />
      )}
    </fieldset>
  );
}
