"""The tools that an answer's items show were used, counted by what each provider bills."""

from typing import Any

import pytest

from pricing.errors import InvalidRequest
from pricing.usage.buckets import MAX_COUNT
from pricing.usage.tools import stated_tools, tool_usage, unknown_items, usage_of


def used(body: dict[str, Any], model: str = "some-model") -> dict[str, int]:
    """The uses that are billed, by tool."""
    usage = tool_usage(body, model)
    buckets = {"web_search": usage.web_search, "code_execution": usage.code_execution}
    units = {quantity.component: int(quantity.count) for quantity in usage.units}
    return {name: count for name, count in (buckets | units).items() if count}


def items(*found: Any) -> dict[str, Any]:
    """OpenAI's response with these items."""
    return {"output": list(found)}


SEARCH = {"type": "web_search_call", "status": "completed"}
CODE = {"type": "code_interpreter_call"}


@pytest.mark.parametrize(
    ("item", "searches"),
    [
        (SEARCH, 1),
        ({"type": "web_search_call"}, 1),
        (SEARCH | {"action": {"type": "search", "query": "x"}}, 1),
        (SEARCH | {"action": {"query": "x"}}, 1),
        (SEARCH | {"action": "search"}, 1),
        (SEARCH | {"action": {"type": "open_page"}}, 0),
        (SEARCH | {"action": {"type": "find_in_page"}}, 0),
        (SEARCH | {"status": "failed"}, 0),
        (SEARCH | {"status": "failed", "action": {"type": "search"}}, 0),
        ({"type": "message", "action": {"type": "search"}}, 0),
    ],
)
def test_openai_bills_a_search_that_did_not_fail_and_nothing_done_in_its_results(
    item: dict[str, Any], searches: int
) -> None:
    assert used(items(item)).get("web_search", 0) == searches
    assert used(items(item, item)).get("web_search", 0) == 2 * searches


@pytest.mark.parametrize(
    ("containers", "billed"),
    [(("a", "a"), 1), (("a", "b"), 2), ((None, None), 2), (("a", None, "a"), 2)],
)
def test_openai_bills_a_container_once_however_often_code_ran_in_it(
    containers: tuple[str | None, ...], billed: int
) -> None:
    ran = [CODE | ({"container_id": name} if name else {}) for name in containers]
    assert used(items(*ran)) == {"code_interpreter": billed}


def test_openais_own_number_of_searches_counts_where_their_items_are_not_there() -> None:
    totals = {"tool_usage": {"web_search": {"num_requests": 3}, "image_gen": {"total_tokens": 0}}}
    assert used(totals) == {"web_search": 3}
    assert used(totals | items(SEARCH)) == {"web_search": 3}
    assert used(totals | items(SEARCH, SEARCH, SEARCH, SEARCH)) == {"web_search": 4}
    assert used({"tool_usage": {"web_search": {"num_requests": True}}}) == {}


def test_openai_bills_the_other_tools_by_the_call() -> None:
    listed = items({"type": "file_search_call"}, {"type": "x_search_call"}, SEARCH, CODE)
    assert used(listed) == {
        "file_search": 1, "x_search": 1, "web_search": 1, "code_interpreter": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        items({"type": ["web_search_call"]}, {"type": None}, "web_search_call", None),
        {"output": {"type": "web_search_call"}},
        {"output": "web_search_call"},
        {"candidates": [{"groundingMetadata": "web"}, {"groundingMetadata": None}, 3]},
        {"candidates": [{"groundingMetadata": {"webSearchQueries": "a", "groundingChunks": 3}}]},
        {"server_side_tool_usage": ["SERVER_SIDE_TOOL_X_SEARCH"]},
        {"content": [{"toolCallId": {}, "output": {"action": {"type": "open_page"}}}]},
        {"content": [{"type": "tool-call", "providerExecuted": True, "toolCallId": []}]},
    ],
)
def test_what_has_another_form_uses_no_tool(body: dict[str, Any]) -> None:
    assert used(body) == {}


def test_a_call_of_an_unknown_kind_is_pointed_at_since_it_may_be_billed() -> None:
    body = items(SEARCH, {"type": "dream_call"}, {"type": "function_call"}, {"type": "dream"})
    assert [*unknown_items(body, "/response")] == ["/response/output/1"]


def grounded(**found: Any) -> dict[str, Any]:
    """Gemini's answer with this grounding, in one candidate."""
    return {"candidates": [{"groundingMetadata": found}]}


@pytest.mark.parametrize(
    ("model", "queries", "billed"),
    [
        ("gemini-2.5-pro", ["a", "b", "c"], 1),
        ("gemini-1.5-flash", ["a", "b"], 1),
        ("gemini-3-pro", ["a", "b", "c"], 3),
        ("gemini-3-pro", ["a", "a"], 1),
        ("gemini-3-pro", [], 0),
        ("gemini-2.5-pro", [], 0),
    ],
)
def test_google_bills_grounding_by_the_query_from_gemini_3_on_and_by_the_prompt_before(
    model: str, queries: list[str], billed: int
) -> None:
    assert used(grounded(webSearchQueries=queries), model).get("web_search", 0) == billed
    snake = {"candidates": [{"grounding_metadata": {"web_search_queries": queries}}]}
    assert used(snake, model).get("web_search", 0) == billed


def test_queries_of_all_candidates_and_of_images_are_counted_together() -> None:
    body = {
        "candidates": [
            {"groundingMetadata": {"webSearchQueries": ["a", "b"]}},
            {"groundingMetadata": {"webSearchQueries": ["b"], "imageSearchQueries": ["c"]}},
        ]
    }
    assert used(body, "gemini-3-pro") == {"web_search": 3}


@pytest.mark.parametrize("model", ["gemini-2.5-pro", "gemini-3-pro"])
@pytest.mark.parametrize("name", ["groundingChunks", "grounding_chunks"])
def test_chunks_without_their_queries_show_one_search_or_a_map(model: str, name: str) -> None:
    assert used(grounded(**{name: [{"web": {}}, {"web": {}}]}), model) == {"web_search": 1}
    assert used(grounded(**{name: [{"maps": {}}]}), model) == {"maps": 1}
    both = grounded(**{name: [{"maps": {}}, {"web": {}}, {"retrievedContext": {}}]})
    assert used(both, model) == {"web_search": 1, "maps": 1}
    assert used(grounded(**{name: [{"retrievedContext": {}}]}), model) == {}


@pytest.mark.parametrize(
    ("count", "billed"), [(1, 1), (MAX_COUNT, MAX_COUNT), (0, 0), (-1, 0), (MAX_COUNT + 1, 0)]
)
def test_xais_map_is_billed_within_the_limit_of_a_count(count: int, billed: int) -> None:
    stated = {"SERVER_SIDE_TOOL_X_SEARCH": count, "SERVER_SIDE_TOOL_VIEW_IMAGE": 5}
    assert used({"server_side_tool_usage": stated}).get("x_search", 0) == billed


def test_xais_two_searches_of_documents_are_one_tool_and_true_is_not_counted() -> None:
    stated = {
        "SERVER_SIDE_TOOL_DOCUMENT_SEARCH": 2,
        "SERVER_SIDE_TOOL_COLLECTIONS_SEARCH": 3,
        "SERVER_SIDE_TOOL_WEB_SEARCH": True,
    }
    assert used({"server_side_tool_usage": stated}) == {"file_search": 5}


def test_stated_uses_are_summed_by_what_is_billed() -> None:
    stated = {"web_search": 1, "grounding_query": 2, "grounding_prompt": 4, "web_fetch": 8}
    assert stated_tools(stated, "/tool_uses") == {"web_search": 7, "web_fetch": 8}
    assert stated_tools({"maps": 0}, "/tool_uses") == {"maps": 0}
    assert stated_tools({"maps": MAX_COUNT}, "/tool_uses") == {"maps": MAX_COUNT}


@pytest.mark.parametrize(
    ("stated", "pointer"),
    [
        ({"palm_reading": 1}, "/tool_uses"),
        (["web_search"], "/tool_uses"),
        ({"maps": -1}, "/tool_uses/maps"),
        ({"maps": MAX_COUNT + 1}, "/tool_uses/maps"),
        ({"maps": True}, "/tool_uses/maps"),
        ({"maps": "1"}, "/tool_uses/maps"),
    ],
)
def test_stated_uses_must_be_counts_of_known_tools(stated: Any, pointer: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        stated_tools(stated, "/tool_uses")
    assert [error.pointer for error in refused.value.errors] == [pointer]


def test_tools_without_a_fee_are_left_out_of_the_usage() -> None:
    usage = usage_of({"web_fetch": 3, "computer_use": 1, "code_execution": 2, "maps": 0})
    assert (usage.web_search, usage.code_execution, usage.units) == (0, 2, ())


@pytest.mark.parametrize(("listed", "counted"), [(10_000, 10_000), (10_001, 10_000)])
def test_as_many_items_are_looked_at_as_a_real_answer_may_have(listed: int, counted: int) -> None:
    body = {"output": [{"type": "file_search_call"}] * listed}
    assert [int(one.count) for one in tool_usage(body, "gpt-5").units] == [counted]


@pytest.mark.parametrize("ids", [("a", "b"), (["a"], {"b": 1}), (1, None)])
def test_a_tools_call_is_matched_with_its_result_whatever_its_id_is(ids: tuple[Any, Any]) -> None:
    call = {"type": "tool-call", "toolName": "web_search", "providerExecuted": True}
    opened = {"type": "tool-result", "output": {"action": {"type": "open_page"}}}
    content = [{**call, "toolCallId": one} for one in ids] + [{**opened, "toolCallId": ids[0]}]
    assert used({"content": content}) == {"web_search": 1}


def message(**held: Any) -> dict[str, Any]:
    """A chat completion whose message has this."""
    return {"choices": [{"message": {"role": "assistant", **held}}]}


@pytest.mark.parametrize(
    ("ran", "uses", "unknown"),
    [
        ([{"type": "search"}], {"web_search": 1}, 0),
        ([{"type": "browser_search", "name": "browser.search"}], {"web_search": 1}, 0),
        ([{"type": "browser_search"}, {"type": "browser_search"}], {"web_search": 2}, 0),
        ([{"type": "browser_search", "name": "browser.open"}], {}, 1),
        ([{"type": "python"}, {"type": "python"}], {"code_interpreter": 1}, 0),
        ([{"type": "visit_website"}, {"name": "x"}], {}, 2),
        ([{"type": "mcp"}, {"type": "function"}], {}, 0),
        ("search", {}, 0),
    ],
)
def test_tools_that_groq_ran_are_billed_or_pointed_at(
    ran: Any, uses: dict[str, int], unknown: int
) -> None:
    body = message(executed_tools=ran)
    assert used(body) == uses
    pointed_at = [f"/r/choices/0/message/executed_tools/{number}" for number in range(unknown)]
    assert [*unknown_items(body, "/r")] == pointed_at


def test_moonshot_bills_its_own_search_and_not_the_callers_tools() -> None:
    calls = [{"type": "builtin_function", "function": {"name": "$web_search"}}]
    other = [{"type": "function", "function": {"name": "web_search"}}]
    assert used(message(tool_calls=[*calls, *calls, *other])) == {"web_search": 2}
    delta = {"choices": [{"delta": {"tool_calls": calls}}]}
    assert used(delta) == {"web_search": 1}
    assert used(message(tool_calls=other)) == {}


def test_what_zais_search_found_is_one_search() -> None:
    found = [{"title": "a"}, {"title": "b"}]
    assert used({**message(), "web_search": found}) == {"web_search": 1}
    assert used({**message(), "web_search": []}) == {}
    assert used({"web_search": found}) == {}


@pytest.mark.parametrize("name", ["steps", "outputs"])
def test_searches_and_maps_of_an_interaction_are_billed_as_those_of_any_answer(name: str) -> None:
    first = {"type": "google_search_call", "arguments": {"queries": ["a", "b"]}}
    again = {"type": "google_search_call", "arguments": {"queries": ["b", "c"]}}
    others = [{"type": "google_search_result"}, {"type": "url_context_call"}]
    body = {name: [first, again, *others, {"type": "google_maps_call"}]}
    assert used(body, "gemini-3-flash-preview") == {"web_search": 3, "maps": 1}
    assert used(body, "gemini-2.5-flash") == {"web_search": 1, "maps": 1}
    assert used({name: [{"type": "google_search_call"}]}, "gemini-3-pro") == {"web_search": 1}
    assert used({name: others}, "gemini-3-pro") == {}


@pytest.mark.parametrize(("tokens", "billed"), [(1056, 1), (0, 0), ("1056", 0), (None, 0)])
def test_openais_own_count_of_image_tokens_shows_that_it_drew(tokens: Any, billed: int) -> None:
    body = {"tool_usage": {"image_gen": {"output_tokens": tokens}}}
    assert used(body).get("image_generation", 0) == billed
    drawn = {**body, **items(*[{"type": "image_generation_call"}] * 2)}
    assert used(drawn)["image_generation"] == 2


@pytest.mark.parametrize(
    ("names", "billed"),
    [
        (("bash_code_execution", "text_editor_code_execution"), 2),
        (("code_execution",), 1),
        (("bash_code_execution", "web_search"), 0),
        (("web_fetch", "code_execution"), 0),
        (("tool_search_tool_regex",), 0),
    ],
)
def test_code_that_claude_ran_is_billed_except_next_to_searches(
    names: tuple[str, ...], billed: int
) -> None:
    ran = [{"type": "server_tool_use", "name": name} for name in names]
    assert used({"content": ran}).get("code_execution", 0) == billed
    assert used({"content": [{**one, "type": "tool_use"} for one in ran]}) == {}
