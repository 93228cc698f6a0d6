"""``POST /v1/recommend/calibrate`` through its handler, with the store and S3 behind it."""

import json
import os
import random
import zlib
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from pricing.recommendations.routing import in_domain
from pricing.recommendations.routing.assessment import judged_task
from pricing.store import bundled
from tariff.template import recorded_event
from tests.support.handlers import Answer, Ask, Handler, handler, pointers, post
from tests.support.tables import StoreTable

Row = dict[str, Any]
EVENT = recorded_event("recommend_calibrate")
RECOMMEND = recorded_event("recommend")
NOW = {"pricing_version": bundled.current_id(), "as_of": "2026-11-23"}
CANARY = "zugunruhe"
_EASY = ("Extract the order number from this email", "Translate this greeting into French")
_HARD = ("Prove that this scheduler never starves a task", "Debug the race condition in this queue")


def learnable(count: int, seed: int = 1) -> list[Row]:
    """The cheap model fails most of the hard tasks and few of the easy ones."""
    dice = random.Random(seed)  # noqa: S311 - the same rows in every run
    rows = []
    for number in range(count):
        hard = dice.random() < 0.4
        text = dice.choice(_HARD if hard else _EASY)
        cheap = dice.random() < (0.25 if hard else 0.95)
        rows.append({"task": f"{text}, number {number}", "cheap_ok": cheap, "strong_ok": True})
    return rows


def pure_chance(count: int, seed: int = 1) -> list[Row]:
    """Which model is right has nothing to do with the task."""
    dice = random.Random(seed)  # noqa: S311 - the same rows in every run
    return [
        {
            "task": f"{dice.choice(_EASY + _HARD)}, number {number}",
            "cheap_ok": dice.random() < 0.6,
            "strong_ok": dice.random() < 0.8,
        }
        for number in range(count)
    ]


@pytest.fixture
def calibrate() -> Ask:
    """A function without a store."""
    recommend = handler("recommend")

    def send(rows: list[Row] | None = None, **fields: Any) -> Answer:
        body = {**NOW, **fields} | ({} if rows is None else {"rows": rows})
        return post(recommend, EVENT, body)

    return send


@pytest.fixture
def stored(moto_table: StoreTable) -> tuple[Handler, StoreTable]:
    """A function with an empty store."""
    os.environ |= moto_table.environment()
    return handler("recommend"), moto_table


# What is measured


def test_three_hundred_labels_show_what_routing_is_worth_with_its_interval(calibrate: Ask) -> None:
    body = calibrate(learnable(300)).body
    apgr = {name: float(one) for name, one in body["measures"]["apgr"].items()}
    assert apgr["low"] < apgr["value"] < apgr["high"]
    assert apgr["value"] >= 0.6
    assert apgr["low"] > 0.5
    assert body["verdict"] == "beats_random"
    assert body["policy_id"].startswith("policy-")
    assert body["stored"] is False  # there is no store here
    for name in ("cpt_50", "cpt_80"):
        found = {key: float(one) for key, one in body["measures"][name].items()}
        assert 0 <= found["low"] <= found["value"] <= found["high"] <= 1
    assert float(body["measures"]["cpt_50"]["value"]) < float(body["measures"]["cpt_80"]["value"])


def test_the_random_control_is_random(calibrate: Ask) -> None:
    control = calibrate(learnable(300)).body["control"]
    assert float(control["apgr_low"]) < 0.5 < float(control["apgr_high"])
    assert abs(float(control["apgr_mean"]) - 0.5) < 0.03


def test_qualities_are_the_shares_of_right_answers(calibrate: Ask) -> None:
    rows = learnable(200)
    body = calibrate(rows).body
    cheap = Fraction(sum(row["cheap_ok"] for row in rows), 200)
    assert Fraction(body["cheap_quality"]) == cheap
    assert body["strong_quality"] == "1"
    assert body["curve"][0]["quality"] == body["cheap_quality"]
    assert body["curve"][-1]["quality"] == "1"
    assert [point["strong_share"] for point in body["curve"]][:3] == ["0", "0.1", "0.2"]
    halfway = body["curve"][5]
    assert Fraction(halfway["random_quality"]) == pytest.approx(float((cheap + 1) / 2), abs=1e-4)


def test_data_that_cannot_beat_random_is_told_so_and_makes_no_policy(calibrate: Ask) -> None:
    body = calibrate(pure_chance(300)).body
    assert body["verdict"] == "no_better_than_random"
    assert body["policy_id"] is None
    assert body["why"].startswith("No policy: ")
    assert "random" in body["why"]
    assert body["measures"]["apgr"]["value"]  # what was seen is shown all the same


def test_a_strong_model_that_is_not_better_leaves_nothing_to_route(calibrate: Ask) -> None:
    rows = [{"task": f"Task {n}", "cheap_ok": True, "strong_ok": n % 2 == 0} for n in range(100)]
    body = calibrate(rows).body
    assert (body["verdict"], body["policy_id"]) == ("strong_is_not_better", None)
    assert (body["measures"], body["control"], body["recommended"]) == (None, None, None)
    assert body["curve"] == []
    assert "use the cheap model alone" in body["why"]


@pytest.mark.parametrize(("gained", "verdict"), [(13, "gap_is_unclear"), (14, "other")])
def test_a_gap_that_may_be_chance_gives_no_policy(
    calibrate: Ask, gained: int, verdict: str
) -> None:
    # 5 rows lost, so many gained, of 200: the mean gain is 1.9 or 2.1 standard errors.
    rows = [
        {"task": f"Task {n}", "cheap_ok": n < 5 or n >= 5 + gained, "strong_ok": n >= 5}
        for n in range(200)
    ]
    body = calibrate(rows).body
    assert (body["verdict"] == "gap_is_unclear") is (verdict == "gap_is_unclear")
    if verdict == "gap_is_unclear":
        assert body["policy_id"] is None
        assert "may be chance" in body["why"]


def test_few_rows_that_tell_the_models_apart_are_warned_of(calibrate: Ask) -> None:
    rows = [{"task": f"Task {n}", "cheap_ok": n > 28, "strong_ok": True} for n in range(200)]
    assert [one["code"] for one in calibrate(rows).body["warnings"]] == ["few_telling_rows"]
    rows[29]["cheap_ok"] = False
    assert calibrate(rows).body["warnings"] == []


def test_of_more_than_1500_rows_so_many_are_measured_and_the_answer_says_so(calibrate: Ask) -> None:
    rows = learnable(1501)
    all_of_them, most_of_them = calibrate(rows[:1500]).body, calibrate(rows).body
    assert not any("are measured" in text for text in all_of_them["assumptions"])
    assert (
        "1,500 of the 1,501 rows are measured and learned from: drawn evenly, and always the same"
        " ones for the same number of rows."
    ) in most_of_them["assumptions"]
    assert (all_of_them["rows"], most_of_them["rows"]) == (1500, 1501)
    assert calibrate(rows).body == most_of_them


def test_the_rows_that_are_measured_stand_for_all(calibrate: Ask) -> None:
    # In order of difficulty: the first or the last 1,500 would have another quality.
    rows = sorted(learnable(3000), key=lambda row: bool(row["cheap_ok"]))
    of_all = sum(row["cheap_ok"] for row in rows) / 3000
    found = calibrate(rows).body
    # Four standard errors of 1,500 rows drawn from 3,000.
    error = (of_all * (1 - of_all) / 1500 / 2) ** 0.5
    assert float(found["cheap_quality"]) == pytest.approx(of_all, abs=4 * error)
    assert found["verdict"] == "beats_random"


def test_a_text_is_read_once_however_often_it_is_sent(
    calibrate: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def noted(task: str) -> Any:
        read.append(task)
        return judged_task(task)

    monkeypatch.setattr(in_domain, "judged_task", noted)
    calibrate([{**row, "task": f"Task {n % 7}"} for n, row in enumerate(learnable(700))])
    assert sorted(read) == [f"Task {n}" for n in range(7)]
    read.clear()
    calibrate(learnable(10_000))
    assert len(read) == len(set(read)) == 1500


# The threshold and its cost


def test_the_wanted_quality_is_reached_with_fewer_strong_calls_than_chance_needs(
    calibrate: Ask,
) -> None:
    found = calibrate(learnable(300), wanted_quality="0.9").body["recommended"]
    assert Fraction(found["quality"]["value"]) >= Fraction("0.9")
    assert Fraction(found["strong_share"]) < Fraction(found["random_strong_share"])
    assert float(found["quality"]["low"]) <= float(found["quality"]["value"])


@pytest.mark.parametrize(("wanted", "share"), [("0", "0"), ("1", None)])
def test_both_ends_of_the_wanted_quality(calibrate: Ask, wanted: str, share: str | None) -> None:
    found = calibrate(learnable(200), wanted_quality=wanted).body["recommended"]
    if share is None:
        assert found["quality"]["value"] == "1"
    else:
        assert (found["strong_share"], found["share_over_threshold"]) == (share, share)


def test_costs_of_the_rows_make_the_saving_curve(calibrate: Ask) -> None:
    rows = [
        {**row, "cheap_usd": "0.001", "strong_usd": "0.01" if n % 2 else "0.03"}
        for n, row in enumerate(learnable(200))
    ]
    curve = calibrate(rows).body["curve"]
    assert curve[0]["per_call_usd"] == "0.001"
    assert curve[-1]["per_call_usd"] == "0.02"
    assert (curve[0]["saves_percent"], curve[-1]["saves_percent"]) == ("95", "0")


def test_a_typical_call_is_priced_where_the_rows_have_no_costs(calibrate: Ask) -> None:
    usage = {"input_tokens": 1000, "output_tokens": 200}
    curve = calibrate(learnable(200), usage=usage).body["curve"]
    assert (curve[0]["per_call_usd"], curve[-1]["per_call_usd"]) == ("0.0002", "0.008")
    assert curve[5]["per_call_usd"] == "0.0041"
    assert calibrate(learnable(200)).body["curve"][0]["per_call_usd"] is None


# The policy


def test_the_policy_is_stored_once_under_its_content_and_then_decides(
    stored: tuple[Handler, StoreTable],
) -> None:
    recommend, table = stored
    asked = {"rows": learnable(300), "wanted_quality": "0.9", **NOW}
    first = post(recommend, EVENT, asked).body
    again = post(recommend, EVENT, asked).body
    assert (first["stored"], again["stored"]) == (True, True)
    assert first["policy_id"] == again["policy_id"]
    items = table.client.scan(TableName=table.name)["Items"]
    assert [item["pk"]["S"] for item in items] == [f"POLICY#{first['policy_id']}"]

    tasks = [f"{text}, number 999" for text in (*_EASY, *_HARD)]
    body = {"tasks": tasks, "policy_id": first["policy_id"], "expected_output_tokens": 9, **NOW}
    answer = post(handler("recommend"), RECOMMEND, body)
    found = answer.body["recommendations"]
    cheap, strong = "claude-haiku-5-5", "claude-opus-5-5"
    assert [one["model"]["id"] for one in found] == [cheap, cheap, strong, strong]
    assert {one["decided_by"] for one in found} == {"learned_policy"}
    assert answer.body["policy"]["id"] == first["policy_id"]
    assert answer.body["policy"]["models"] == [
        {"model": cheap, "roles": ["cheap"]},
        {"model": strong, "roles": ["strong"]},
    ]


def test_other_rows_make_another_policy(stored: tuple[Handler, StoreTable]) -> None:
    recommend, _ = stored
    ids = {
        post(recommend, EVENT, {"rows": learnable(300, seed), **NOW}).body["policy_id"]
        for seed in (1, 2)
    }
    assert len(ids) == 2


def test_a_policy_that_was_tampered_with_is_refused(stored: tuple[Handler, StoreTable]) -> None:
    recommend, table = stored
    found = post(recommend, EVENT, {"rows": learnable(300), **NOW}).body["policy_id"]
    key = {"pk": {"S": f"POLICY#{found}"}, "sk": {"S": "DOC"}}
    for content in (zlib.compress(b"{}"), b"no zlib"):
        table.client.put_item(TableName=table.name, Item={**key, "content": {"B": content}})
        body = {"task": "Do it", "policy_id": found, **NOW}
        answer = post(handler("recommend"), RECOMMEND, body)
        assert answer.status == 503
        assert answer.body["type"] == "/docs#store-unavailable"


def test_a_store_that_does_not_answer_is_reported(moto_table: StoreTable) -> None:
    os.environ |= {**moto_table.environment(), "TARIFF_TABLE": "nowhere"}
    answer = post(handler("recommend"), EVENT, {"rows": learnable(300), **NOW})
    assert answer.status == 503
    body = {"task": "Do it", "policy_id": "policy-1", **NOW}
    assert post(handler("recommend"), RECOMMEND, body).status == 503


def test_no_task_is_stored_logged_or_answered(
    stored: tuple[Handler, StoreTable], capsys: pytest.CaptureFixture[str]
) -> None:
    recommend, table = stored
    rows = [{**row, "task": f"{CANARY} {row['task']} {CANARY}"} for row in learnable(300)]
    answer = post(recommend, EVENT, {"rows": rows, **NOW})
    assert answer.body["stored"] is True
    (item,) = table.client.scan(TableName=table.name)["Items"]
    content = zlib.decompress(item["content"]["B"]).decode()
    logged = capsys.readouterr()
    for kept in (content, logged.out, logged.err, json.dumps(answer.body)):
        assert CANARY not in kept.lower()
        assert "race condition" not in kept.lower()
        assert "greeting" not in kept.lower()


# Rows in S3


def test_rows_in_s3_are_read_as_a_list_or_as_lines(
    calibrate: Ask, bucket: Callable[[str, bytes], str]
) -> None:
    rows = learnable(120)
    inline = calibrate(rows).body
    as_list = json.dumps(rows, indent=1).encode()
    lines = b"\n".join(json.dumps(row).encode() for row in rows) + b"\n\n"
    for content in (as_list, lines):
        uri = bucket("2026/rows", content)
        assert calibrate(source={"s3_uri": uri}).body == inline


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        (b"[1, 2", "/source/s3_uri"),
        (b'{"task": "a", "cheap_ok": true, "strong_ok": true}\n{"task":', "/source/s3_uri"),
        (b"\xff\xfe", "/source/s3_uri"),
        (b"", "/rows"),
        (b"[]", "/rows"),
        (b"7\n" * 100, "/rows/0"),
        (b'{"task": "a", "cheap_ok": 1, "strong_ok": true}\n' * 100, "/rows/0/cheap_ok"),
    ],
)
def test_rows_in_s3_that_are_none_are_refused(
    calibrate: Ask, bucket: Callable[[str, bytes], str], content: bytes, pointer: str
) -> None:
    uri = bucket("rows", content)
    assert pointer in pointers(calibrate(source={"s3_uri": uri}))


# Requests that are refused


@pytest.mark.parametrize(
    ("rows", "fields", "pointer"),
    [
        (learnable(99), {}, "/rows"),
        (None, {}, "/rows"),
        (learnable(100), {"source": {"s3_uri": "s3://a-bucket/b"}}, "/rows"),
        ([{**row, "task": " " * 0} for row in learnable(100)], {}, "/rows/0/task"),
        ([{**row, "grade": 1} for row in learnable(100)], {}, "/rows/0/grade"),
        ([{**row, "cheap_usd": -1} for row in learnable(100)], {}, "/rows/0/cheap_usd"),
        (learnable(100), {"wanted_quality": "1.01"}, "/wanted_quality"),
        (learnable(100), {"usage": {"input_tokens": -1}}, "/usage/input_tokens"),
    ],
)
def test_what_cannot_be_calibrated_is_refused_at_the_field(
    calibrate: Ask, rows: list[Row] | None, fields: dict[str, Any], pointer: str
) -> None:
    assert pointer in pointers(calibrate(rows, **fields))


def test_an_unknown_model_is_named_where_it_stands(calibrate: Ask) -> None:
    for field in ("cheap_model", "strong_model"):
        answer = calibrate(learnable(100), **{field: "gpt-0"})
        assert (answer.status, answer.body["errors"][0]["pointer"]) == (404, f"/{field}")


def test_hostile_texts_are_measured_like_any_other(calibrate: Ask) -> None:
    texts = ["\x00\x1b[31m", "中文任务" * 50, "'; DROP TABLE--", "😀" * 500, "{" * 2000, "\u202e"]
    rows = [
        {"task": texts[n % len(texts)], "cheap_ok": n % 3 == 0, "strong_ok": n % 2 == 0}
        for n in range(120)
    ]
    assert calibrate(rows).status == 200


def test_a_body_of_megabytes_is_taken_and_one_past_the_limit_is_not(calibrate: Ask) -> None:
    rows = [{**row, "task": row["task"] + " x" * 2000} for row in learnable(150)]
    assert calibrate(rows).status == 200
    assert post(handler("recommend"), EVENT, " " * (5 * 1024 * 1024 + 1)).status == 413
    assert post(handler("recommend"), RECOMMEND, " " * (256 * 1024 + 1)).status == 413


@pytest.mark.parametrize(
    "typical",
    [
        {"usage": {"prompt_tokens": 800, "completion_tokens": 200, "total_tokens": 1000}},
        {"usage": {"promptTokenCount": 800, "candidatesTokenCount": 200}},
        {"usage": {"inputTokens": 800, "outputTokens": 200, "totalTokens": 1000}},
        {
            "response": {
                "object": "chat.completion",
                "model": "gpt-5",
                "usage": {"prompt_tokens": 800, "completion_tokens": 200},
            }
        },
    ],
)
def test_the_usage_of_a_typical_call_may_have_any_shape(
    calibrate: Ask, typical: dict[str, Any]
) -> None:
    rows = learnable(150)
    usual = calibrate(rows, usage={"input_tokens": 800, "output_tokens": 200}).body
    found = calibrate(rows, **typical)
    assert found.status == 200
    assert found.body["recommended"] == usual["recommended"]
    assert found.body["curve"] == usual["curve"]


def test_a_usage_in_which_nothing_is_understood_is_refused(calibrate: Ask) -> None:
    answer = calibrate(learnable(150), usage={"bogus_tokens": 5})
    assert answer.status == 422
