"""Whatever a card holds, its message is within Slack's limits and does nothing."""

import re
import unicodedata
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.catalogue.price_book import BookInForce, PriceBook, Provenance
from pricing.slack.blocks import ephemeral, private, shared
from pricing.slack.cards.base import Card, Table
from pricing.slack.commands import Pinned, PricedCommand
from pricing.slack.dispatch import answer
from pricing.store import bundled
from tests.support import block_kit, books
from tests.support.slack_commands import commands

NOW = datetime.fromisoformat("2026-11-23T09:30:00+00:00")
BOOK = bundled.current()
MODELS = BOOK.model_keys()
LESSON = bundled.load("lesson-2025") or BOOK  # a small one

#: Everything anybody has been seen to put where a name belongs.
PAYLOADS = [
    *("<!channel>", "<!here>", "<!everyone>", "<@U1>", "<@U0LAN0Z89|admin>", "<#C1|general>"),
    *("<!subteam^S123|team>", "<!date^1392734382^{date}^https://evil.example|x>"),
    *("<https://evil.example|claude-sonnet>", "<mailto:a@evil.example|mail>", "<tel:+1|call>"),
    *("https://evil.example", "http://169.254.169.254/", "HTTPS://EVIL.EXAMPLE/a", "ftp://x.y"),
    *("mailto:a@evil.example", "slack://user?team=T1", "javascript:alert(1)", "//evil.example"),
    *("@channel", "@here", "@everyone", "@U1", "#general", "sonnet@here"),
    *("*bold*", "_italic_", "~struck~", "`code`", "```block```", ">quote", "&gt; quote"),
    *("&lt;!channel&gt;", "&amp;lt;!here&amp;gt;", "<!chan\u200bnel>", "<\u2060@U1>"),
    *("\u202eegassem\u202c", "\u2066isolated\u2069", "\u200fright to left", "a\u061cb"),
    *("zero\u200bwidth", "joined\u200dup", "\ufeffbom", "null\x00byte", "bell\x07", "esc\x1b[31m"),
    *("line\nbreak", "carriage\r\nreturn", "tab\there", "line\u2028separator", "para\u2029graph"),
    *(":rotating_light:", "• list\n• list", "1. list", "<script>alert(1)</script>", "=1+1"),
    *("\uff1c!channel\uff1e", "\U0001f600", "\U000e0041tag", "\ue000private"),
    *("x" * 5000, "*" * 5000),
    *('"><img src=x>', "{{7*7}}", "%3C!channel%3E", "\\u003c!channel\\u003e", "<!channel"),
    "@@here",
]  # fmt: skip
#: What would make Slack do something with a string, in any kind of text.
ACTIVE = re.compile(r"[<>`*~]|&(?!\w*$)|://|(?<![0-9A-Za-z])[@#]\w|mailto:", re.IGNORECASE)


def is_inert(kind: str, text: str) -> bool:
    if kind not in ("plain_text", "raw_text", "fallback"):
        return False
    hidden = [one for one in text if unicodedata.category(one).startswith("C") and one != "\n"]
    if hidden or ACTIVE.search(text) or "&" in text:
        return False
    if kind == "fallback":  # the one that is read as mrkdwn
        return not re.search(r"_|\n|[a-z]\.[a-z]|:\w+:", text, re.IGNORECASE)
    return True


def check(message: dict[str, Any]) -> None:
    assert block_kit.faults(message) == []
    assert [one for one in block_kit.strings(message) if not is_inert(*one)] == []
    assert message["mrkdwn"] is False
    emoji = [
        value.get("emoji")
        for block in message["blocks"]
        for value in (block.get("text"), *block.get("fields", ()), *block.get("elements", ()))
        if isinstance(value, dict) and value.get("type") == "plain_text"
    ]
    assert set(emoji) <= {False}


def ask(text: str, book: PriceBook = BOOK) -> Card:
    in_force = BookInForce(book, "store", stale=False, age_seconds=12)
    return answer(text, lambda _: in_force, NOW).card


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize(
    "command",
    [
        "{}",
        "estimate {} 2k in",
        "estimate sonnet 2k {}",
        "compare {} vs opus 2k in",
        "prices {}",
        "plan caching {} 10k prefix 60 per hour",
        "route {}",
        "estimate sonnet 2k in version {}",
        "estimate sonnet 2k in on {}",
    ],
)
def test_what_a_user_types_is_inert_in_every_answer(command: str, payload: str) -> None:
    card = ask(command.format(payload), LESSON)

    check(ephemeral(card))
    check(private(card))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_who_shares_is_inert(payload: str) -> None:
    check(shared(ask("estimate sonnet 2k in"), payload))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_a_price_list_says_is_inert_in_every_answer(payload: str) -> None:
    caching = ["caching"]
    rates = {"input": "3", "output": "15", "cache_read": "0.3", "cache_write_5m": "3.75"}
    prices = [{"source": payload, "lists": {"standard": {"rates": rates}}}]
    row = books.row(
        payload,
        aliases=["rocket"],
        name=payload,
        provider=payload,
        notes=[payload] * 5,
        capabilities=caching,
        prices=prices,
    )
    book = PriceBook.from_document(
        books.document(f"v{payload}", [row], families={"rocket": f"{payload}/{payload}"})
    )
    for text in (
        "estimate rocket 2k in 1k out",
        "compare rocket vs rocket 2k in",
        "compare 2k in",
        "prices rocket",
        "prices",
        "plan caching rocket 10k prefix 60 per hour",
        "estimate rockte 2k in",
    ):
        check(ephemeral(ask(text, book)))
        check(shared(ask(text, book), "alice"))


models = st.sampled_from(MODELS)
pins = st.builds(
    Pinned, st.just("active"), st.sampled_from([None, "2020-01-01", "2025-06-01", "2099-01-01"])
)


@settings(max_examples=300)
@given(
    commands(models, pins, compared=0, hourly=1),
    st.sampled_from(["", "https://tariff.example.com"]),
)
def test_every_answer_to_a_random_command_is_within_slacks_limits(
    command: PricedCommand, page: str
) -> None:
    card = ask(command.text())

    check(ephemeral(card, page))
    check(shared(card, "alice"))


texts = st.text(max_size=400)
lines = st.lists(texts, max_size=60).map(tuple)
tables = st.integers(1, 25).flatmap(
    lambda width: st.builds(
        Table,
        st.tuples(*[texts] * width),
        st.lists(st.tuples(*[texts] * width), max_size=130).map(tuple),
        st.integers(0, 3),
    )
)
cards = st.builds(
    Card,
    title=texts,
    text=st.none() | texts,
    facts=st.lists(st.tuples(texts, texts), max_size=30).map(tuple),
    table=st.none() | tables,
    examples=lines,
    notes=lines,
    pricing=st.none()
    | st.builds(
        Provenance,
        version=texts,
        as_of=texts,
        source=st.sampled_from(["store", "bundled"]),
        stale=st.booleans(),
        age_seconds=st.none() | st.integers(0, 10**9),
    ),
    share=st.none() | st.text(min_size=1, max_size=2500),
    page=st.lists(st.tuples(texts, texts), max_size=10).map(tuple),
)


@settings(max_examples=150)
@given(cards)
def test_every_card_whatever_is_in_it_is_within_slacks_limits_and_inert(card: Card) -> None:
    check(ephemeral(card, "https://tariff.example.com"))
    check(shared(card, "alice"))


def test_rows_that_do_not_fit_are_counted() -> None:
    rows = tuple((f"row {number}", "1") for number in range(150))
    message = ephemeral(Card("Many", table=Table(("Name", "Figure"), rows)))

    (table,) = [block for block in message["blocks"] if block["type"] == "table"]
    assert len(table["rows"]) == 100
    assert table["rows"][-1][0]["text"] == "and 52 more"  # 98 rows under the head


def test_only_what_can_be_shared_has_a_share_button() -> None:
    card = ask("estimate sonnet 2k in")
    buttons = ephemeral(card)["blocks"][-1]["elements"]
    assert [one["action_id"] for one in buttons] == ["share"]
    assert buttons[0]["value"] == (
        f"estimate sonnet 2000 in version {BOOK.id} on 2026-11-23T09:30:00Z"
    )

    for other in (ask("help"), ask("nonsense"), replace(card, share="x" * 2001)):
        assert ephemeral(other)["blocks"][-1]["type"] != "actions"
    assert shared(card, "alice")["blocks"][-1]["type"] == "context"


def test_a_link_is_there_only_when_there_is_a_page_and_names_the_version() -> None:
    card = ask("estimate sonnet 2k in 1k out x100 batch")

    link = ephemeral(card, "https://tariff.example.com")["blocks"][-1]["elements"][1]["url"]
    assert link == (
        "https://tariff.example.com/?model=sonnet&input_tokens=2000&output_tokens=1000&calls=100"
        f"&processing=batch&pricing_version={BOOK.id}&as_of=2026-11-23T09%3A30%3A00Z"
    )
    assert len(ephemeral(card)["blocks"][-1]["elements"]) == 1
