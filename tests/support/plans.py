"""A plan through its handler, and its workloads sent on to ``POST /v1/estimate/workload``."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.support.handlers import Answer, handler, post

Ask = Callable[..., dict[str, Any]]
Events = Callable[[str], dict[str, Any]]


class Plans:
    """The plan and the workload functions, and the event that asks one route of the first."""

    def __init__(self, event: Events, name: str) -> None:
        self._event = event(name)
        self._workload_event = event("workload")
        self._plan = handler("plan")
        self._workload = handler("workload")

    def answer(self, body: Any) -> Answer:
        """Whatever the plan answers."""
        return post(self._plan, self._event, body)

    def __call__(self, **body: Any) -> dict[str, Any]:
        """The plan, once it is known to reproduce."""
        answer = self.answer(body)
        assert answer.status == 200, answer.body
        found: dict[str, Any] = answer.body
        for workload in found["workloads"]:
            assert self.reproduced(workload["request"]) == workload["month_usd"], workload["name"]
        return found

    def refused(self, **body: Any) -> tuple[int, str]:
        """The status and the first bad field of a plan that is refused."""
        answer = self.answer(body)
        assert answer.status >= 400, answer.body
        assert answer.status < 500, answer.body
        errors = answer.body.get("errors") or [{"pointer": ""}]
        return answer.status, errors[0]["pointer"]

    def reproduced(self, request: Mapping[str, Any]) -> str:
        """What a month of a plan's workload costs by ``POST /v1/estimate/workload``."""
        answer = post(self._workload, self._workload_event, request)
        assert answer.status == 200, answer.body
        monthly: str = answer.body["totals"]["monthly_usd"]
        return monthly


def months(plan: Mapping[str, Any]) -> dict[str, Fraction]:
    """What each workload of a plan costs a month, by name."""
    found = {one["name"]: Fraction(one["month_usd"]) for one in plan["workloads"]}
    assert len(found) == len(plan["workloads"]), "two workloads have one name"
    return found


def exact(text: str) -> Fraction:
    """A decimal string as it stands."""
    return Fraction(Decimal(text))
