/** The calculator: one question on the left, what it costs on the right. */

import { useEffect, useRef, useState } from "preact/hooks";
import { type Config, Refused } from "./api";
import { type Answered, estimate, unknownOf } from "./estimate";
import { address, replaceAddress } from "./hash";
import { CopyButton, listed, Problem } from "./parts";
import { Billing, CallInput, Context, Models, type Problems, Volume, WhatIf } from "./question";
import { Incomplete } from "./requests";
import { Headline, Results } from "./results";
import { fromQuery, MAX_LINKED_CHARACTERS, MAX_MODELS, type Question, START, toQuery } from "./state";

const PAUSE_MS = 250;

/** The field of the API that a field of the page becomes, by the start of its JSON pointer. */
const POINTERS: [string, keyof Question][] = [
  ["/currency", "currency"],
  ["/budget_usd", "budget"],
  ["/input_tokens", "inputTokens"],
  ["/output_tokens", "outputTokens"],
  ["/text", "text"],
  ["/usage", "pasted"],
  ["/response", "pasted"],
  ["/request", "pasted"],
  ["/rate_card", "discount"],
  ["/working_days_per_month", "monthDays"],
  ["/working_days_per_year", "yearDays"],
];

/** What is wrong, by the field to correct; empty where the whole question is refused. */
function problemsOf(error: unknown, question: Question): Problems {
  if (error instanceof Incomplete) return { [error.field]: error.message };
  if (!(error instanceof Refused)) return {};
  if (error.status === 404 && question.card && /rate card/.test(error.message)) return { card: error.message };
  const found: Problems = {};
  for (const { pointer, detail } of error.fields) {
    const field = POINTERS.find(([start]) => pointer.startsWith(start))?.[1];
    if (field) found[field] = detail.charAt(0).toUpperCase() + detail.slice(1);
  }
  return found;
}

/** The last question and its answer, while the tab is open: leaving the view loses nothing. */
let last: { question: Question; answered: Answered; link: string } | null = null;

/** The question of an address. One without a question, or the last one's own, continues that; `add` adds a model to it. */
function asked(query: URLSearchParams): Question {
  const [link, added] = [query.toString(), query.get("add")];
  if (added) {
    const { question, answered } = last ?? { question: { ...START, models: [] }, answered: null };
    const known = answered?.rows.some(({ row: { model } }) => `${model.provider}/${model.id}` === added);
    return { ...question, models: known ? question.models : [...new Set([...question.models.slice(0, MAX_MODELS - 1), added])], version: "", asOf: "" };
  }
  return last && (!link || link === last.link) ? last.question : fromQuery(query);
}

export function Calculator({ config, query }: { config: Config; query: URLSearchParams }) {
  const [question, setQuestion] = useState<Question>(() => asked(query));
  const [answered, setAnswered] = useState<Answered | null>(last?.answered ?? null);
  const [today, setToday] = useState<Answered | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [settled, setSettled] = useState<Question | null>(null);
  const busy = settled !== question;
  const first = useRef(true);

  // A link that is followed while the page is open asks its own question.
  useEffect(() => {
    if (!first.current) setQuestion(asked(query));
    if (last && !query.toString()) replaceAddress("", new URLSearchParams(last.link));
    first.current = false;
  }, [query]);

  useEffect(() => {
    if (last) last = { ...last, question };
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const found = await estimate(question, stop.signal);
        const open = { ...question, version: "", asOf: "" };
        const now = question.version || question.asOf ? await estimate(open, stop.signal) : null;
        setAnswered(found);
        setToday(now);
        setError(null);
        last = { question, answered: found, link: addressOf(question).toString() };
        replaceAddress("", addressOf(question));
        if (!found.compared.excluded.length) setQuestion((now) => (now === question ? distinct(found) : now));
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
  const problems = problemsOf(error, question);
  const alone = unknownOf(error, question);
  const unknown = error ? (alone ? [alone] : []) : (answered?.unknown ?? []);
  const instead = error instanceof Incomplete ? error.instead : undefined;
  return (
    <Context.Provider value={{ question, set, problems, unknown, instead }}>
      <div class="calculator">
        <h1>What do LLM calls cost?</h1>
        <form class="question" onSubmit={(event) => event.preventDefault()} aria-label="Calls to price">
          <button type="button" class="peek" onClick={() => document.querySelector("section.answer")?.scrollIntoView()}>
            {answered?.compared.cheapest && !error ? <Headline answered={answered} short /> : busy ? "Calculating" : "See what is missing"}
          </button>
          <Models answered={answered} />
          <CallInput />
          <Volume budget={config.features.budget ?? false} />
          <WhatIf answered={answered} />
          <Billing />
          <button
            type="button"
            class="quiet"
            onClick={() => {
              setQuestion({ ...START });
              scrollTo(0, 0); // where a telephone shows the new answer above the form
            }}
          >
            Start again
          </button>
        </form>
        <section class="answer" aria-label="Cost" aria-busy={busy}>
          <p role="status" class="visually-hidden">
            {busy ? "Calculating" : error ? "" : "The figures are up to date."}
          </p>
          {Object.keys(problems).length || alone ? (
            <p class="notice">Correct what is marked{answered && "; these figures are from before"}.</p>
          ) : (
            <Problem error={error} />
          )}
          {!error && unknown.length > 0 && (
            <p class="notice">
              Without {listed(unknown.map(({ model }) => model))}: no model is called so. Correct what is marked.
            </p>
          )}
          {Boolean(error) && pinned && (
            <p>
              <button type="button" class="quiet" onClick={() => set({ version: "", asOf: "" })}>
                Use today's prices
              </button>
            </p>
          )}
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
    </Context.Provider>
  );
}

/** A question without the models that it has already under another name. */
function distinct({ question, rows, unknown }: Answered): Question {
  const known = [...unknown.map(({ model }) => model), ...rows.map((row) => row.asked)];
  const models = question.models.filter((model) => known.includes(model));
  return models.length < question.models.length ? { ...question, models } : question;
}

/** The question as the page's own address: at today's prices, unless a link fixed them. */
function addressOf(question: Question): URLSearchParams {
  const short = { ...question };
  if (question.input !== "text" || question.text.length > MAX_LINKED_CHARACTERS) short.text = "";
  if (question.input !== "paste" || question.pasted.length > MAX_LINKED_CHARACTERS) short.pasted = "";
  return toQuery(short);
}

/** The question with the version and moment of its answer, for a link to others. */
function linked(question: Question, answered: Answered): URLSearchParams {
  const { version, as_of } = answered.compared.pricing;
  return addressOf({ ...question, version, asOf: as_of });
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
