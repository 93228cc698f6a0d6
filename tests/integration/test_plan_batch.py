"""``POST /v1/plan/batch`` through its handler: the lesson's section 5, with the true limits."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.handlers import Event
from tests.support.plans import Plans, exact, months

NOW = {"as_of": "2026-11-22", "model": "claude-sonnet-5-5"}
USAGE = {"input_tokens": 3_000, "output_tokens": 1_000}


@pytest.fixture
def plan(event: Event) -> Plans:
    return Plans(event, "plan_batch")


@pytest.fixture
def judged(plan: Plans) -> Callable[..., tuple[str, list[str]]]:
    def weigh(**about: Any) -> tuple[str, list[str]]:
        found = plan(**{**NOW, "usage": USAGE, "requests": 500, **about})["suitability"]
        return found["suits"], [one["code"] for one in found["reasons"]]

    return weigh


Judged = Callable[..., tuple[str, list[str]]]


def test_the_lessons_500_sonnet_requests_cost_half_in_a_batch(plan: Plans) -> None:
    # Exercise 1.4: 500 x (3,000 x 1.50 + 1,000 x 7.50) / 10^6.
    body = {"pricing_version": "lesson-2025", "model": "sonnet", "usage": USAGE, "requests": 500}
    found = plan(**body)
    assert (found["standard_usd"], found["batch_usd"]) == ("12", "6")
    assert (found["saves_usd"], found["saves_percent"]) == ("6", "50")


def test_the_saving_is_the_difference_of_the_two_workloads(plan: Plans) -> None:
    caching = {"prefix_tokens": 2_000, "hit_rate": "0.9"}
    found = plan(**NOW, usage=USAGE, requests=1_001, caching=caching)
    priced = months(found)
    assert priced["standard"] - priced["batch"] == exact(found["saves_usd"])
    for row in found["stacked"]:
        assert priced["standard"] - priced[row["name"]] == exact(row["saves_usd"])


@pytest.mark.parametrize(
    ("requests", "size", "batches", "decided_by"),
    [
        (1, None, 1, "requests"),
        (100_000, None, 1, "requests"),
        (100_001, None, 2, "requests"),
        (100_000, 2_560, 1, "requests"),
        (100_000, 2_561, 2, "bytes"),
        (10, 25_600_000, 1, "requests"),
        (11, 25_600_000, 2, "bytes"),
        (3, 256_000_000, 3, "bytes"),
    ],
)
def test_a_batch_holds_100000_requests_or_256_mb(
    plan: Plans, requests: int, size: int | None, batches: int, decided_by: str
) -> None:
    body = {**NOW, "usage": USAGE, "requests": requests}
    found = plan(**body, **({"bytes_per_request": size} if size else {}))["size"]
    assert (found["batches"], found["decided_by"]) == (batches, decided_by)
    assert found["most_bytes_per_full_batch"] == 2_560


def test_a_request_larger_than_a_batch_is_refused(plan: Plans) -> None:
    body = {**NOW, "usage": USAGE, "requests": 1}
    assert plan.refused(**body, bytes_per_request=256_000_001) == (422, "/bytes_per_request")


@pytest.mark.parametrize(("requests", "warned"), [(200_000, False), (200_001, True)])
def test_more_requests_than_the_smallest_queue_holds_are_warned_of(
    plan: Plans, requests: int, warned: bool
) -> None:
    found = plan(**NOW, usage=USAGE, requests=requests)
    assert ("batch_queue_limit" in {one["code"] for one in found["warnings"]}) is warned


@pytest.mark.parametrize(
    "task",
    [
        "Bulk translation of product descriptions",
        "Label this dataset for classification",
        "Generate test data",
        "Overnight code analysis",
        "A document summarization pipeline",
        "Monthly report generation",
        "Work through the content moderation backlog",
    ],
)
def test_the_lessons_good_candidates_suit(judged: Judged, task: str) -> None:
    assert judged(task=task)[0] == "yes"


@pytest.mark.parametrize(
    "task",
    [
        "Real-time chat with customers",
        "Interactive coding in the IDE",
        "A user-facing feature",
        "A CI/CD blocking step",
        "Time-sensitive alerts",
        "Streaming responses",
    ],
)
def test_the_lessons_poor_candidates_do_not(judged: Judged, task: str) -> None:
    assert judged(task=task)[0] == "no"


def test_embeddings_are_not_a_candidate_without_an_embedding_model(judged: Judged) -> None:
    assert judged(task="Embedding generation") == ("no", ["embedding"])


def test_words_that_show_a_waiting_user_weigh_more(judged: Judged) -> None:
    assert judged(task="Translate the chat while it goes on") == ("no", ["chat"])


def test_a_task_whose_kind_no_word_tells_is_unsure(judged: Judged) -> None:
    assert judged(task="Dochat the streamlined reportage") == ("unsure", ["nothing_known"])
    assert judged() == ("unsure", ["nothing_known"])


@pytest.mark.parametrize(
    ("hours", "suits", "code"),
    [
        ("0", "no", "deadline_too_soon"),
        ("0.99", "no", "deadline_too_soon"),
        (1, "unsure", "deadline_not_promised"),
        ("23.99", "unsure", "deadline_not_promised"),
        (24, "yes", "deadline_met"),
    ],
)
def test_only_a_deadline_a_day_away_is_sure_to_be_met(
    judged: Judged, hours: Any, suits: str, code: str
) -> None:
    assert judged(deadline_hours=hours) == (suits, [code])


def test_a_task_with_a_waiting_user_is_ruled_out_whatever_speaks_for_it(judged: Judged) -> None:
    assert judged(realtime=True, kind="translation", deadline_hours=48)[0] == "no"
    assert judged(realtime=False, streaming=True)[0] == "no"
    assert judged(realtime=False) == ("yes", ["not_realtime"])


def test_a_stated_kind_wins_over_the_words(judged: Judged) -> None:
    assert judged(kind="report", task="chat") == ("yes", ["report"])


def test_a_model_without_a_batch_price_has_none_and_does_not_suit(plan: Plans) -> None:
    found = plan(as_of="2026-11-22", model="claude-2.1", usage=USAGE, requests=10, realtime=False)
    assert (found["batch_usd"], found["saves_usd"], found["saves_percent"]) == (None, None, None)
    assert found["suitability"]["suits"] == "no"
    assert "claude-2.1 has no batch prices" in found["suitability"]["reasons"][0]["message"]


def test_caching_stacks_on_the_batch_price(plan: Plans) -> None:
    caching = {"prefix_tokens": 2_000, "hit_rate": "0.75", "ttl": "5m"}
    found = plan(**NOW, usage=USAGE, requests=100, caching=caching)
    rows = {row["name"]: row for row in found["stacked"]}
    # Standard: 1,000 fresh at 2 and 1,000 out at 10; 2,000 read at 0.1 or written at 2.5.
    assert rows["standard_and_caching"]["cost_usd"] == "1.34"
    assert rows["batch_and_caching"]["cost_usd"] == "0.67"
    assert (rows["batch_and_caching"]["writes"], rows["batch_and_caching"]["reads"]) == (25, 75)


def test_without_a_hit_rate_the_range_seen_in_batches_is_priced(plan: Plans) -> None:
    found = plan(**NOW, usage=USAGE, requests=1_000, caching={"prefix_tokens": 2_000})
    assert [(row["name"], row["hit_rate"], row["reads"]) for row in found["stacked"]] == [
        ("batch_and_caching_worst", "0.3", 300),
        ("batch_and_caching_best", "0.98", 980),
    ]
    assert any("best effort" in one for one in found["assumptions"])


@pytest.mark.parametrize(("prefix", "rows"), [(511, 0), (512, 2)])
def test_a_prefix_under_the_minimum_stacks_nothing_and_says_so(
    plan: Plans, prefix: int, rows: int
) -> None:
    found = plan(**NOW, usage=USAGE, requests=10, caching={"prefix_tokens": prefix})
    assert len(found["stacked"]) == rows
    assert ("not_cacheable" in {one["code"] for one in found["warnings"]}) is not rows


def test_where_the_request_runs_is_kept_and_how_it_was_served_is_not(plan: Plans) -> None:
    usage = {**USAGE, "service_tier": "batch", "inference_geo": "us"}
    found = plan(**NOW, usage=usage, requests=1_000)
    assert (found["standard_usd"], found["batch_usd"]) == ("17.6", "8.8")


def test_searches_in_a_batch_are_billed_in_full_with_a_warning(plan: Plans) -> None:
    usage = {**USAGE, "server_tool_use": {"web_search_requests": 1}}
    found = plan(**NOW, usage=usage, requests=1_000)
    assert (found["standard_usd"], found["batch_usd"]) == ("26", "18")
    assert any("Web searches" in one for one in found["assumptions"])


def test_a_prompt_is_counted_and_its_count_reproduces(plan: Plans) -> None:
    found = plan(**NOW, text="Translate: good morning.", expected_output_tokens=20, requests=1_000)
    assert exact(found["batch_usd"]) * 2 == exact(found["standard_usd"]) > 0


ONE = {**NOW, "usage": USAGE, "requests": 1}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({**NOW, "usage": USAGE}, "/requests"),
        ({**NOW, "requests": 1}, "/usage"),
        ({**ONE, "text": "both"}, "/usage"),
        ({**ONE, "requests": 0}, "/requests"),
        ({**ONE, "requests": 10**12 + 1}, "/requests"),
        ({**ONE, "requests": "one"}, "/requests"),
        ({**ONE, "bytes_per_request": 0}, "/bytes_per_request"),
        ({**ONE, "processing": "batch"}, "/processing"),
        ({**ONE, "speed": "fast"}, "/speed"),
        ({**ONE, "deadline_hours": -1}, "/deadline_hours"),
        ({**ONE, "deadline_hours": 10**7}, "/deadline_hours"),
        ({**ONE, "kind": "poetry"}, "/kind"),
        ({**ONE, "task": "x" * 8_001}, "/task"),
        ({**ONE, "realtime": 1}, "/realtime"),
        ({**ONE, "caching": {"prefix_tokens": 3_001}}, "/caching/prefix_tokens"),
        ({**ONE, "caching": {"prefix_tokens": 0}}, "/caching/prefix_tokens"),
        ({**ONE, "caching": {"prefix_tokens": 512, "hit_rate": "1.01"}}, "/caching/hit_rate"),
        ({**ONE, "batch": True}, "/batch"),
    ],
)
def test_what_makes_no_plan_is_refused_at_its_field(
    plan: Plans, body: dict[str, Any], pointer: str
) -> None:
    assert plan.refused(**body) == (422, pointer)


def test_an_unknown_model_is_not_found(plan: Plans) -> None:
    assert plan.refused(**{**ONE, "model": "claude-haiku-4-50"})[0] == 404
