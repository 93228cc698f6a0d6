/** The question's form: models, one request, how many, what-ifs, and prices of one's own. */

import { createContext } from "preact";
import { useContext, useId, useState } from "preact/hooks";
import { type Answered, baselineOf, nameOf, tokensOf, type Unknown } from "./estimate";
import { providersOf, useModels } from "./models";
import { count } from "./money";
import { type Instead, modelOf, readPasted, statesUsage, unbounded, wholeNumber } from "./pasted";
import { Picker } from "./picker";
import { handOver } from "./report";
import { fittingPrefix } from "./requests";
import { BATCH, Change } from "./results";
import { CURRENCIES, EXAMPLES, MAX_MODELS, type Question, START } from "./state";

export type Problems = Partial<Record<keyof Question, string>>;
type Asking = {
  question: Question;
  set: (change: Partial<Question>) => void;
  problems: Problems;
  unknown: Unknown[];
  /** Where a pasted text belongs that is not one call. */
  instead: Instead | undefined;
};

/** The question that every field shows a part of. */
export const Context = createContext<Asking>({ question: START, set: () => {}, problems: {}, unknown: [], instead: undefined });

export function Models({ answered }: { answered: Answered | null }) {
  const { question, set, problems, unknown } = useContext(Context);
  const full = question.models.length >= MAX_MODELS;
  const rows = answered?.rows ?? [];
  const found = (asked: string) => rows.find((row) => row.asked === asked)?.row.model;
  const name = (asked: string) => {
    const model = found(asked);
    return model ? nameOf(model, rows) : asked;
  };
  const chosen = question.models.map((asked) => {
    const model = found(asked);
    return model ? `${model.provider}/${model.id}` : asked;
  });
  return (
    <fieldset>
      <legend>Models</legend>
      <ul class="chips">
        {question.models.map((model) => (
          <li key={model} title={model}>
            <span>
              {name(model)} {name(model) !== model && <small>{model.endsWith(`/${name(model)}`) ? found(model)?.provider : model}</small>}
            </span>
            <button
              type="button"
              aria-label={`Remove ${name(model)}`}
              onClick={() => set({ models: question.models.filter((other) => other !== model) })}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <Wrong problem={problems.models} />
      {unknown.map(({ model, suggestions }) => (
        <div key={model}>
          <Wrong problem={`No model is called ${model}.${suggestions.length ? " Did you mean:" : " Search for it below."}`} />
          <div class="examples">
            {suggestions.map((instead) => (
              <button
                type="button"
                key={instead}
                class="example"
                onClick={() => set({ models: [...new Set(question.models.map((other) => (other === model ? instead : other)))] })}
              >
                {instead}
              </button>
            ))}
          </div>
        </div>
      ))}
      <Picker
        label="Add a model"
        placeholder={full ? `${MAX_MODELS} models at most` : "Search by name or provider"}
        disabled={full}
        chosen={chosen}
        onPick={(model) => set({ models: [...question.models, model] })}
      />
      {question.models.length > 1 && (
        <label>
          Compare the others with
          <select value={question.baseline} onChange={(event) => set({ baseline: event.currentTarget.value })}>
            {question.models.map((model, index) => (
              <option key={model} value={index ? model : ""}>
                {name(model)}
              </option>
            ))}
          </select>
        </label>
      )}
    </fieldset>
  );
}

function Wrong({ problem, id }: { problem: string | undefined; id?: string }) {
  return problem ? (
    <small class="wrong" role="alert" id={id}>
      {problem}
    </small>
  ) : null;
}

type FieldProperties = { name: keyof Question; label: string; mode?: "numeric" | "decimal" | "text"; placeholder?: string };

/** One line of the question, with what is wrong with it. */
function Field({ name, label, mode = "numeric", placeholder }: FieldProperties) {
  const { question, set, problems } = useContext(Context);
  const id = useId();
  const problem = problems[name];
  return (
    <label>
      {label}
      <input
        type="text"
        inputMode={mode}
        autocomplete="off"
        spellcheck={false}
        placeholder={placeholder}
        value={String(question[name])}
        aria-invalid={problem ? "true" : undefined}
        aria-describedby={problem ? id : undefined}
        onInput={(event) => set({ [name]: event.currentTarget.value })}
      />
      <Wrong problem={problem} id={id} />
    </label>
  );
}

function Examples() {
  const { question, set } = useContext(Context);
  return (
    <div class="examples" role="group" aria-label="Example requests">
      {EXAMPLES.map(([name, numbers]) => (
        <button
          type="button"
          key={name}
          class="example"
          aria-pressed={question.inputTokens === numbers.inputTokens && question.outputTokens === numbers.outputTokens}
          onClick={() => set({ ...numbers, cacheRead: "", cacheWrite: "" })}
        >
          {name} <small>{`${count(numbers.inputTokens!)} in, ${count(numbers.outputTokens!)} out`}</small>
        </button>
      ))}
    </div>
  );
}

export function CallInput() {
  const { question, set, problems, instead } = useContext(Context);
  const choices = [
    ["tokens", "Tokens"],
    ["text", "Prompt text"],
    ["paste", "Pasted usage"],
  ] as const;
  const paste = (pasted: string) => set({ input: "paste", pasted, ...withServed(question, pasted) });
  const countAsText = () => set({ input: "text", text: question.pasted, pasted: "" });
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
          <Field name="inputTokens" label="Input tokens" />
          <Field name="outputTokens" label="Output tokens" />
        </div>
      )}
      {question.input === "tokens" && <p class="hint">1,000 tokens are about 750 words of English on most models, and 550 on current Claude models. For example:</p>}
      {question.input === "tokens" && <Examples />}
      {question.input === "tokens" && (
        <details open={Boolean(question.cacheRead || question.cacheWrite)}>
          <summary>Tokens that are cached already</summary>
          <div class="pair">
            <Field name="cacheRead" label="Read from cache" />
            <Field name="cacheWrite" label="Written to cache" />
          </div>
          <p class="hint">In addition to the input tokens, as a response counts them. Further below is what caching would save.</p>
        </details>
      )}
      {question.input === "text" && (
        <>
          <label>
            Prompt
            <textarea
              rows={6}
              placeholder="Paste a prompt as you would send it."
              value={question.text}
              onInput={(event) => set({ text: event.currentTarget.value })}
            />
          </label>
          <Wrong problem={problems.text} />
          {statesUsage(question.text) && (
            <p class="notice">
              This has a usage, which states its own counts.{" "}
              <button type="button" class="link" onClick={() => paste(question.text)}>
                Read the usage instead
              </button>
            </p>
          )}
          <Field name="expected" label="Expected output tokens" />
          <p class="hint">Tokens are counted for each model by this server, with an error band. Nothing is stored.</p>
        </>
      )}
      {question.input === "paste" && (
        <>
          <label>
            A provider's request, response or usage, or counts such as 2k in, 500 out
            <textarea
              rows={7}
              spellcheck={false}
              class="code"
              placeholder={'{"model": "gpt-5.1", "usage": {"prompt_tokens": 1200, "completion_tokens": 300}}'}
              value={question.pasted}
              onInput={(event) => paste(event.currentTarget.value)}
            />
          </label>
          <Wrong problem={problems.pasted} />
          {unbounded(question.pasted) && <Field name="expected" label="Expected output tokens" />}
          {instead && problems.pasted && (
            <button type="button" class="quiet" onClick={instead === "text" ? countAsText : () => handOver(question.pasted)}>
              {instead === "text" ? "Count it as a prompt" : "Read it as a report"}
            </button>
          )}
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
    const model = modelOf("request" in found ? found.request : found.usage);
    if (!model || question.models.includes(model)) return {};
    return { models: [model, ...question.models].slice(0, MAX_MODELS), baseline: "" };
  } catch {
    return {};
  }
}

export function Volume({ budget }: { budget: boolean }) {
  const { question, set } = useContext(Context);
  return (
    <fieldset>
      <legend>How many</legend>
      <div class="pair">
        <Field name="calls" label="Requests" />
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
          <Field name="monthDays" label="Days a month" />
          <Field name="yearDays" label="Days a year" />
        </div>
      )}
      {question.period === "day" && (
        <p class="hint">
          22 and 260 are working days; twelve months of 22 would be 264, without holidays.{" "}
          <button type="button" class="link" onClick={() => set({ monthDays: "30", yearDays: "365" })}>
            Use every day: 30 and 365
          </button>
        </p>
      )}
      {budget && (
        <>
          <Field name="budget" label="Budget in USD (optional)" mode="decimal" placeholder="100" />
          <p class="hint">The table then says how many requests it pays for.</p>
        </>
      )}
    </fieldset>
  );
}

/** What a change does on the model that the others are compared with, next to where it is switched on. */
function Effect({ answered, name }: { answered: Answered | null; name: string }) {
  const found = answered ? baselineOf(answered) : undefined;
  const index = found?.changed?.what_if.findIndex((change) => change.name === name) ?? -1;
  if (!found?.changed || index < 0) return null;
  return (
    <p class="hint effect">
      {nameOf(found.row.model, answered!.rows)}, a month: <Change changed={found.changed} index={index} />
    </p>
  );
}

/** The tokens of the input: as they are entered, or as they are counted on the model that has the fewest. */
function inputOf(question: Question, answered: Answered | null): number | undefined {
  if (question.input === "tokens") return wholeNumber(question.inputTokens);
  const counted = answered?.question.input === question.input ? answered.rows.map(({ row }) => tokensOf(row).input) : [];
  return counted.length ? Math.min(...counted) : undefined;
}

/** A prefix is a part of the input: what to do where it is larger. */
function PrefixTooLong({ answered }: { answered: Answered | null }) {
  const { question, set } = useContext(Context);
  const [prefix, input] = [wholeNumber(question.prefix), inputOf(question, answered)];
  if (prefix === undefined || input === undefined || prefix <= input) return null;
  return (
    <p class="wrong" role="alert">
      The prefix is larger than the input of {count(input)} tokens, of which it is a part.{" "}
      <button type="button" class="link" onClick={() => set({ prefix: fittingPrefix(input) })}>
        Lower the prefix to {count(fittingPrefix(input))}
      </button>{" "}
      {question.input === "tokens" && (
        <button type="button" class="link" onClick={() => set({ inputTokens: question.prefix })}>
          Raise the input to {count(prefix)}
        </button>
      )}
    </p>
  );
}

export function WhatIf({ answered }: { answered: Answered | null }) {
  const { question, set } = useContext(Context);
  /** Switch caching on with a prefix that the input can have. */
  const cache = (caching: boolean) => {
    const [prefix, input] = [wholeNumber(question.prefix), inputOf(question, answered)];
    const fits = prefix === undefined || input === undefined || prefix <= input;
    set({ caching, ...(caching && !fits ? { prefix: fittingPrefix(input!) } : {}) });
  };
  return (
    <fieldset>
      <legend>What would it cost with</legend>
      <label class="check">
        <input type="checkbox" checked={question.batch} onChange={(event) => set({ batch: event.currentTarget.checked })} />
        <span>Batch processing</span>
      </label>
      {question.batch && <Effect answered={answered} name="Batch" />}
      {question.batch && <p class="hint">{BATCH}</p>}
      <label class="check">
        <input
          type="checkbox"
          checked={question.caching}
          onChange={(event) => cache(event.currentTarget.checked)}
        />
        <span>Prompt caching</span>
      </label>
      {question.caching && <Effect answered={answered} name="Caching" />}
      {question.caching && (
        <div class="triple">
          <Field name="prefix" label="Prefix tokens" />
          <Field name="hitRate" label="Hit rate, %" mode="decimal" />
          <label>
            Kept for
            <select value={question.ttl} onChange={(event) => set({ ttl: event.currentTarget.value as "5m" | "1h" })}>
              <option value="5m">5 min</option>
              <option value="1h">1 hour</option>
            </select>
          </label>
        </div>
      )}
      {question.caching && <PrefixTooLong answered={answered} />}
      {question.caching && (
        <p class="hint">
          The prefix is the part of the input that every request repeats. The hit rate is the share of requests that find
          it in the cache.
        </p>
      )}
      {question.cheaper && <Effect answered={answered} name={`On ${question.cheaper}`} />}
      {question.cheaper ? (
        <ul class="chips">
          <li title={question.cheaper}>
            <span>{question.cheaper} instead</span>
            <button type="button" aria-label={`Remove ${question.cheaper}`} onClick={() => set({ cheaper: "" })}>
              ×
            </button>
          </li>
        </ul>
      ) : (
        <Picker label="Another model" placeholder="Search by name or provider" onPick={(cheaper) => set({ cheaper })} />
      )}
      {answered?.rows.some(({ changed }) => changed) && (
        <p class="hint">
          <button type="button" class="link" onClick={() => document.querySelector(".what-if")?.scrollIntoView()}>
            See it for every model
          </button>
        </p>
      )}
    </fieldset>
  );
}

/** Discounts, a stored rate card, and the currency of what is shown. */
export function Billing() {
  const { question, set, problems } = useContext(Context);
  const used = Boolean(question.discount || question.card);
  const [open, setOpen] = useState(used);
  const providers = providersOf(useModels(open).list);
  return (
    <fieldset>
      <legend>Your prices and currency</legend>
      <label>
        Currency
        <select value={question.currency} onChange={(event) => set({ currency: event.currentTarget.value })}>
          <option value="">USD</option>
          {CURRENCIES.map((code) => (
            <option key={code}>{code}</option>
          ))}
        </select>
      </label>
      <Wrong problem={problems.currency} />
      <details open={used} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>Discount or rate card</summary>
        <div class="pair">
          <Field name="discount" label="Discount, %" mode="decimal" placeholder="15" />
          <label>
            On models of
            <select value={question.discounted} onChange={(event) => set({ discounted: event.currentTarget.value })}>
              <option value="">all</option>
              {[...new Set([...providers, question.discounted])].filter(Boolean).map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        </div>
        <Field name="card" label="Or a stored rate card, by its id" mode="text" placeholder="rate-card-..." />
        <p class="hint">Your prices are shown with the list prices below them.</p>
      </details>
    </fieldset>
  );
}
