/** Prices that need approval, by their cause: a second person approves some causes or all, or rejects them. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { type Config, get, post, type Schema } from "./api";
import { count } from "./money";
import { Before, component, fieldName, moment, Problem } from "./parts";
import { identity, setLocalName } from "./sign-in";

export function Pending({ config }: { config: Config }) {
  const [list, setList] = useState<Schema["VersionList"] | null>(null);
  const [pages, setPages] = useState<Schema["VersionPage"][]>([]);
  const [error, setError] = useState<unknown>(null);
  const [done, setDone] = useState("");
  const load = async () => {
    try {
      const found = await get<Schema["VersionList"]>("/v1/pricing/versions?limit=50");
      const waiting = found.versions.filter((version) => version.status === "proposed" && version.waiting > 0);
      const path = (id: string) => `/v1/pricing/versions/${encodeURIComponent(id)}`;
      setPages(await Promise.all(waiting.map(({ id }) => get<Schema["VersionPage"]>(path(id)))));
      setList(found);
      setError(null);
    } catch (failure) {
      setError(failure);
    }
  };
  useEffect(() => void load(), []);
  return (
    <>
      <Problem error={error} />
      <p role="status" class="done">
        {done}
      </p>
      {!list && !error && <p role="status">Loading what is pending</p>}
      {list && !pages.length && (
        <div class="empty">
          <p>
            <strong>Nothing is pending.</strong> Version {list.active} is in use.
          </p>
          <p class="muted">Price changes that the daily refresh may not make by itself wait here for an approval.</p>
        </div>
      )}
      {pages.length > 0 && (
        <p>
          The daily refresh may not make these price changes by itself. Approving them needs another person than the one
          who asked for the refresh; every decision is in the audit log with its reason.
        </p>
      )}
      {list &&
        pages.map((page) => (
          <Held
            key={page.id}
            page={page}
            revision={list.revision}
            config={config}
            decided={(text) => {
              setDone(text);
              void load();
            }}
          />
        ))}
    </>
  );
}

/** The pending prices of a group. */
function pricesOf(page: Schema["VersionPage"], group: Schema["PendingGroup"]): Schema["QuarantinedField"][] {
  const models = new Set(group.models);
  return (page.quarantined ?? []).filter((price) => price.provider === group.provider && models.has(price.model));
}

type HeldProperties = {
  page: Schema["VersionPage"];
  revision: number | null;
  config: Config;
  decided: (text: string) => void;
};

function Held({ page, revision, config, decided }: HeldProperties) {
  const groups = page.groups ?? [];
  const [chosen, setChosen] = useState<string[]>([]);
  const [provider, setProvider] = useState("");
  const [cause, setCause] = useState("");
  const [search, setSearch] = useState("");
  const shown = useMemo(() => {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    return groups.filter((group) => {
      const text = `${group.provider} ${group.change} ${group.models.join(" ")}`.toLowerCase();
      const wanted = (!provider || group.provider === provider) && (!cause || group.codes.includes(cause));
      return wanted && words.every((word) => text.includes(word));
    });
  }, [groups, provider, cause, search]);
  const providers = [...new Set(groups.map((group) => group.provider))].sort();
  const causes = [...new Set(groups.flatMap((group) => group.codes))].sort();
  const all = shown.length > 0 && shown.every((group) => chosen.includes(group.id));
  const toggle = (ids: string[], on: boolean) =>
    setChosen((now) => [...now.filter((id) => !ids.includes(id)), ...(on ? ids : [])]);
  return (
    <article class="held">
      <h2>
        {count(page.waiting ?? 0)} pending {page.waiting === 1 ? "price" : "prices"}, {count(groups.length)}{" "}
        {groups.length === 1 ? "cause" : "causes"}
      </h2>
      <p class="muted">
        Version {page.id}, proposed by {page.proposer?.replace(/^jwt:/, "") ?? "Tariff"}
        {page.proposed_at && ` on ${moment(page.proposed_at)}`}
      </p>
      {groups.length > 1 && (
        <div class="filters">
          <label>
            Model or change
            <input type="search" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
          </label>
          <Choice label="Provider" value={provider} choices={providers} choose={setProvider} />
          <Choice label="Cause" value={cause} choices={causes} choose={setCause} />
        </div>
      )}
      {shown.length > 1 && (
        <label class="check">
          <input
            type="checkbox"
            checked={all}
            onChange={(event) => toggle(shown.map((group) => group.id), event.currentTarget.checked)}
          />
          <span>Select all {count(shown.length)} that are shown</span>
        </label>
      )}
      <ul class="cards">
        {shown.map((group) => (
          <Group
            key={group.id}
            group={group}
            prices={pricesOf(page, group)}
            chosen={chosen.includes(group.id)}
            choose={(on) => toggle([group.id], on)}
          />
        ))}
      </ul>
      <Decision page={page} groups={groups} chosen={chosen} revision={revision} config={config} decided={decided} />
    </article>
  );
}

type ChoiceProperties = { label: string; value: string; choices: string[]; choose: (value: string) => void };

function Choice({ label, value, choices, choose }: ChoiceProperties) {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">any</option>
        {choices.map((name) => (
          <option key={name} value={name}>
            {component(name)}
          </option>
        ))}
      </select>
    </label>
  );
}

type GroupProperties = {
  group: Schema["PendingGroup"];
  prices: Schema["QuarantinedField"][];
  chosen: boolean;
  choose: (on: boolean) => void;
};

function Group({ group, prices, chosen, choose }: GroupProperties) {
  const reasons = [...new Set(prices.map((price) => price.reason))];
  const many = group.models.length > 1;
  return (
    <li>
      <label class="check">
        <input type="checkbox" checked={chosen} onChange={(event) => choose(event.currentTarget.checked)} />
        <strong>
          {group.provider}: {component(group.change)}
        </strong>
      </label>
      {reasons.slice(0, 3).map((reason) => (
        <p key={reason}>{reason}</p>
      ))}
      <p class="muted">
        {many && `${count(group.models.length)} models. `}Quoted by {group.sources.map(component).join(", ") || "no list"}.
      </p>
      <details open={!many}>
        <summary>
          {count(prices.length)} {prices.length === 1 ? "price" : "prices"}
        </summary>
        <ul class="prices-of">
          {prices.map((price) => (
            <li key={`${price.model} ${price.field}`}>
              <strong>{price.model}</strong>, {fieldName(price.field)}: <Before amount={price.before} /> →{" "}
              <Before amount={price.after} />
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}

type DecisionProperties = HeldProperties & { groups: Schema["PendingGroup"][]; chosen: string[] };

function Decision({ page, groups, chosen, revision, config, decided }: DecisionProperties) {
  const [reason, setReason] = useState("");
  const [name, setName] = useState(identity.localName);
  const [error, setError] = useState<unknown>(null);
  const some = chosen.length > 0 && chosen.length < groups.length;
  const ready = reason.trim() !== "";
  const decide = async (action: "activate" | "reject", outcome: string) => {
    setLocalName(name);
    const part = action === "activate" && some ? { groups: chosen } : {};
    try {
      const body = { reason, expected_revision: revision, ...part };
      await post(`/v1/pricing/versions/${encodeURIComponent(page.id)}/${action}`, body);
      decided(outcome);
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <form onSubmit={(event) => event.preventDefault()} aria-label={`Decide about ${page.id}`}>
      {!config.issuer && (
        <label>
          Your name
          <input type="text" value={name} autocomplete="username" onInput={(event) => setName(event.currentTarget.value)} />
          <small class="hint">A local server takes it as the caller; a deployed one knows who signed in.</small>
        </label>
      )}
      <label>
        Reason, for the audit log
        <input type="text" value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
        {!ready && <small class="hint">Required: what you compared the prices with.</small>}
      </label>
      <Problem error={error} />
      <div class="actions">
        <button
          type="button"
          disabled={!ready || !chosen.length}
          onClick={() =>
            void decide("activate", some ? `${count(chosen.length)} ${chosen.length === 1 ? "cause is" : "causes are"} approved; the others stay pending.` : `${page.id} is approved and active.`)
          }
        >
          {some ? `Approve the ${count(chosen.length)} selected` : "Approve and activate"}
        </button>
        <button type="button" class="quiet" disabled={!ready || chosen.length > 0} onClick={() => void decide("reject", `${page.id} is rejected.`)}>
          Reject all
        </button>
      </div>
      <p class="hint">
        {chosen.length
          ? "What is not selected stays pending."
          : "Select what to approve. To reject some, approve the others first, then reject the rest."}
      </p>
    </form>
  );
}
