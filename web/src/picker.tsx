/** Search over all models by name and provider: a combobox with a list (ARIA 1.2 pattern). */

import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import type { Schema } from "./api";
import { HOSTS, type Models, retirement, searched, useModels } from "./models";
import { count, price } from "./money";

const SHOWN = 40;

type Properties = {
  label: string;
  placeholder: string;
  disabled?: boolean;
  /** What cannot be picked again, each as provider/id. */
  chosen?: string[];
  onPick: (reference: string) => void;
};

export function Picker({ label, placeholder, disabled = false, chosen = [], onPick }: Properties) {
  const id = useId();
  const [search, setSearch] = useState("");
  const [open, setOpen] = useState(false);
  const models = useModels(open);
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  // A part of the list has another order than the whole: nothing is offered until all of it is there.
  const found = useMemo(() => (open && models.complete ? searched(models.list, search) : []), [models, search, open]);
  const shown = found.slice(0, SHOWN);

  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at]);

  const show = () => {
    setOpen(true);
    setAt(0);
  };
  const pick = (model: Schema["ModelSummary"] | undefined) => {
    if (!model || chosen.includes(`${model.provider}/${model.id}`)) return;
    onPick(`${model.provider}/${model.id}`);
    setSearch("");
    setOpen(false);
  };
  const keyed = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) show();
      else setAt((now) => Math.max(0, Math.min(shown.length - 1, now + (event.key === "ArrowDown" ? 1 : -1))));
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      pick(shown[at]);
    } else if (event.key === "Escape") {
      setOpen(false);
      setSearch("");
    }
  };

  return (
    <div class="picker">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={open && shown[at] ? `${id}-${at}` : undefined}
        placeholder={placeholder}
        disabled={disabled}
        value={search}
        onFocus={show}
        onClick={show}
        onBlur={() => setOpen(false)}
        onInput={(event) => {
          setSearch(event.currentTarget.value);
          show();
        }}
        onKeyDown={keyed}
      />
      <ul id={`${id}-list`} role="listbox" aria-label={label} ref={list} hidden={!open || !shown.length}>
        {shown.map((model, index) => (
          <li
            key={`${model.provider}/${model.id}`}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            aria-disabled={chosen.includes(`${model.provider}/${model.id}`)}
            onMouseDown={(event) => {
              event.preventDefault();
              pick(model);
            }}
          >
            <span class="name">
              {model.name} <span class="badge">{HOSTS.has(model.provider) ? `at ${model.provider}` : model.provider}</span>{" "}
              {chosen.includes(`${model.provider}/${model.id}`) && <span class="badge">already chosen</span>}{" "}
              {model.retires && <span class="badge warn">{retirement(model.retires)}</span>}
            </span>
            <small class="prices">{model.provider}/{model.id}</small>
            <small class="prices">
              {model.usd_per_mtok?.input && model.usd_per_mtok.output
                ? `${price(model.usd_per_mtok.input)} in, ${price(model.usd_per_mtok.output)} out per million tokens`
                : "no token price"}
            </small>
          </li>
        ))}
      </ul>
      <p class="hint" role="status">
        {open && summary(found.length, models, search)}
      </p>
    </div>
  );
}

function summary(found: number, { complete, error }: Models, search: string): string {
  if (error) return error.message;
  if (!complete) return "Loading the models";
  if (!found) return `No model matches “${search}”.`;
  return found > SHOWN ? `${count(found)} models match; type more to narrow the list.` : `${count(found)} models match.`;
}
