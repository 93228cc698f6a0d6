// Ten calls with the client that @hey-api/openapi-ts generates; prints a figure of each.
// Run with the address of a Tariff, by `make clients`.
import {
  compareModels,
  compareVersions,
  createCachingPlan,
  createEstimate,
  createUsageReport,
  createWorkloadEstimate,
  getModel,
  listModels,
  recommendModels,
} from "../.cache/clients/typescript/index.js";
import { client } from "../.cache/clients/typescript/client.gen.js";

client.setConfig({ baseUrl: process.argv[2], throwOnError: true });
const oneCall = { model: "gpt-5", input_tokens: 2000, output_tokens: 500 };
const usage = { prompt_tokens: 2000, completion_tokens: 500 };

const estimate = await createEstimate<true>({ body: oneCall });
console.log("estimate", estimate.data.total_usd);

const measured = await createEstimate<true>({ body: { model: "gpt-5", usage, calls: 10 } });
console.log("usage", measured.data.total_usd);

const unknown = await createEstimate({
  body: { ...oneCall, model: "gpt-55" },
  throwOnError: false,
});
const refused = unknown.error;
if (refused === undefined || !("status" in refused)) throw new Error("no problem was answered");
console.log("unknown", refused.status);

const workload = await createWorkloadEstimate<true>({
  body: { items: [{ name: "chat", ...oneCall, calls: 1000 }] },
});
console.log("workload", workload.data.totals.period_usd);

const compared = await compareModels<true>({
  body: { models: ["gpt-5", "gpt-4o"], input_tokens: 2000, output_tokens: 500 },
});
console.log("compare", compared.data.cheapest);

const caching = await createCachingPlan<true>({
  body: {
    model: "sonnet",
    pricing_version: "lesson-2025",
    prefix_tokens: 30_000,
    suffix_tokens: 500,
    calls_per_hour: "100",
  },
});
console.log("caching", caching.data.plan?.plain_month.cost_usd);

const recommended = await recommendModels<true>({
  body: { task: "Translate this page", force: "gpt-5" },
});
console.log("recommend", recommended.data.recommendations[0]?.model?.id);

const report = await createUsageReport<true>({
  body: { records: [{ timestamp: "2026-11-01T00:00:00Z", model: "gpt-5", usage }] },
});
if (typeof report.data === "string" || "report_id" in report.data) throw new Error("no report");
console.log("report", report.data.totals.cost_usd);

const listed = await listModels<true>({ query: { provider: "openai", q: "gpt-5", limit: 2 } });
console.log("models", listed.data.models.length);

const page = await getModel<true>({ path: { provider: "openai", id: "gpt-5" } });
console.log("model", page.data.id);

const difference = await compareVersions<true>({ query: { from: "lesson-2025", limit: 1 } });
console.log("diff", difference.data.from_version);
