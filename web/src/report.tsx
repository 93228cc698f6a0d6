/** The report of a usage log: a file is sent once, shown here, and kept nowhere. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Schema, upload } from "./api";
import { Bars } from "./charts";
import { count, percent, placesOf, share, usd } from "./money";
import { csv, dated, Disclosure, download, moment, Money, Notes, Problem } from "./parts";
import { Source } from "./results";

type Report = Schema["UsageReport"];
type Format = "json" | "csv" | "html" | "focus-csv";
/** The names of the files that are saved, and their types. */
const FILES = { csv: ["csv", "text/csv"], html: ["html", "text/html"], "focus-csv": ["focus.csv", "text/csv"] } as const;

const TABLES = [
  ["model", "Model"],
  ["day", "Day"],
  ["endpoint", "Endpoint"],
  ["team", "Team"],
] as const;
/** What API Gateway passes on of a text body; a larger file needs S3. */
const MOST_BYTES = 4_700_000;

/** The kinds of calls of the example: model, endpoint, team, and the tokens of input, cache reads and output. */
const KINDS = [
  ["claude-sonnet-5-5", "chat", "support", 5200, 0, 420],
  ["claude-sonnet-5-5", "chat", "support", 5350, 0, 380],
  ["gpt-5.1", "search", "shop", 1800, 0, 160],
  ["claude-haiku-5-5", "tagging", "shop", 700, 0, 20],
  ["gpt-4o", "summaries", "sales", 9000, 0, 600],
  ["claude-opus-5", "agent", "platform", 2500, 38000, 900],
] as const;

/** A log of made-up calls of two weeks, to show what a report tells. */
function example(): File {
  const lines = Array.from({ length: 400 }, (_, index) => {
    const [model, endpoint, team, input, cached, output] = KINDS[(index * 7 + (index >> 3)) % KINDS.length]!;
    const varied = (tokens: number) => tokens + (tokens >> 4) * ((index * 11) % 9);
    const timestamp = new Date(Date.UTC(2026, 10, 9, 7) + index * 50 * 60_000).toISOString();
    const usage = { input_tokens: varied(input), cache_read_input_tokens: varied(cached), output_tokens: varied(output) };
    return JSON.stringify({ timestamp, model, endpoint, team, usage_format: "anthropic", usage });
  });
  return new File(lines.map((line) => `${line}\n`), "Example of 400 made-up calls");
}

/** Files that people try, by their first bytes. */
const BINARY: [number[], string][] = [
  [[0x25, 0x50, 0x44, 0x46], "a PDF"],
  [[0x50, 0x4b, 0x03, 0x04], "a spreadsheet or an archive"],
  [[0x89, 0x50, 0x4e, 0x47], "a picture"],
  [[0xff, 0xd8, 0xff], "a picture"],
];

const TYPES: Record<string, string> = { csv: "text/csv", parquet: "application/vnd.apache.parquet" };

/** The path, type and body of a request: JSON goes as it is, tables by their type, anything else as lines. */
async function prepared(file: File, groups: string[], format: Format): Promise<[string, string, Blob]> {
  const options = `group_by=${encodeURIComponent(groups.join(","))}&format=${format}`;
  const type = TYPES[file.name.toLowerCase().replace(/\.gz$/, "").split(".").pop() ?? ""] ?? "application/x-ndjson";
  const start = (await file.slice(0, 4096).text()).trimStart();
  const whole = start.startsWith("[") || /^\{\s*"records"/.test(start);
  if (!whole) return [`/v1/usage/report?${options}`, type, file];
  const document = JSON.parse(await file.text());
  const body = { ...(Array.isArray(document) ? { records: document } : document), group_by: groups, format };
  return ["/v1/usage/report", "application/json", new Blob([JSON.stringify(body)])];
}

let handed: File | null = null;

/** Show the report of a text that was pasted elsewhere. */
export function handOver(text: string): void {
  // A spreadsheet's cells are copied with tabs between them.
  const table = text.includes("\t") ? csv(text.split(/\r?\n/).map((line) => line.split("\t"))) : text;
  handed = /^\s*[[{]/.test(text) ? new File([text], "pasted.jsonl") : new File([table], "pasted.csv");
  location.hash = "#/report";
}

/** What is shown, while the tab is open: leaving the view loses nothing. */
const kept: { file: File | null; groups: string[]; report: Report | null } = { file: null, groups: ["model", "day"], report: null };

export function ReportView() {
  const [file, setFile] = useState(kept.file);
  const [groups, setGroups] = useState(kept.groups);
  const [sent, setSent] = useState<number | null>(null);
  const [report, setReport] = useState(kept.report);
  Object.assign(kept, { file, groups, report });
  const [error, setError] = useState<unknown>(null);
  const [over, setOver] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);

  const send = async (from: File, format: Format, wanted = groups) => {
    setError(null);
    setSent(0);
    try {
      if (from.size > MOST_BYTES) {
        throw new Error(
          `${from.name} has ${count(Math.ceil(from.size / 1_000_000))} MB. A page can send 4.7 MB; for a larger log use` +
            " `tariff report FILE`, or put it into the deployment's input bucket (docs/usage-reports.md).",
        );
      }
      const start = new Uint8Array(await from.slice(0, 4).arrayBuffer());
      const kind = BINARY.find(([magic]) => magic.every((byte, index) => start[index] === byte))?.[1];
      if (kind) throw new Error(`${from.name} is ${kind}. Drop the log or export itself; a spreadsheet can be saved as CSV.`);
      const [path, type, body] = await prepared(from, wanted, format).catch(() => {
        throw new Error(`${from.name} starts like JSON, but cannot be read as JSON.`);
      });
      const text = await upload(path, body, type, setSent);
      if (format !== "json") download(`usage-report.${FILES[format][0]}`, FILES[format][1], text);
      else if (kept.file === from && kept.groups === wanted) setReport((kept.report = JSON.parse(text) as Report));
    } catch (failure) {
      setError(failure);
    }
    setSent(null);
  };
  const take = (taken: File | null | undefined) => {
    if (!taken) return;
    setFile(taken);
    setReport(null);
    void send(taken, "json");
  };
  useEffect(() => {
    const shown = report?.groups.map(({ by }) => by.join()) ?? [];
    if (handed) take(handed);
    // The view was left before the answer came.
    else if (file && !groups.every((name) => shown.includes(name))) void send(file, "json");
    handed = null;
  }, []);
  const toggle = (name: string) => {
    const next = groups.includes(name) ? groups.filter((other) => other !== name) : [...groups, name];
    if (!next.length) return;
    setGroups(next);
    if (file) void send(file, "json", next);
  };

  return (
    <div class="report">
      <h1>Report of a usage log</h1>
      <div
        class={`drop ${over ? "over" : ""} ${report ? "done" : ""}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          take(event.dataTransfer?.files[0]);
        }}
      >
        {!report && (
          <>
            <p>
              Drop a log or an export here as your tool writes it: JSON Lines, JSON, CSV or Parquet. It is priced by this
              server and not kept.
            </p>
            <p class="muted">
              A session of Claude Code (in <code>~/.claude/projects</code>) or Codex (in <code>~/.codex/sessions</code>), a
              usage export of Anthropic or OpenAI, logs of LiteLLM, Langfuse, Helicone, OpenRouter and many more; or the
              responses of an API as they came, one a line.
            </p>
          </>
        )}
        <div class="actions">
          <button type="button" onClick={() => chooser.current?.click()}>
            Choose {report ? "another" : "a"} file
          </button>
          <button type="button" class="quiet" onClick={() => take(example())}>
            Try an example
          </button>
        </div>
        <input
          ref={chooser}
          type="file"
          class="visually-hidden"
          tabIndex={-1}
          aria-label="Log file"
          onChange={(event) => {
            take(event.currentTarget.files?.[0]);
            event.currentTarget.value = "";
          }}
        />
      </div>
      <div role="status">
        {sent !== null && (
          <p>
            <progress max={1} value={sent < 1 ? sent : undefined} aria-label="Progress" />{" "}
            {sent < 1 ? "Sending the log" : "Pricing every record"}
          </p>
        )}
      </div>
      <Problem error={error} />
      {report && file && report.records.read === report.records.rejected && <Unread report={report} name={file.name} />}
      {report && file && report.records.read > report.records.rejected && (
        <Shown report={report} name={file.name} save={(format) => void send(file, format)}>
          <fieldset class="inline">
            <legend>Tables by</legend>
            {TABLES.map(([name, label]) => (
              <label class="check" key={name}>
                <input type="checkbox" checked={groups.includes(name)} onChange={() => toggle(name)} />
                <span>{label}</span>
              </label>
            ))}
          </fieldset>
        </Shown>
      )}
    </div>
  );
}

/** A file of which nothing was read: why, and what to drop instead. */
function Unread({ report, name }: { report: Report; name: string }) {
  const reasons = [...new Set(report.rejected.map((found) => found.reason))].slice(0, 3);
  const records = report.records.read === 1 ? "its one record is not a call" : `none of its ${count(report.records.read)} records is a call`;
  return (
    <div class="problem" role="alert">
      <p>
        {report.records.read === 0
          ? `${name} is empty.`
          : `No usage was found in ${name}: ${records} of a model.`}{" "}
        Drop a log of API calls, or a usage export. A spreadsheet can be saved as CSV.
      </p>
      {reasons.length > 0 && <Disclosure summary="Why">{() => <Notes texts={reasons} />}</Disclosure>}
    </div>
  );
}

type ShownProperties = { report: Report; name: string; save: (format: keyof typeof FILES) => void; children: ComponentChildren };

function Shown({ report, name, save, children }: ShownProperties) {
  const { totals, records, savings } = report;
  const kinds: [number, string, string][] = [
    [records.partial, "is priced in part", "are priced in part"],
    [records.unpriced, "has no known price", "have no known price"],
    [records.rejected, "could not be read", "could not be read"],
    [records.duplicates, "is repeated", "are repeated"],
    [records.merged, "is a further line of a call", "are further lines of a call"],
    [records.filtered_out, "is filtered out", "are filtered out"],
  ];
  const apart = kinds
    .filter(([number]) => number > 0)
    .map(([number, one, several]) => `${count(number)} ${number === 1 ? one : several}`);
  const days = report.groups.find((group) => group.by.join() === "day");
  return (
    <>
      <h2>{name}</h2>
      <dl class="figures">
        <Figure label={report.status === "partial" ? "Cost, at least" : "Cost"} value={totals.cost_usd === null ? "not known" : <Money amount={totals.cost_usd} />} />
        <Figure label="Calls priced" value={count(totals.calls)} />
        <Figure label="Input tokens" value={count(totals.prompt_tokens)} />
        {totals.cache_read_tokens > 0 && <Figure label="of these, read from a cache" value={count(totals.cache_read_tokens)} />}
        {totals.cache_write_tokens > 0 && <Figure label="and written to one" value={count(totals.cache_write_tokens)} />}
        <Figure label="Output tokens" value={count(totals.output_tokens)} />
        {totals.first_day && <Figure label="Days" value={totals.first_day === totals.last_day ? moment(totals.first_day) : `${moment(totals.first_day)} to ${moment(totals.last_day ?? "")}`} />}
      </dl>
      {report.stated && (
        <p>
          The log states costs of <Money amount={report.stated.stated_usd} /> for {count(report.stated.calls)}{" "}
          {report.stated.calls === 1 ? "call" : "calls"}; by this report it is <Money amount={report.stated.priced_usd} />.
        </p>
      )}
      {(apart.length > 0 || records.not_calls > 0) && (
        <p class="notice">
          {apart.length > 0 && (
            <>
              {count(records.priced)} of {count(records.read)} {records.read === 1 ? "record" : "records"}{" "}
              {records.priced === 1 || records.read === 1 ? "is" : "are"} priced; {apart.join(", ")}.{" "}
            </>
          )}
          {report.rejected[0] && `Record ${report.rejected[0].line}: ${report.rejected[0].reason.replace(/\.?$/, ".")} `}
          {report.rejected.length > 1 && (
            <>
              <button type="button" class="link" onClick={() => reveal("unread")}>
                See all of them
              </button>{" "}
            </>
          )}
          {records.not_calls > 0 &&
            `${count(records.not_calls)} ${records.not_calls === 1 ? "line is not a call" : "lines are not calls"}, such as prompts, settings and events.`}
        </p>
      )}
      <div class="actions">
        <button type="button" class="quiet" onClick={() => save("html")}>
          Download as a page
        </button>
        <button type="button" class="quiet" onClick={() => save("csv")}>
          Download CSV
        </button>
        <button type="button" class="quiet" title="Costs with the columns of FOCUS 1.2, for other tools of finance" onClick={() => save("focus-csv")}>
          Download FOCUS
        </button>
        <button type="button" class="quiet" onClick={() => print()}>
          Print
        </button>
      </div>
      {children}
      {days && days.rows.length > 1 && (
        <Bars
          caption="Cost by day"
          bars={days.rows.map((row) => ({
            label: row.values[0] ? moment(row.values[0]) : "–",
            parts: row.cost_usd === null ? [] : [{ kind: "input", amount: row.cost_usd }],
            text: row.cost_usd === null ? "no price" : usd(row.cost_usd, placesOf(days.rows.map((other) => other.cost_usd))),
          }))}
        />
      )}
      {report.groups.map((group) => (
        <GroupTable key={group.by.join()} group={group} />
      ))}
      {report.recommendations.length > 0 && (
        <section>
          <h2>What would have cost less</h2>
          <p>
            Together <Money amount={savings.spent_usd} /> would have been <Money amount={savings.remaining_usd} />.
            {report.replacements.length > 0 && " What must be replaced, below, is not part of these amounts: "}
            {report.replacements.map(({ model, target, costs_more_usd: more }, index, all) => (
              <>
                {target ? `${model} by ${target}` : model}
                {more === null ? ", at a cost that is not known" : more === "0" ? " costs as much" : <> costs <Money amount={more} /> more</>}
                {index < all.length - 1 ? "; " : "."}
              </>
            ))}
          </p>
          <ul class="cards">
            {report.recommendations.map((found, index) => (
              <li key={index}>
                <strong>{found.action}</strong>
                {about(found)}: saves <Money amount={found.saves_usd} />
                {found.saves_percent && ` (${percent(found.saves_percent)})`}
                <Why found={found} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {savings.none_found && (
        <section>
          <h2>What would have cost less</h2>
          <p>{savings.none_found}</p>
        </section>
      )}
      {report.replacements.length > 0 && (
        <section>
          <h2>What must be replaced</h2>
          <ul class="cards">
            {report.replacements.map((found, index) => (
              <li key={index}>
                <Why found={found} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {report.unpriced.calls > 0 && (
        <section>
          <h2>Without a known price</h2>
          <ul>
            {report.unpriced.reasons.map((found, index) => (
              <li key={index}>
                {count(found.calls)} × {found.model}: {found.reason}
              </li>
            ))}
          </ul>
        </section>
      )}
      {report.rejected.length > 1 && (
        <details id="unread">
          <summary>Records that could not be read</summary>
          <ul>
            {report.rejected.map((found) => (
              <li key={found.line}>
                Record {found.line}: {found.reason}
              </li>
            ))}
          </ul>
        </details>
      )}
      <Notes texts={[...report.warnings.filter(({ code }) => code !== "stated_cost_differs").map(({ message }) => message), ...report.assumptions]} />
      <Source pricing={report.pricing} />
    </>
  );
}

/** Why something is recommended, and how its saving was computed. */
function Why({ found }: { found: Pick<Schema["ReportRecommendation"], "why" | "arithmetic" | "confidence"> }) {
  return (
    <>
      <p>{dated(found.why)}</p>
      <p class="muted">
        {dated(found.arithmetic)} Confidence: {found.confidence}.
      </p>
    </>
  );
}

/** The calls that a recommendation is about, where its action does not name them. */
function about({ action, model, endpoint }: Schema["ReportRecommendation"]): string {
  const words = [!action.split(" ").includes(model) && model, endpoint && `at ${endpoint}`].filter(Boolean);
  return words.length ? ` (${words.join(" ")})` : "";
}

/** Open a part of the page that is folded, and go there. */
function reveal(id: string): void {
  const part = document.getElementById(id) as HTMLDetailsElement;
  part.open = true;
  part.scrollIntoView();
  part.querySelector("summary")!.focus();
}

function Figure({ label, value }: { label: string; value: ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function GroupTable({ group }: { group: Schema["Group"] }) {
  const by = group.by.join(" and ");
  const rows = group.others ? [...group.rows, group.others] : group.rows;
  const places = placesOf(rows.map((row) => row.cost_usd));
  const saved = () =>
    csv([
      [...group.by, "cost_usd", "share", "calls", "prompt_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens"],
      ...rows.map((row) => [...row.values, row.cost_usd, row.share, row.calls, row.prompt_tokens, row.cache_read_tokens, row.cache_write_tokens, row.output_tokens]),
    ]);
  return (
    <section>
      <h2>By {by}</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label={`Cost by ${by}`}>
        <table>
          <thead>
            <tr>
              {group.by.map((dimension) => (
                <th scope="col" key={dimension}>
                  {dimension}
                </th>
              ))}
              {["Cost", "Share", "Calls", "Input", "Of it cached", "Output"].map((heading) => (
                <th scope="col" class="number" key={heading}>
                  {heading}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.values.join("\n")}>
                {row.values.map((value, index) => (
                  <th scope="row" key={index}>
                    {row === group.others ? "all others" : value === null ? "none stated" : group.by[index] === "day" ? moment(value) : value}
                  </th>
                ))}
                <td class="number">
                  <Money amount={row.cost_usd} places={places} />
                </td>
                <td class="number">{row.share === null ? "–" : share(row.share)}</td>
                <td class="number">{count(row.calls)}</td>
                <td class="number">{count(row.prompt_tokens)}</td>
                <td class="number">{count(row.cache_read_tokens)}</td>
                <td class="number">{count(row.output_tokens)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <button type="button" class="quiet" onClick={() => download(`by-${group.by.join("-")}.csv`, "text/csv", saved())}>
        This table as CSV
      </button>
    </section>
  );
}
