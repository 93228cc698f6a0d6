/** Plain SVG. Every figure drawn here is also in a table; lengths are geometry, not amounts. */

import { useEffect, useRef, useState } from "preact/hooks";
import { moment } from "./parts";
import { price } from "./money";
import type { Schema } from "./api";

export type Bar = { label: string; parts: { kind: string; amount: string }[]; text: string };

const ratio = (amount: string, most: number) => (most ? (100 * Number(amount)) / most : 0);

type BarsProperties = {
  bars: Bar[];
  caption: string;
  /** The index of the bar whose end is marked in all. */
  baseline?: number;
};

/** Horizontal bars, each divided into its components. */
export function Bars({ bars, caption, baseline }: BarsProperties) {
  const lengths = bars.map((bar) => bar.parts.reduce((sum, part) => sum + Number(part.amount), 0));
  const most = Math.max(...lengths, 0);
  const marked = baseline === undefined ? undefined : bars[baseline];
  const end = marked ? (100 * lengths[baseline!]!) / (most || 1) : 0;
  const kinds = [...new Set(bars.flatMap((bar) => bar.parts.map((part) => part.kind)))];
  return (
    <figure class="bars">
      <figcaption>
        {caption}
        {(kinds.length > 1 || marked) && (
          <span class="legend">
            {kinds.map((kind) => (
              <span key={kind}>
                <svg viewBox="0 0 10 10" aria-hidden="true">
                  <rect class={`kind-${kind}`} width="10" height="10" rx="2" />
                </svg>{" "}
                {kind}
              </span>
            ))}
            {marked && (
              <span>
                <svg viewBox="0 0 10 10" aria-hidden="true">
                  <rect class="baseline" x="4" width="2" height="10" />
                </svg>{" "}
                {marked.label}
              </span>
            )}
          </span>
        )}
      </figcaption>
      <div aria-hidden="true">
        {bars.map((bar, index) => {
          let at = 0;
          return (
            <div class="bar" key={`${bar.label} ${index}`}>
              <span class="label">{bar.label}</span>
              <svg viewBox="0 0 100 10" preserveAspectRatio="none">
                {bar.parts.map((part) => {
                  const [x, width] = [at, ratio(part.amount, most)];
                  at += width;
                  return <rect key={part.kind} class={`kind-${part.kind}`} x={x} width={width} height="10" />;
                })}
                {marked && <rect class="baseline" x={Math.min(end, 99.6)} width="0.4" height="10" />}
              </svg>
              <span class="value">{bar.text}</span>
            </div>
          );
        })}
      </div>
    </figure>
  );
}

const [HEIGHT, LEFT, RIGHT, BOTTOM, TOP] = [190, 72, 8, 28, 14];

/** When a price applies, at the head of its row. */
function span({ start, end }: { start: string | null; end: string | null }): string {
  if (start) return `from ${moment(start)}`;
  return end ? `until ${moment(end)}` : "since the start";
}

/** The standard input and output price of a model over time, as steps; announced ones included. */
export function History({ model, now }: { model: Schema["ModelPage"]; now: string }) {
  const drawing = useRef<SVGSVGElement>(null);
  const [width, setWidth] = useState(480);
  // As wide as there is room for, and its text as large as other text.
  useEffect(() => {
    if (!drawing.current) return;
    const watching = new ResizeObserver(([entry]) => setWidth(Math.max(240, Math.round(entry!.contentRect.width))));
    watching.observe(drawing.current);
    return () => watching.disconnect();
  }, []);
  const periods = model.price_history.flatMap((period) => {
    const standard = period.modes.find((mode) => mode.mode === "standard");
    return standard ? [{ start: period.start, end: period.end, prices: standard.usd_per_mtok as Record<string, string> }] : [];
  });
  const dated = periods.flatMap((period) => [period.start, period.end]).filter((text) => text !== null);
  const today = Date.parse(now);
  const days = dated.map((text) => Date.parse(text)).concat(today);
  const released = model.lifecycle.released ? Date.parse(model.lifecycle.released) : NaN;
  const margin = 30 * 86_400_000;
  const first = Math.min(...days, Number.isNaN(released) ? today - 6 * margin : released) - margin;
  const last = Math.max(...days) + margin;
  const lines = ["input", "output", "cache_read"].filter((name) => periods.some((period) => period.prices[name]));
  const most = Math.max(...periods.flatMap((period) => lines.map((name) => Number(period.prices[name] ?? 0))));
  if (!periods.length || !lines.length || !most) return null;
  const highest = periods.flatMap((period) => lines.map((name) => period.prices[name] ?? "0")).find((amount) => Number(amount) === most)!;
  const dates = [[first, "start"], [last, "end"]] as const;
  const changed = periods.length > 1;
  const x = (instant: number) => LEFT + ((instant - first) / (last - first)) * (width - LEFT - RIGHT);
  const y = (amount: string) => HEIGHT - BOTTOM - (Number(amount) / most) * (HEIGHT - BOTTOM - TOP);
  return (
    <figure class="history">
      <figcaption>
        Price of {model.name} over time, USD per million tokens
        <span class="legend">
          {changed && lines.map((name) => (
            <span key={name}>
              <svg viewBox="0 0 10 10" aria-hidden="true">
                <rect class={`kind-${name === "cache_read" ? "cached" : name}`} width="10" height="10" rx="2" />
              </svg>{" "}
              {name.replace("_", " ")}
            </span>
          ))}
          {changed && (
            <span>
              <svg viewBox="0 0 10 10" aria-hidden="true">
                <line class="today" x1="5" x2="5" y1="0" y2="10" />
              </svg>{" "}
              {moment(now.slice(0, 10))}
            </span>
          )}
        </span>
      </figcaption>
      {changed && (
      <svg ref={drawing} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
        <line class="axis" x1={LEFT} x2={width - RIGHT} y1={HEIGHT - BOTTOM} y2={HEIGHT - BOTTOM} />
        <line class="axis" x1={LEFT} x2={LEFT} y1={TOP} y2={HEIGHT - BOTTOM} />
        <line class="axis" x1={LEFT} x2={width - RIGHT} y1={TOP} y2={TOP} />
        <text x={LEFT - 6} y={TOP + 5} text-anchor="end">{price(highest)}</text>
        <text x={LEFT - 6} y={HEIGHT - BOTTOM} text-anchor="end">$0</text>
        {dates.map(([at, anchor]) => (
          <text key={anchor} x={x(at)} y={HEIGHT - 6} text-anchor={anchor}>
            {moment(new Date(at).toISOString().slice(0, 10))}
          </text>
        ))}
        <line class="today" x1={x(today)} x2={x(today)} y1={TOP} y2={HEIGHT - BOTTOM} />
        {lines.map((name) => {
          const points = periods.flatMap((period) => {
            const amount = period.prices[name];
            if (!amount) return [];
            const [from, to] = [period.start ? Date.parse(period.start) : first, period.end ? Date.parse(period.end) : last];
            return [`${x(from)},${y(amount)}`, `${x(to)},${y(amount)}`];
          });
          return <polyline key={name} class={`line-${name === "cache_read" ? "cached" : name}`} points={points.join(" ")} />;
        })}
      </svg>
      )}
      <div class="scroll" tabIndex={0} role="region" aria-label={`Prices of ${model.name} by period`}>
        <table>
          <thead>
            <tr>
              <th scope="col">When</th>
              {lines.map((name) => (
                <th scope="col" key={name} class="number">
                  {name.replace("_", " ")}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {periods.map((period) => (
              <tr key={period.start ?? ""}>
                <th scope="row">{span(period)}</th>
                {lines.map((name) => (
                  <td key={name} class="number">
                    {period.prices[name] ? price(period.prices[name]) : "–"}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}
