/** One question, answered by the API: every figure that the calculator shows comes from here. */

import { get, modelPath, post, type Schema } from "./api";
import { compareRequest, whatIfRequest, workloadRequest } from "./requests";
import type { Question } from "./state";

export type Row = {
  /** The name in the question, such as a family; `row.model` says which model it means. */
  asked: string;
  row: Schema["CompareRow"];
  /** The calls of a day or month, and of a month with each change. */
  period: Schema["WorkloadEstimate"];
  changed: Schema["WorkloadEstimate"] | null;
};

/** One amount: what is paid, the list price where a rate card makes that differ, and both in USD. */
export type Amounts = { currency: string; pays: string | null; list: string | null; usd: string | null };

type Answer = { net: object | null; converted: Schema["Converted"] | null };

/** The amount at a JSON pointer of an answer, at the rate card's prices and in the currency that it has. */
export function amountsAt(answer: Answer, pointer: string): Amounts {
  const read = (at: string): string | null => {
    const found = at.split("/").slice(1).reduce((part: unknown, name) => (part as Record<string, unknown> | null)?.[name], answer);
    return typeof found === "string" ? found : null;
  };
  const { converted } = answer;
  const shown = (at: string) => (converted ? (converted.amounts[at] ?? null) : read(at));
  const net = answer.net ? `/net${pointer}` : pointer;
  return {
    currency: converted?.currency ?? "USD",
    pays: shown(net),
    list: answer.net ? shown(pointer) : null,
    usd: converted ? read(net) : null,
  };
}

export type Answered = {
  question: Question;
  request: Schema["CompareRequest"];
  compared: Schema["CompareAnswer"];
  rows: Row[];
};

export async function estimate(question: Question, signal: AbortSignal): Promise<Answered> {
  const request = compareRequest(question);
  const workloads = question.models.map((model) => workloadRequest(question, model));
  const whatIfs = question.models.map((model) => whatIfRequest(question, model));
  const compared = await post<Schema["CompareAnswer"]>("/v1/compare", request, signal);
  // The comparison fixes version and moment for the other requests, so that all agree.
  const at = { pricing_version: compared.pricing.version, as_of: compared.pricing.as_of };
  const rows = await Promise.all(
    compared.rows.map(async (row): Promise<Row> => {
      const index = question.models.findIndex((model) => names(row.model, model));
      const asked = question.models[index] ?? row.model.id;
      const [workload, whatIf] = [workloads[index], whatIfs[index]];
      const path = "/v1/estimate/workload";
      const [period, changed] = await Promise.all([
        post<Schema["WorkloadEstimate"]>(path, { ...(workload ?? workloadRequest(question, asked)), ...at }, signal),
        whatIf ? post<Schema["WorkloadEstimate"]>(path, { ...whatIf, ...at }, signal) : null,
      ]);
      return { asked, row, period, changed };
    }),
  );
  return { question, request, compared, rows };
}

function names(model: Schema["MatchedModel"], asked: string): boolean {
  return asked === model.requested || asked === `${model.provider}/${model.id}`;
}

/** The catalogue's page of each model of an answer: lifecycle, price history and sources. */
export function modelPages(answered: Answered, signal: AbortSignal): Promise<Schema["ModelPage"][]> {
  const version = encodeURIComponent(answered.compared.pricing.version);
  return Promise.all(
    answered.rows.map(({ row }) =>
      get<Schema["ModelPage"]>(`${modelPath(row.model)}?pricing_version=${version}`, signal),
    ),
  );
}

/** What a month costs from the day on which announced prices of a model begin. */
export type Later = { provider: string; id: string; starts: string; month: Amounts };

export async function atAnnounced(answered: Answered, pages: Schema["ModelPage"][], signal: AbortSignal): Promise<Later[]> {
  const { version, as_of: now } = answered.compared.pricing;
  const found = await Promise.all(
    answered.rows.map(async ({ asked, row: { model } }) => {
      const page = pages.find(({ provider, id }) => provider === model.provider && id === model.id);
      const starts = page?.price_history.map((period) => period.start).find((start) => start && start > now);
      if (!starts) return [];
      const request = { ...workloadRequest(answered.question, asked), pricing_version: version, as_of: starts };
      const later = await post<Schema["WorkloadEstimate"]>("/v1/estimate/workload", request, signal);
      return [{ provider: model.provider, id: model.id, starts, month: amountsAt(later, "/totals/monthly_usd") }];
    }),
  );
  return found.flat();
}
