"""Ten calls with the client that openapi-python-client generates; prints a figure of each.

Type-checked with that client by ``make clients``; it is run with the address of a Tariff.
"""

import sys
from decimal import Decimal

from tariff_client import AuthenticatedClient
from tariff_client.api.catalogue import compare_versions, get_model, list_models
from tariff_client.api.compare import compare_models
from tariff_client.api.estimate import create_estimate, create_workload_estimate
from tariff_client.api.plan import create_caching_plan
from tariff_client.api.recommend import recommend_models
from tariff_client.api.usage import create_usage_report
from tariff_client.models import (
    CachingAnswer,
    CachingPlanRequest,
    CompareAnswer,
    CompareRequest,
    Estimate,
    EstimateRequest,
    ModelList,
    ModelPage,
    PriceDiff,
    Problem,
    ProviderObject,
    RecommendAnswer,
    RecommendRequest,
    ReportRequest,
    UsageReport,
    WorkItemRequest,
    WorkloadEstimate,
    WorkloadRequest,
)

ONE_CALL = {"model": "gpt-5", "input_tokens": 2000, "output_tokens": 500}


def main(url: str) -> None:
    """Make the calls."""
    client = AuthenticatedClient(base_url=url, token="a local Tariff reads none")
    estimate = create_estimate.sync(
        client=client, body=EstimateRequest(model="gpt-5", input_tokens=2000, output_tokens=500)
    )
    assert isinstance(estimate, Estimate)
    total: Decimal = Decimal(estimate.total_usd)
    print("estimate", total)

    usage = ProviderObject.from_dict({"prompt_tokens": 2000, "completion_tokens": 500})
    measured = create_estimate.sync(
        client=client, body=EstimateRequest(model="gpt-5", usage=usage, calls=10)
    )
    assert isinstance(measured, Estimate)
    print("usage", measured.total_usd)

    unknown = create_estimate.sync(
        client=client, body=EstimateRequest(model="gpt-55", input_tokens=1, output_tokens=1)
    )
    assert isinstance(unknown, Problem)
    print("unknown", unknown.status)

    item = WorkItemRequest(
        name="chat", model="gpt-5", input_tokens=2000, output_tokens=500, calls=1000
    )
    workload = create_workload_estimate.sync(client=client, body=WorkloadRequest(items=[item]))
    assert isinstance(workload, WorkloadEstimate)
    print("workload", workload.totals.period_usd)

    compared = compare_models.sync(
        client=client,
        body=CompareRequest(models=["gpt-5", "gpt-4o"], input_tokens=2000, output_tokens=500),
    )
    assert isinstance(compared, CompareAnswer)
    print("compare", compared.cheapest)

    plan = create_caching_plan.sync(
        client=client,
        body=CachingPlanRequest(
            model="sonnet",
            pricing_version="lesson-2025",
            prefix_tokens=30_000,
            suffix_tokens=500,
            calls_per_hour="100",
        ),
    )
    assert isinstance(plan, CachingAnswer)
    assert plan.plan is not None
    print("caching", plan.plan.plain_month.cost_usd)

    recommended = recommend_models.sync(
        client=client, body=RecommendRequest(task="Translate this page", force="gpt-5")
    )
    assert isinstance(recommended, RecommendAnswer)
    model = recommended.recommendations[0].model
    assert model is not None
    print("recommend", model.id)

    record = {"timestamp": "2026-11-01T00:00:00Z", "model": "gpt-5", "usage": usage.to_dict()}
    report = create_usage_report.sync(client=client, body=ReportRequest(records=[record]))
    assert isinstance(report, UsageReport)
    print("report", report.totals.cost_usd)

    listed = list_models.sync(client=client, provider="openai", q="gpt-5", limit=2)
    assert isinstance(listed, ModelList)
    print("models", len(listed.models))

    page = get_model.sync("openai", "gpt-5", client=client)
    assert isinstance(page, ModelPage)
    print("model", page.id)

    difference = compare_versions.sync(client=client, from_="lesson-2025", limit=1)
    assert isinstance(difference, PriceDiff)
    print("diff", difference.from_version)


if __name__ == "__main__":
    main(sys.argv[1])
