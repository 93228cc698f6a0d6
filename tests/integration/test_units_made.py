"""What endpoints that bill by the unit answer without usage, or are asked for, at its price.

Expected sums are worked out by hand, from prices of the lists of 2026-11.
"""

from typing import Any

import pytest

from tests.support.cases import cases
from tests.support.handlers import Ask, Event, handler, pointers, post


def images(number: int, **more: str) -> dict[str, Any]:
    return {"created": 1760000000, "data": [{"url": "https://example.com/a.png"}] * number, **more}


#: Units of search are of up to a hundred documents, at 0.002 each.
RERANKED = {
    "101 results": (
        {
            "model": "cohere/rerank-v3.5",
            "response": {"results": [{"index": n, "relevance_score": 0.1} for n in range(101)]},
        },
        "0.004",
    ),
    "a request of 101": (
        {"request": {"model": "rerank-v3.5", "query": "cats", "documents": ["a"] * 101}},
        "0.004",
    ),
    "a request of 100": (
        {"request": {"model": "rerank-v3.5", "query": "cats", "documents": ["a"] * 100}},
        "0.002",
    ),
}
#: A response as it came, or a request before it is sent; and the right total.
CASES = {given["case"]: (given["body"], given["total"]) for given in cases("units")["made"]}
CASES |= RERANKED


@pytest.mark.parametrize("name", CASES)
def test_what_is_made_or_asked_for_costs_what_the_provider_bills(estimate: Ask, name: str) -> None:
    body, total = CASES[name]
    answer = estimate(body)
    assert (answer.status, answer.body["status"]) == (200, "priced"), answer.body
    assert answer.body["total_usd"] == total


#: What holds no result that is billed by the unit, and must not be taken for one.
NOTHING_MADE: dict[str, Any] = {
    "embeddings": {"object": "list", "data": [{"embedding": [0.1], "url": "x"}]},
    "no images": {"data": []},
    "images of a prompt": {"messages": [], "images": ["aaaa"]},
    "a video that failed": {"object": "video", "status": "failed", "seconds": "8"},
    "a length of zero": {"task": "transcribe", "duration": 0},
    "a length that is no number": {"audio_duration": True},
    "results of a search": {"results": [{"title": "x"}]},
    "channels without a length": {"metadata": {}, "results": {"channels": [{}]}},
}


@pytest.mark.parametrize("name", NOTHING_MADE)
def test_an_answer_that_shows_nothing_billed_must_have_usage(estimate: Ask, name: str) -> None:
    answer = estimate({"model": "dall-e-3", "response": NOTHING_MADE[name]})
    assert answer.status == 422
    assert answer.body["errors"][0]["pointer"] == "/response/usage"


@pytest.mark.parametrize("model", [{"id": "dall-e-3"}, ["dall-e-3"], 3, "", "x" * 129])
def test_a_request_for_an_image_must_name_its_model(estimate: Ask, model: object) -> None:
    answer = estimate({"request": {"model": model, "prompt": "a", "size": "1024x1024"}})
    assert pointers(answer) == ["/request/model"]


def test_a_prompt_with_a_limit_of_tokens_is_not_taken_for_that_of_an_image(estimate: Ask) -> None:
    body = {"model": "gpt-3.5-turbo-instruct", "prompt": "a", "n": 2, "max_tokens": 5}
    lines = estimate({"request": body}).body["line_items"]
    assert [line["component"] for line in lines] == ["input", "output"]


#: Requests that neither ask for a unit nor send a prompt.
PROMPTS = (
    {"model": "dall-e-3", "size": "1024x1024"},
    {"model": "rerank-v3.5", "query": "cats", "documents": []},
)


@pytest.mark.parametrize("body", PROMPTS)
def test_a_request_that_asks_for_no_unit_must_hold_a_prompt(
    estimate: Ask, body: dict[str, Any]
) -> None:
    answer = estimate({"request": body})
    assert answer.status == 422
    assert answer.body["errors"][0]["pointer"] == "/request"


def test_a_size_without_a_price_is_refused_at_the_response(estimate: Ask) -> None:
    answer = estimate({"model": "dall-e-3", "response": images(1, size="512x512")})
    assert answer.status == 422
    (error,) = answer.body["errors"]
    assert error["pointer"] == "/response/size"
    assert "1024x1024" in error["detail"]


def test_a_size_left_to_the_model_is_an_assumption_with_the_range(estimate: Ask) -> None:
    answer = estimate({"model": "dall-e-3", "response": images(1, size="auto")}).body
    assert answer["total_usd"] == "0.04"
    assert "from 0.04 to 0.12 USD" in answer["assumptions"][0]


#: A request to Sonar costs $5, $8 or $12 per 1,000 by its search context; tokens 1 + 1 a million.
SONAR = {None: "0.007", "low": "0.007", "medium": "0.01", "high": "0.014"}


@pytest.mark.parametrize("size", SONAR)
def test_perplexity_bills_a_request_by_the_search_context_that_its_usage_states(
    estimate: Ask, size: str | None
) -> None:
    usage: dict[str, Any] = {"prompt_tokens": 1000, "completion_tokens": 1000, "total_tokens": 2000}
    if size:
        usage["search_context_size"] = size
    answer = estimate({"model": "perplexity/sonar", "response": {"model": "sonar", "usage": usage}})
    assert answer.body["total_usd"] == SONAR[size]
    said = [text for text in answer.body["assumptions"] if "search_context_size" in text]
    assert bool(said) == (size is None)


def test_the_fee_is_billed_once_a_request(estimate: Ask) -> None:
    """Three requests: 3 x (0.001 + 0.001 + 0.005)."""
    usage = {"prompt_tokens": 1000, "completion_tokens": 1000, "total_tokens": 2000}
    answer = estimate({"model": "perplexity/sonar", "usage": usage, "calls": 3})
    assert answer.body["total_usd"] == "0.021"


def test_a_search_context_changes_nothing_where_requests_have_no_fee(estimate: Ask) -> None:
    """gpt-5.1: 1,000 x 1.25 and 1,000 x 10 a million."""
    usage = {"prompt_tokens": 1000, "completion_tokens": 1000, "search_context_size": "high"}
    answer = estimate({"model": "gpt-5.1", "usage": usage}).body
    assert (answer["total_usd"], answer["status"]) == ("0.01125", "priced")


def test_files_in_a_vector_store_cost_by_the_gigabyte_and_day(estimate: Ask) -> None:
    """2.5 GB for 30 days are 75 GB-days at $0.10."""
    stored = [{"gigabytes": "2.5", "days": "30"}]
    answer = estimate({"model": "openai/vector-store", "units": {"vector_storage": stored}}).body
    (line,) = answer["line_items"]
    assert (line["unit"], line["usd_per_gb_day"], answer["total_usd"]) == ("gb_day", "0.1", "7.5")


def test_agent_sessions_and_containers_cost_by_the_hour(estimate: Ask) -> None:
    """1.5 h x 0.08 and 2 h x 0.05."""
    hours = {"session_hours": "1.5", "code_execution_hours": "2"}
    answer = estimate({"model": "claude-opus-5", "units": hours}).body
    assert (answer["total_usd"], answer["status"]) == ("0.22", "priced")


def test_xais_tools_have_the_prices_of_its_page(estimate: Ask) -> None:
    """Two web searches, three on X and one execution, each 0.005; 1,000 x 2 + 100 x 6."""
    answer = estimate(
        {
            "model": "grok-4.7",
            "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
            "tool_uses": {"web_search": 2, "x_search": 3, "code_interpreter": 1},
        }
    ).body
    assert (answer["total_usd"], answer["status"]) == ("0.0326", "priced")


#: Veo 3.1 Fast on Vertex AI costs 0.1 a second with sound and 0.08 without, 0.12 and 0.1 at 1080p.
SOUND: list[tuple[dict[str, Any], str]] = [
    ({"seconds": "8"}, "0.8"),
    ({"seconds": "8", "audio": True}, "0.8"),
    ({"seconds": "8", "audio": False, "resolution": "720p"}, "0.64"),
    ({"seconds": "8", "audio": False, "resolution": "1080p"}, "0.8"),
]


@pytest.mark.parametrize(("video", "total"), SOUND)
def test_video_without_sound_costs_less_where_the_provider_says_so(
    estimate: Ask, video: dict[str, Any], total: str
) -> None:
    model = "vertex/veo-3.1-fast-generate-001"
    assert estimate({"model": model, "units": {"video": [video]}}).body["total_usd"] == total


def test_a_selector_without_a_price_of_its_own_is_named(estimate: Ask) -> None:
    silent = {"seconds": "8", "audio": False, "resolution": "4k"}
    answer = estimate({"model": "vertex/veo-3.1-fast-generate-001", "units": {"video": [silent]}})
    assert answer.body["total_usd"] == "2.4"  # 8 x 0.3
    assert answer.body["assumptions"] == [
        "audio off does not change the price of video_second at veo-3.1-fast-generate-001."
    ]


def test_of_a_model_billed_by_the_unit_the_tokens_cost_nothing_more(estimate: Ask) -> None:
    """Voxtral Mini transcribes at 0.00005 a second: 203 seconds, whatever tokens they made."""
    usage = {"prompt_audio_seconds": 203, "prompt_tokens": 4, "completion_tokens": 635}
    answer = estimate({"model": "voxtral-mini-latest", "usage": usage}).body
    assert (answer["total_usd"], answer["status"]) == ("0.01015", "priced")
    assert "billed by the unit alone" in answer["assumptions"][0]


def test_tokens_alone_stay_without_a_price_at_a_model_billed_by_the_unit(estimate: Ask) -> None:
    answer = estimate({"model": "dall-e-3", "usage": {"input_tokens": 9, "output_tokens": 9}}).body
    assert (answer["total_usd"], answer["status"]) == ("0", "unpriced")


def test_a_log_of_such_answers_is_reported(event: Event) -> None:
    """Two images 0.08, 90 seconds 0.009, 8 seconds of video 0.8, a request to Sonar 0.014."""
    sonar = {"prompt_tokens": 1000, "completion_tokens": 1000, "search_context_size": "high"}
    answers: list[dict[str, Any]] = [
        {"model": "dall-e-3", "response": images(2)},
        {"model": "whisper-1", "response": {"task": "transcribe", "duration": 90}},
        {"response": {"object": "video", "model": "sora-2", "seconds": "8", "size": "720x1280"}},
        {"model": "perplexity/sonar", "response": {"model": "sonar", "usage": sonar}},
    ]
    records = [{"timestamp": "2026-08-19T10:00:00Z", **answer} for answer in answers]
    report = post(handler("usage_report"), event("usage_report"), {"records": records}).body
    assert (report["totals"]["cost_usd"], report["records"]["priced"]) == ("0.903", 4)


def test_a_cost_stated_next_to_an_image_is_compared(estimate: Ask) -> None:
    """xAI states ticks of 1e-10 USD: 200,000,000 are 0.02."""
    for ticks, differs in ((200_000_000, False), (500_000_000, True)):
        response = images(1) | {"usage": {"cost_in_usd_ticks": ticks}}
        answer = estimate({"model": "xai/grok-imagine-image", "response": response}).body
        assert answer["stated_cost_usd"] in ("0.02", "0.05")
        codes = {warning["code"] for warning in answer["warnings"]}
        assert ("stated_cost_differs" in codes) is differs


@pytest.mark.parametrize(
    ("usage", "warned"),
    [
        ({"candidatesTokenCount": 1290}, True),
        (
            {
                "candidatesTokenCount": 1290,
                "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1290}],
            },
            False,
        ),
        ({"candidatesTokenCount": 0}, False),
    ],
)
def test_output_of_an_image_model_without_details_is_warned_of(
    estimate: Ask, usage: dict[str, Any], *, warned: bool
) -> None:
    """Gemini 2.5 Flash Image: $2.5 a million tokens of text, $30 of images."""
    total = 10 + usage["candidatesTokenCount"]
    sent = {"promptTokenCount": 10, **usage, "totalTokenCount": total}
    answer = estimate({"model": "google/gemini-2.5-flash-image", "usage": sent}).body
    found = [one for one in answer["warnings"] if one["code"] == "output_modality_unknown"]
    assert bool(found) is warned
    for one in found:
        assert "at 2.5 USD per million. Those of images cost 30." in one["message"]


def test_output_of_a_chat_model_is_never_taken_for_images(estimate: Ask) -> None:
    usage = {"input_tokens": 10, "output_tokens": 1290}
    answer = estimate({"model": "gpt-5.1", "usage": usage}).body
    assert "output_modality_unknown" not in {one["code"] for one in answer["warnings"]}
