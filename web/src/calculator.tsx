/** The calculator: one question on the left, what it costs on the right. */

import { useEffect, useRef, useState } from "preact/hooks";
import { type Config, Refused } from "./api";
import { type Answered, estimate } from "./estimate";
import { address, replaceAddress } from "./hash";
import { CopyButton, Problem } from "./parts";
import { Billing, CallInput, Context, Models, type Problems, type Unknown, Volume, WhatIf } from "./question";
import { Incomplete } from "./requests";
import { Headline, Results } from "./results";
import { fromQuery, MAX_LINKED_CHARACTERS, type Question, START, toQuery } from "./state";

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

/** The first model of the question that the API does not know, and the names it may mean. */
function unknownOf(error: unknown, question: Question): Unknown | null {
  if (!(error instanceof Refused) || error.status !== 404) return null;
  const [, index] = error.fields.map(({ pointer }) => /^\/models\/(\d+)$/.exec(pointer)).find(Boolean) ?? [];
  const model = question.models[Number(index)];
  return model === undefined ? null : { model, suggestions: error.suggestions };
}

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
  const problems = problemsOf(error, question);
  const unknown = unknownOf(error, question);
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
          <button type="button" class="quiet" onClick={() => setQuestion({ ...START })}>
            Start again
          </button>
        </form>
        <section class="answer" aria-label="Cost" aria-busy={busy}>
          <p role="status" class="visually-hidden">
            {busy ? "Calculating" : error ? "" : "The figures are up to date."}
          </p>
          {Object.keys(problems).length || unknown ? (
            <p class="notice">Correct what is marked{answered && "; these figures are from before"}.</p>
          ) : (
            <Problem error={error} />
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
