"""How the work grows with the request: in function calls, which are the same on every machine."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from pricing.api.requests.compare import CompareRequest
from pricing.api.requests.estimate import EstimateRequest
from pricing.api.requests.workload import WorkloadRequest
from pricing.catalogue.price_book import PriceBook
from pricing.errors import InvalidRequest, UnknownModel
from pricing.store import bundled
from pricing.tokens import prompts
from pricing.tokens.estimator import Features, features_of
from pricing.validation import parse
from tests.support.handlers import Event, Handler, handler, post
from tests.support.usage_reading import iteration

MODELS = [f"anthropic/claude-{name}" for name in ("opus-5-5", "sonnet-5-5", "haiku-5-5", "opus-5")]


def calls(work: Callable[[], Any]) -> int:
    """How many functions are called, of Python and of C, while ``work`` is done."""
    count = 0

    def counting(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counting)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def growth(work: Callable[[int], Any], small: int, large: int) -> float:
    """How many times the calls of a small piece of work a large one makes."""
    work(small)  # whatever is done once is done
    work(large)
    return calls(lambda: work(large)) / calls(lambda: work(small))


@pytest.fixture
def ask(event: Event) -> Callable[[str, Any], int]:
    handlers: dict[str, Handler] = {}

    def send(route: str, body: Any) -> int:
        to = handlers.setdefault(route, handler(route))
        return post(to, event(route), body).status

    return send


def test_iterations_cost_in_proportion_to_their_number(ask: Callable[[str, Any], int]) -> None:
    def estimate(count: int) -> None:
        each = [iteration("message", n, 1) for n in range(count)]
        usage = {"input_tokens": sum(range(count)), "output_tokens": count, "iterations": each}
        assert ask("estimate", {"model": "claude-haiku-5-5", "usage": usage}) == 200

    assert growth(estimate, 100, 1_000) < 10.5


def test_what_ifs_cost_in_proportion_to_lines_and_changes(ask: Callable[[str, Any], int]) -> None:
    usage = {"input_tokens": 2_000, "output_tokens": 1}
    line = {"name": "a", "model": "opus", "usage": usage}
    change = {"name": "c", "caching": {"prefix_tokens": 1_000, "hit_rate": "0.5"}}

    def workload(size: int) -> None:
        body = {"items": [line] * size * 10, "what_if": [change] * size}
        assert ask("workload", body) == 200

    assert growth(workload, 2, 8) < 17


def test_a_prompt_is_scanned_once_for_all_models(
    ask: Callable[[str, Any], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    scans: list[int] = []

    def scanning(*texts: str) -> Features:
        scans.append(len(texts))
        return features_of(*texts)

    monkeypatch.setattr(prompts, "features_of", scanning)
    messages = [{"role": "user", "content": "word " * 10}] * 500
    body = {"messages": messages, "expected_output_tokens": 1, "models": MODELS}
    assert ask("compare", body) == 200
    assert scans == [500]


def test_a_text_block_more_is_a_few_calls_more(ask: Callable[[str, Any], int]) -> None:
    def compare(count: int) -> None:
        blocks = [{"type": "text", "text": "a"}] * count
        body = {"messages": [{"role": "user", "content": blocks}], "models": MODELS}
        assert ask("compare", body) == 200

    assert growth(compare, 1_000, 8_000) < 8.5


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        (EstimateRequest, lambda count: {"model": "opus", "messages": [1] * count}),
        (EstimateRequest, lambda count: {"model": "opus", "text": "a", "tools": [1] * count}),
        (EstimateRequest, lambda count: {"model": "opus", "text": "a", "images": [{}] * count}),
        (CompareRequest, lambda count: {"text": "a", "models": [1] * count}),
        (WorkloadRequest, lambda count: {"items": [{}] * count}),
        (WorkloadRequest, lambda count: {"items": [], "what_if": [{}] * count}),
    ],
)
def test_a_list_over_its_limit_costs_the_same_however_long_it_is(
    shape: Any, body: Callable[[int], dict[str, Any]]
) -> None:
    def refused(count: int) -> None:
        with pytest.raises(InvalidRequest):
            parse(shape, body(count))

    assert growth(refused, 3_000, 60_000) < 1.1


def fresh() -> PriceBook:
    return PriceBook.from_json(bundled.current().to_json())


def test_a_first_unknown_name_parses_a_few_rows_and_not_the_book(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    book, parsed = fresh(), 0
    read = sys.modules["pricing.catalogue.price_book"].json.loads

    def counting(text: Any) -> Any:
        nonlocal parsed
        parsed += 1
        return read(text)

    monkeypatch.setattr("pricing.catalogue.price_book.json.loads", counting)
    with pytest.raises(UnknownModel) as unknown:
        book.find("claude-opas-5-5")
    assert unknown.value.suggestions[0] == "claude-opus-5-5"
    assert 0 < parsed < len(book) / 10
