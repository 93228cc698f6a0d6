"""Rate cards and currencies over HTTP. In lesson-2025 sonnet costs 3 and 15 USD per million."""

import json
import os
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest

from pricing.aws.signed_client import DynamoReader
from pricing.store import bundled
from tariff.template import recorded_event
from tests.support.handlers import Answer, asking, call, function_of, handler, pointers, post
from tests.support.price_server import Answer as Served
from tests.support.refreshing import refreshing
from tests.support.tables import StoreTable

USAGE = {"input_tokens": 1000, "output_tokens": 1000}
SONNET: dict[str, Any] = {"model": "sonnet", "usage": USAGE, "pricing_version": "lesson-2025"}
Rules = list[dict[str, Any]]


def estimated(rules: Rules, **fields: Any) -> Answer:
    """The estimate of one call of sonnet with a rate card: 0.003 and 0.015 USD at list prices."""
    estimate = asking("estimate", recorded_event("estimate"), **SONNET)
    return estimate(**{"rate_card": {"rules": rules}, **fields})


def net(rules: Rules, **fields: Any) -> str:
    answer = estimated(rules, **fields)
    assert answer.status == 200, answer.body
    total: str = answer.body["net"]["total_usd"]
    return total


def test_a_discount_is_shown_next_to_the_list_price() -> None:
    answer = estimated([{"match": {"provider": "anthropic"}, "multiply": "0.85"}])
    assert answer.body["total_usd"] == "0.018"  # 0.003 + 0.015
    assert answer.body["net"]["total_usd"] == "0.0153"  # 0.018 x 0.85
    assert answer.body["net"]["rate_card"].startswith("rate-card-")
    costs = [line["cost_usd"] for line in answer.body["net"]["line_items"]]
    assert costs == ["0.00255", "0.01275"]


def test_the_first_rule_that_matches_a_price_decides() -> None:
    half_input = {"match": {"component": "input"}, "multiply": "0.5"}
    a_tenth_off = {"multiply": "0.9"}
    assert net([half_input, a_tenth_off]) == "0.015"  # 0.003 x 0.5 + 0.015 x 0.9
    assert net([a_tenth_off, half_input]) == "0.0162"  # 0.018 x 0.9


def test_a_price_of_its_own_replaces_the_list_price_of_one_component() -> None:
    rules = [{"match": {"model": "sonnet", "component": "output"}, "usd_per_mtok": "12"}]
    assert net(rules) == "0.015"  # 0.003 + 1,000 x 12 / 10^6


def test_a_price_for_one_processing_mode_leaves_the_others() -> None:
    batch_only = [{"match": {"processing": "batch"}, "multiply": "0"}]
    assert net(batch_only) == "0.018"
    usage = {"input_tokens": 10, "output_tokens": 0}
    batched = estimated(
        batch_only, model="opus", usage=usage, processing="batch", pricing_version="active"
    )
    assert batched.body["net"]["total_usd"] == "0"
    assert batched.body["total_usd"] != "0"


@pytest.mark.parametrize(
    ("as_of", "total"),
    [
        ("2026-09-30T23:59:59Z", "0.018"),
        ("2026-10-01", "0.009"),  # the first day: half of 0.018
        ("2026-10-31T23:59:59Z", "0.009"),
        ("2026-11-01", "0.018"),  # the day after the last
    ],
)
def test_a_rule_applies_from_its_first_day_to_the_day_before_its_end(
    as_of: str, total: str
) -> None:
    rule = {"match": {"from": "2026-10-01", "to": "2026-11-01"}, "multiply": "0.5"}
    assert net([rule], as_of=as_of) == total


def test_a_card_without_a_rule_for_the_model_is_named() -> None:
    answer = estimated([{"match": {"provider": "openai"}, "multiply": "0.5"}])
    assert answer.body["net"]["total_usd"] == "0.018"
    assert "rate_card_without_effect" in [one["code"] for one in answer.body["warnings"]]
    with_effect = estimated([{"multiply": "0.5"}])
    assert "rate_card_without_effect" not in [one["code"] for one in with_effect.body["warnings"]]


@pytest.mark.parametrize("word", ["anthropic", "Anthropic", "claude"])
def test_a_provider_is_named_in_any_case_and_by_the_words_that_gateways_use(word: str) -> None:
    assert net([{"match": {"provider": word}, "multiply": "0.5"}]) == "0.009"


@pytest.mark.parametrize(("provider", "warned"), [("openai", True), ("anthropic", False)])
def test_a_card_that_changes_nothing_is_named_on_every_route(provider: str, warned: bool) -> None:
    card = {"rules": [{"match": {"provider": provider}, "multiply": "0.5"}]}
    call = {"model": "sonnet", "usage": USAGE}
    record = {**call, "timestamp": "2026-11-20"}
    tier = {**call, "name": "a", "share": "1"}
    stages = [{"model": "sonnet", "pass_rate": "0.5"}, {"model": "opus"}]
    bodies: dict[str, dict[str, Any]] = {
        "estimate": call,
        "compare": {"usage": USAGE, "models": ["sonnet", "opus"]},
        "workload": {"items": [{**call, "name": "a"}]},
        "plan_batch": {**call, "requests": 10},
        "plan_caching": {"model": "sonnet", "prefix_tokens": 30_000, "calls_per_hour": 100},
        "plan_context": {"model": "sonnet", "before": {"text": "a b"}, "after": {"text": "a"}},
        "plan_subscription": {"seats": 1, "items": [{**call, "name": "a"}]},
        "recommend": {"task": "Translate a word", "policy": {"simple": "sonnet"}},
        "recommend_cascade": {"usage": USAGE, "stages": stages},
        "recommend_tiers": {"single_model": "opus", "tiers": [tier], "monthly_queries": 9},
        "usage_report": {"records": [record]},
    }
    for event, body in bodies.items():
        answer = asking(function_of(event), recorded_event(event))(**body, rate_card=card)
        assert answer.status == 200, (event, answer.body)
        told = [answer.body, *(answer.body["rows"] if event == "compare" else ())]
        codes = [one["code"] for body in told for one in body["warnings"]]
        assert ("rate_card_without_effect" in codes) is warned, event


def test_a_discount_is_told_how_it_is_written() -> None:
    answer = estimated([{"match": {"provider": "anthropic"}, "discount_percent": 15}])
    (error,) = answer.body["errors"]
    assert error["pointer"] == "/rate_card/rules/0/discount_percent"
    assert '"multiply": "0.8" is 20% less' in error["detail"]


def test_a_budget_buys_calls_at_the_net_price() -> None:
    answer = estimated([{"multiply": "0.5"}], budget_usd="0.09")
    assert answer.body["calls_for_budget"] == 10  # 0.09 / 0.009


def test_a_comparison_is_ordered_by_net_prices() -> None:
    compare = asking("compare", recorded_event("compare"), pricing_version="lesson-2025")
    # Opus is 15 and 75: 0.09 for these counts. A tenth of it is below sonnet's 0.018.
    rules = [{"match": {"model": "opus"}, "multiply": "0.1"}]
    fields = {"models": ["sonnet", "opus"], "usage": USAGE}
    listed = compare(**fields)
    carded = compare(**fields, rate_card={"rules": rules})
    assert [row["total_usd"] for row in listed.body["rows"]] == ["0.018", "0.09"]
    assert [row["net"]["total_usd"] for row in carded.body["rows"]] == ["0.009", "0.018"]
    assert carded.body["cheapest"] == carded.body["rows"][0]["model"]["id"]
    assert carded.body["rows"][0]["relative_to_baseline"] == "0.5"


def test_a_workload_is_answered_at_both_prices() -> None:
    workload = asking("workload", recorded_event("workload"))
    items = [{"name": "a", "model": "sonnet", "usage": USAGE, "calls": 1000}]
    answer = workload(
        items=items,
        period="month",
        pricing_version="lesson-2025",
        rate_card={"rules": [{"multiply": "0.5"}]},
    )
    assert answer.body["totals"]["period_usd"] == "18"
    assert answer.body["net"]["totals"]["yearly_usd"] == "108"  # 18 x 0.5 x 12
    assert answer.body["net"]["rate_card"] is not None
    assert answer.body["rate_card"] is None


def test_a_plan_is_answered_at_both_prices_and_in_a_currency() -> None:
    plan = asking("plan", recorded_event("plan_batch"))
    fields = {"model": "sonnet", "usage": USAGE, "requests": 1000, "as_of": "2026-10-30"}
    listed = plan(**fields)
    both = plan(**fields, rate_card={"rules": [{"multiply": "0.5"}]}, currency="USD")
    assert both.body["standard_usd"] == listed.body["standard_usd"]
    assert float(both.body["net"]["standard_usd"]) * 2 == float(listed.body["standard_usd"])
    assert both.body["converted"]["rate"] == "1"
    assert both.body["converted"]["amounts"]["/standard_usd"] == listed.body["standard_usd"]


def test_amounts_are_converted_at_the_rate_of_the_day() -> None:
    # On 2026-10-30 a euro cost 1.1172 dollars and 175.68 yen: a dollar is 1 / 1.1172 =
    # 0.8950948800572... euros, and 175.68 / 1.1172 = 157.250268528464... yen.
    answer = estimated([{"multiply": "0.5"}], as_of="2026-10-30", currency="EUR")
    converted = answer.body["converted"]
    assert converted["rate"] == "0.895094880057"
    assert converted["rate_date"] == "2026-10-30"
    assert converted["total"] == "0.016111707841026"  # x 0.018
    assert converted["amounts"]["/net/total_usd"] == "0.008055853920513"  # x 0.009
    assert answer.body["total_usd"] == "0.018"
    yen = estimated([], as_of="2026-10-30", currency="JPY", rate_card="list")
    assert yen.body["converted"]["rate"] == "157.250268528464"


def test_a_day_without_rates_has_those_of_the_working_day_before() -> None:
    # 2026-10-25 is a Sunday.
    answer = estimated([], as_of="2026-10-25", currency="EUR", rate_card="list")
    assert answer.body["converted"]["rate_date"] == "2026-10-23"
    assert answer.body["net"] is None


def test_a_day_before_all_rates_is_refused() -> None:
    answer = estimated([], as_of="2022-12-31", currency="EUR", rate_card="list")
    assert pointers(answer) == ["/currency"]


@pytest.fixture
def stored(moto_table: StoreTable) -> str:
    """The id of a stored card that halves every price."""
    os.environ |= moto_table.environment()
    answer = post(
        handler("pricing_admin"),
        recorded_event("rate_cards"),
        {"name": "half", "rules": [{"multiply": "0.5"}]},
    )
    assert answer.status == 200, answer.body
    card: str = answer.body["id"]
    return card


def test_a_stored_card_is_shown_and_named_by_requests(stored: str) -> None:
    event = {**recorded_event("catalogue_rate_card"), "pathParameters": {"id": stored}}
    shown = call(handler("catalogue"), event)
    rules = [{"match": {}, "multiply": "0.5"}]
    assert shown.body == {"id": stored, "name": "half", "rules": rules}
    assert estimated([], rate_card=stored).body["net"] == {
        **estimated([{"multiply": "0.5"}]).body["net"],
        "rate_card": stored,
    }


def test_the_same_rules_have_the_same_id_and_others_another(stored: str) -> None:
    for factor, same in ((0.5, True), ("0.50", True), ("0.6", False)):
        card = {"name": "half", "rules": [{"multiply": factor}]}
        answer = post(handler("pricing_admin"), recorded_event("rate_cards"), card)
        assert (answer.body["id"] == stored) is same


def test_storing_a_card_is_recorded_once_with_who_did_it(stored: str) -> None:
    card = {"name": "half", "rules": [{"multiply": "0.5"}]}
    assert post(handler("pricing_admin"), recorded_event("rate_cards"), card).status == 200
    page = call(handler("pricing_admin"), recorded_event("pricing_admin_audit")).body
    (row,) = page["rows"]
    assert (row["action"], row["reason"]) == ("store_rate_card", "half")
    assert row["details"] == {"rate_card": stored, "rules": 1}
    assert row["actor"] != ""
    assert page["broken_row"] is None


def test_a_card_is_stored_once_for_an_idempotency_key(stored: str) -> None:
    event = recorded_event("rate_cards")
    event = {**event, "headers": {**event["headers"], "idempotency-key": "half-2026"}}
    card = {"name": "half", "rules": [{"match": {"provider": "openai"}, "multiply": "0.5"}]}
    first, again = (post(handler("pricing_admin"), event, card) for _ in range(2))
    assert (first.status, first.body) == (200, again.body)
    assert first.body["id"] != stored
    other = post(handler("pricing_admin"), event, {**card, "name": "other"})
    assert (other.status, other.body["errors"][0]["pointer"]) == (422, "/Idempotency-Key")


def test_the_deployments_card_applies_where_a_request_names_none(stored: str) -> None:
    os.environ["TARIFF_RATE_CARD"] = stored
    estimate = asking("estimate", recorded_event("estimate"), **SONNET)
    assert estimate().body["net"]["total_usd"] == "0.009"
    assert estimate(rate_card="list").body["net"] is None
    assert estimate(rate_card={"rules": [{"multiply": "1"}]}).body["net"]["total_usd"] == "0.018"


def test_an_unknown_card_is_not_found_with_and_without_a_store(stored: str) -> None:
    unknown = f"rate-card-{'0' * 32}"
    assert estimated([], rate_card=unknown).status == 404
    event = {**recorded_event("catalogue_rate_card"), "pathParameters": {"id": unknown}}
    assert call(handler("catalogue"), event).status == 404
    del os.environ["TARIFF_TABLE"]
    assert estimated([], rate_card=stored).status == 404
    assert post(handler("pricing_admin"), recorded_event("rate_cards"), RULE).status == 503


@pytest.mark.parametrize("made_up", ["x" * 129, "漢", " ", "a/b", "\x00"])
def test_an_id_that_no_card_can_have_is_not_found_without_asking(stored: str, made_up: str) -> None:
    """DynamoDB refuses a key of over 2,048 bytes, which was told as a store that failed."""
    event = recorded_event("catalogue_rate_card")
    with mock.patch.object(DynamoReader, "get_item", side_effect=AssertionError) as asked:
        answer = call(handler("catalogue"), event, pathParameters={"id": made_up})
        assert (answer.status, asked.call_count) == (404, 0)
        call(handler("catalogue"), event, pathParameters={"id": stored})
        assert asked.call_count == 1


RULE = {"rules": [{"multiply": "0.5"}]}
TOO_MANY = {"rules": [{"multiply": "0.5"}] * 201}


def of(match: dict[str, str], **price: str) -> dict[str, Any]:
    """A card of one rule."""
    return {"rules": [{"match": match, **price}]}


@pytest.mark.parametrize(
    ("card", "pointer"),
    [
        ({}, "/rules"),
        ({"rules": []}, "/rules"),
        (TOO_MANY, "/rules"),
        ({"rules": [{}]}, "/rules/0"),
        ({"rules": [{"multiply": "0.5", "usd_per_mtok": "1"}]}, "/rules/0"),
        ({"rules": [{"multiply": "half"}]}, "/rules/0/multiply"),
        ({"rules": [{"multiply": True}]}, "/rules/0/multiply"),
        ({"rules": [{"multiply": "-0.1"}]}, "/rules/0/multiply"),
        ({"rules": [{"multiply": "1000.1"}]}, "/rules/0/multiply"),
        ({"rules": [{"multiply": "0.1234567"}]}, "/rules/0/multiply"),
        ({"rules": [{"usd_per_mtok": "1"}]}, "/rules/0/match/component"),
        (of({"component": "inputs"}, multiply="1"), "/rules/0/match/component"),
        (of({"component": "input"}, usd_per_unit="1"), "/rules/0/usd_per_unit"),
        (of({"component": "image"}, usd_per_mtok="1"), "/rules/0/usd_per_mtok"),
        (of({"processing": "slow"}, multiply="1"), "/rules/0/match/processing"),
        (of({"from": "today"}, multiply="1"), "/rules/0/match/from"),
        (of({"from": "2026-10-01", "to": "2026-10-01"}, multiply="1"), "/rules/0/match/to"),
        (of({"region": "eu"}, multiply="1"), "/rules/0/match/region"),
    ],
)
def test_a_wrong_card_is_refused_at_the_part_that_is_wrong(card: Any, pointer: str) -> None:
    stored = post(handler("pricing_admin"), recorded_event("rate_cards"), card)
    assert pointers(stored)[0] == pointer
    estimate = asking("estimate", recorded_event("estimate"), **SONNET)
    assert pointers(estimate(rate_card=card))[0] == f"/rate_card{pointer}"


@pytest.mark.parametrize(
    "currency", ["XXX", "xxx", "EUROS?", "", 978, ["EUR"], "\u20ac\u20ac\u20ac"]
)
def test_a_currency_without_rates_is_refused(currency: Any) -> None:
    answer = estimated([], currency=currency, rate_card="list")
    assert pointers(answer) == ["/currency"]


def test_a_damaged_card_is_a_problem_of_the_store(stored: str, moto_table: StoreTable) -> None:
    key = {"pk": {"S": f"RATECARD#{stored}"}, "sk": {"S": "DOC"}}
    moto_table.client.put_item(
        TableName=moto_table.name, Item={**key, "content": {"B": b"not zlib"}}
    )
    answer = estimated([], rate_card=stored)
    assert answer.status == 503
    assert stored not in json.dumps(answer.body)


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        ("recommend", {"task": "Translate this sentence.", "usage": USAGE}),
        (
            "recommend_cascade",
            {
                "stages": [{"model": "haiku", "pass_rate": "0.5"}, {"model": "sonnet"}],
                "usage": USAGE,
            },
        ),
        (
            "recommend_tiers",
            {
                "monthly_queries": 1000,
                "tiers": [{"name": "all", "share": 1, "model": "sonnet", "usage": USAGE}],
                "single_model": "opus",
            },
        ),
    ],
)
def test_recommendations_are_answered_at_both_prices(event: str, fields: dict[str, Any]) -> None:
    ask = asking("recommend", recorded_event(event))
    listed = ask(**fields, as_of="2026-10-30")
    both = ask(
        **fields, as_of="2026-10-30", rate_card={"rules": [{"multiply": "0.5"}]}, currency="EUR"
    )
    assert (listed.status, both.status) == (200, 200), both.body
    net, converted = both.body.pop("net"), both.body.pop("converted")
    assert {**both.body, "net": None, "converted": None} == listed.body
    assert net["rate_card"].startswith("rate-card-")
    assert converted["currency"] == "EUR"
    pointer, amount = next((p, a) for p, a in converted["amounts"].items() if "/net/" not in p)
    assert f"/net{pointer}" in converted["amounts"]
    assert Decimal(converted["amounts"][f"/net{pointer}"]) * 2 == Decimal(amount)


ECB = b"""<Cube><Cube time="2026-11-23">%s</Cube></Cube>"""


def test_a_refresh_stores_the_days_after_the_bundled_rates(moto_table: StoreTable) -> None:
    newest = next(iter(bundled.exchange_rates().days().values()))
    cubes = "".join(f'<Cube currency="{code}" rate="{rate}"/>' for code, rate in newest.items())
    os.environ |= moto_table.environment()
    with refreshing(moto_table) as found:
        found.server.answers["/rates"] = Served(ECB % cubes.encode())
        found.run(TARIFF_SOURCE_EXCHANGE_RATES=found.server.url_of("/rates"))
        before = estimated([], as_of="2026-11-20", currency="EUR", rate_card="list")
        after = estimated([], as_of="2026-11-24", currency="EUR", rate_card="list")
    assert before.body["converted"]["rate_date"] == "2026-10-30"
    assert after.body["converted"]["rate_date"] == "2026-11-23"
    assert after.body["converted"]["rate"] == before.body["converted"]["rate"]
