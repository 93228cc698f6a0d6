"""Usage of public reports, and of siblings worked out by hand, through every route that takes it.

``tests/data/usage_reports.json`` holds the calls: the kind of mistake that a tracker, a gateway or
Tariff itself made with one like it, where it is from, and the expected total with its arithmetic in
the form of ``tests/integration/test_real_usage.py``. ``terms`` marks calls whose answer names the
terms they were served on; a plan that decides those itself does not take them.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import pytest

from tariff.template import ROOT, recorded_event
from tests.integration.test_real_usage import expected
from tests.support.handlers import Answer, Handler, handler, post

CALLS: list[dict[str, Any]] = json.loads(
    (ROOT / "tests" / "data" / "usage_reports.json").read_text(encoding="utf-8")
)
NOW = "2026-11-24T12:00:00Z"
each_call = pytest.mark.parametrize("sent", CALLS, ids=[call["name"] for call in CALLS])


def used(sent: Mapping[str, Any]) -> dict[str, Any]:
    """What a request says was used."""
    return {name: sent[name] for name in ("usage", "response", "tool_uses") if name in sent}


def at(sent: Mapping[str, Any]) -> str:
    moment: str = sent.get("as_of", NOW)
    return moment


def unread(sent: Mapping[str, Any], within: str = "") -> list[dict[str, str]]:
    holder = "response/usage" if "response" in sent else "usage"
    found = sent.get("unread", {})
    return [{"pointer": f"{within}/{holder}/{at}", "value": found[at]} for at in found]


class Routes:
    """Every route that takes usage, by its event; each handler is loaded once."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}

    def ask(self, function: str, event: str, **body: Any) -> Any:
        to = self._handlers.setdefault(function, handler(function))
        answer: Answer = post(to, recorded_event(event), body)
        assert answer.status == 200, answer.body
        return answer.body


@pytest.fixture(scope="module")
def routes() -> Routes:
    return Routes()


@each_call
def test_the_arithmetic_of_a_call_gives_its_total(sent: dict[str, Any]) -> None:
    assert Fraction(sent["total_usd"]) == expected(sent)


def test_every_kind_has_several_calls() -> None:
    kinds = Counter(call["kind"] for call in CALLS)
    assert len({call["name"] for call in CALLS}) == len(CALLS)
    assert sum(kinds.values()) >= 100
    assert min(kinds.values()) >= 3


@each_call
def test_an_estimate(routes: Routes, sent: dict[str, Any]) -> None:
    model = {"model": sent["model"]} if "model" in sent else {}
    answer = routes.ask("estimate", "estimate", as_of=at(sent), **model, **used(sent))
    assert answer["total_usd"] == sent["total_usd"]
    assert answer["status"] == ("partial" if "unread" in sent else "priced")
    assert answer["unread"] == unread(sent)
    assert answer["stated_cost_usd"] == sent.get("stated_usd")
    codes = {warning["code"] for warning in answer["warnings"]}
    assert ("stated_cost_differs" in codes) is sent.get("differs", False)


#: What asks a route about a call on a model, and what its answer says of it: total and status.
Question = Callable[[Routes, Mapping[str, Any], str], tuple[str, str, list[dict[str, str]]]]


def workload(routes: Routes, sent: Mapping[str, Any], model: str) -> Any:
    item = {"name": "line", "model": model, **used(sent)}
    answer = routes.ask("workload", "workload", as_of=at(sent), items=[item])
    (line,) = answer["items"]
    assert answer["totals"]["period_usd"] == line["total_usd"]
    return line["per_call_usd"], line["status"], answer["unread"]


def compare(routes: Routes, sent: Mapping[str, Any], model: str) -> Any:
    answer = routes.ask("compare", "compare", as_of=at(sent), models=[model], **used(sent))
    (row,) = answer["rows"]
    assert row["status"] == answer["status"]
    return row["total_usd"], answer["status"], answer["unread"]


def batch(routes: Routes, sent: Mapping[str, Any], model: str) -> Any:
    body = {"model": model, "requests": 1, **used(sent)}
    answer = routes.ask("plan", "plan_batch", as_of=at(sent), **body)
    return answer["standard_usd"], answer["status"], answer["unread"]


def caching(routes: Routes, sent: Mapping[str, Any], model: str) -> Any:
    measured = [{**used(sent), "calls": 1}]
    answer = routes.ask("plan", "plan_caching", as_of=at(sent), model=model, measured=measured)
    return answer["measured"]["cost_usd"], answer["status"], answer["unread"]


def subscription(routes: Routes, sent: Mapping[str, Any], model: str) -> Any:
    item = {"name": "line", "model": model, **used(sent)}
    answer = routes.ask("plan", "plan_subscription", as_of=at(sent), items=[item])
    return answer["api"]["month_usd"], answer["status"], answer["unread"]


def recommend(routes: Routes, sent: Mapping[str, Any], model: str) -> Any:
    body = {"task": "Say hello.", "force": model, **used(sent)}
    answer = routes.ask("recommend", "recommend", as_of=at(sent), **body)
    (found,) = answer["recommendations"]
    assert found["estimate"]["status"] == answer["status"]
    return found["estimate"]["total_usd"], answer["status"], answer["unread"]


def cascade(routes: Routes, sent: Mapping[str, Any], model: str) -> Any:
    stages = [{"model": model, "pass_rate": "0.5"}, {"model": model}]
    body = {"stages": stages, **used(sent)}
    answer = routes.ask("recommend", "recommend_cascade", as_of=at(sent), **body)
    return answer["stages"][0]["attempt_usd"], answer["status"], answer["unread"]


def tiers(routes: Routes, sent: Mapping[str, Any], model: str) -> Any:
    tier = {"name": "all", "share": 1, "model": model, **used(sent)}
    body = {"monthly_queries": 1, "tiers": [tier], "single_model": model}
    answer = routes.ask("recommend", "recommend_tiers", as_of=at(sent), **body)
    assert answer["single_model"]["total_usd"] == answer["total_usd"]
    return answer["tiers"][0]["per_query_usd"], answer["status"], answer["unread"]


#: Where the usage is in each route's request.
WITHIN: Mapping[Question, str] = {
    workload: "/items/0",
    compare: "",
    batch: "",
    caching: "/measured/0",
    subscription: "/items/0",
    recommend: "",
    cascade: "",
    tiers: "/tiers/0",
}
#: A batch plan decides the terms itself.
DECIDES_TERMS = {batch}


def questions() -> Iterator[Any]:
    for ask in WITHIN:
        for call in CALLS:
            if not (call.get("terms") and ask in DECIDES_TERMS):
                yield pytest.param(ask, call, id=f"{ask.__name__}: {call['name']}")


@pytest.mark.parametrize(("ask", "sent"), list(questions()))
def test_every_other_route_comes_to_the_same_total(
    routes: Routes, ask: Question, sent: dict[str, Any]
) -> None:
    model = sent.get("model")
    if model is None:
        named = routes.ask("estimate", "estimate", as_of=at(sent), **used(sent))["model"]
        model = f"{named['provider']}/{named['id']}"
    total, status, named_unread = ask(routes, sent, model)
    assert total == sent["total_usd"]
    assert status == ("partial" if "unread" in sent else "priced")
    assert named_unread == unread(sent, WITHIN[ask])


def test_a_report_prices_each_of_them_the_same(routes: Routes) -> None:
    records = []
    for number, call in enumerate(CALLS):
        if "tool_uses" in call:
            continue  # a record has what a provider reports, and nothing in addition
        model = {"model": call["model"]} if "model" in call else {}
        record = {"timestamp": at(call), "endpoint": str(number), **model, **used(call)}
        records.append(record)
    answer = routes.ask("usage_report", "usage_report", records=records, group_by=["endpoint"])
    (group,) = answer["groups"]
    found = {row["values"][0]: row["cost_usd"] for row in group["rows"]}
    wrong = {
        CALLS[int(number)]["name"]: (cost, CALLS[int(number)]["total_usd"])
        for number, cost in found.items()
        if cost != CALLS[int(number)]["total_usd"]
    }
    assert wrong == {}
    assert answer["rejected"] == []
    assert answer["records"]["priced"] + answer["records"]["partial"] == len(records)
    assert answer["records"]["partial"] == sum("unread" in call for call in CALLS)
    (warning,) = (one for one in answer["warnings"] if one["code"] == "usage_field_unread")
    assert "usage.bogus_tokens (1 record)" in warning["message"]
