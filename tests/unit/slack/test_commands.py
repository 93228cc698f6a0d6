"""What each command answers: the core's own figures, and for every error a command that works."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from pricing.catalogue.exchange_rates import TargetCurrency
from pricing.catalogue.price_book import BookInForce
from pricing.errors import StoreUnavailable
from pricing.slack.cards.base import Card, Table, footer
from pricing.slack.cards.costs import bar
from pricing.slack.dispatch import Answered, answer
from pricing.store import bundled
from pricing.store.books import Books

NOW = datetime.fromisoformat("2026-11-23T09:30:00+00:00")
BOOKS = Books(None)


def book_of(reference: str) -> BookInForce:
    if reference == "active":
        return BookInForce(bundled.current(), "store", stale=False, age_seconds=12)
    return BOOKS.in_force(reference, NOW)


def ask(text: str) -> Answered:
    return answer(
        text, book_of, NOW, currency_of=lambda code: TargetCurrency(code, bundled.exchange_rates())
    )


def card(text: str) -> Card:
    answered = ask(text)
    assert answered.problem is None, answered
    return answered.card


def table(text: str) -> Table:
    found = card(text).table
    assert found is not None
    return found


def test_an_estimate_is_headed_by_its_total_and_lists_what_it_is_made_of() -> None:
    # Sonnet 5.5 costs $2 in, $10 out, $0.10 cached a million tokens; a batch half of each.
    found = card("estimate sonnet 2k in 1k out 50k cached x100 batch")

    assert found.title == "$0.95 for 100 calls, batch"
    assert ("Each call", "$0.0095") in found.facts
    assert found.table is not None
    assert found.table.rows == (
        ("input", "200,000", "$1.00 / M", "$0.20"),
        ("cached", "5,000,000", "$0.05 / M", "$0.25"),
        ("output", "100,000", "$5.00 / M", "$0.50"),
    )


def test_calls_per_day_are_projected_as_a_workload_is() -> None:
    # The lesson's day: 15k in at $15, 3k out at $75 is $0.45 a call; 22 and 260 working days.
    found = card("estimate opus 15k/3k x3 per day version lesson-2025")

    assert found.title == "$1.35 for 3 calls, per day"
    assert ("Per month", "$29.70") in found.facts
    assert ("Per year", "$351.00") in found.facts
    assert "Assumed: 22 working days a month, 260 a year." in found.notes


def test_calls_per_month_are_projected_to_twelve_of_them() -> None:
    found = card("estimate opus 15k/3k x3 per month version lesson-2025")

    assert ("Per year", "$16.20") in found.facts
    assert all(name != "Per month" for name, _ in found.facts)


def test_a_comparison_lists_the_cheapest_first_relative_to_the_first_named() -> None:
    # In the lesson Opus 4 costs $15/$75, Sonnet 4 $3/$15.
    found = card("compare opus vs sonnet 2k in 1k out version lesson-2025")

    assert found.title == "claude-sonnet-4 costs least: $0.021"
    assert found.table is not None
    assert found.table.rows == (
        ("claude-sonnet-4", "██", "$0.021", "0.2x"),
        ("claude-opus-4", "██████████", "$0.105", "1.00x"),
    )


def test_a_comparison_without_models_takes_every_family_s_current_one() -> None:
    assert len(table("compare 2k in").rows) == len(set(bundled.current().families.values()))


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [("0", "5", "·"), ("0.001", "5", "█"), ("2.5", "5", "█" * 5), ("5", "5", "█" * 10)],
)
def test_a_bar_shows_anything_above_nothing(part: str, whole: str, shown: str) -> None:
    assert bar(Decimal(part), Decimal(whole)) == shown


def test_a_caching_plan_names_the_best_time_to_live_and_what_it_saves() -> None:
    found = card("plan caching sonnet 10k prefix 500 in 300 out 60 per hour")

    # 10,560 calls a month, $0.024 each plain; per day one write at $0.0288 (5 min: $2.50), the
    # rest reads at $0.005.
    plain = Decimal("0.024") * 10_560
    cached = 22 * (Decimal("0.029") + 479 * Decimal("0.005"))
    assert ("Without caching", f"${plain:.2f} a month") in found.facts
    assert found.title == f"Caching for 5 minutes saves ${plain - cached:.2f} a month (79.0%)"
    assert found.table is not None
    assert [row[0] for row in found.table.rows] == ["5 minutes", "1 hour"]


def test_a_cache_that_the_provider_keeps_by_itself_is_named_so() -> None:
    found = card("plan caching gpt-4o 10k prefix 60 per hour")

    # $0.025 a call plain; a day's first call pays that, the other 479 half of it: 22 days save
    # $264.00 - 22 * ($0.025 + 479 * $0.0125) = $131.725, rounded half to even.
    assert found.title == "Automatic caching saves $131.72 a month (49.9%)"
    assert found.table is not None
    assert [row[0] for row in found.table.rows] == ["automatic"]


def test_a_prefix_under_the_minimum_would_not_be_cached() -> None:
    found = card("plan caching sonnet 100 prefix 60 per hour")

    assert found.title == "This prefix would not be cached"
    assert "is not cached and is billed as plain input" in (found.text or "")


def test_a_task_gets_a_model_with_its_cost_and_the_reason() -> None:
    found = card("route classify these support tickets by product")

    assert found.title.startswith("Use ")
    assert found.text
    names = [name for name, _ in found.facts]
    assert names[:3] == ["Complexity", "Kind of task", "One call"]
    assert found.table is not None
    assert len(found.table.rows) == 2  # the other two of three models


def test_nothing_of_a_task_is_in_its_card_and_it_cannot_be_shared() -> None:
    found = card("route explain why the zebra7482 service is slow")

    assert "zebra7482" not in repr(found)
    assert (found.share, found.page) == (None, ())


def test_prices_of_one_model_have_a_column_a_mode() -> None:
    found = table("prices opus version lesson-2025")

    assert found.head[:2] == ("USD per million tokens", "standard")
    assert ("input", "$15.00") in [row[:2] for row in found.rows]
    assert ("output", "$75.00") in [row[:2] for row in found.rows]


def test_a_longer_prompt_s_prices_stand_in_the_columns_of_their_modes() -> None:
    found = table("prices haiku")

    assert found.head == ("USD per million tokens", "standard", "batch")
    assert ("input, prompt over 100,000", "$0.50", "$0.25") in found.rows


@pytest.mark.parametrize(("as_of", "fact"), [("2026-11-29", "Retires"), ("2026-11-30", "Retired")])
def test_a_model_s_end_is_past_from_its_day_on(as_of: str, fact: str) -> None:
    assert (fact, "2026-11-30") in card(f"prices claude-sonnet-4-5 on {as_of}").facts


@pytest.mark.parametrize(
    ("models", "title"),
    [
        # 2,000 tokens in and 1,000 out cost 0.00175 on Claude 3 Haiku, which retired, 0.0007 on
        # Haiku 5.5 and 0.014 on Sonnet 5.5.
        ("claude-3-haiku sonnet", "claude-sonnet-5-5 costs least: $0.014"),
        ("claude-3-haiku haiku", "claude-haiku-5-5 costs least: $0.0007"),
        ("claude-3-haiku claude-3-opus", "None of these models is offered any more"),
    ],
)
def test_a_retired_model_does_not_cost_least(models: str, title: str) -> None:
    assert card(f"compare {models} 2k in 1k out").title == title


def test_prices_of_no_model_are_those_of_the_families() -> None:
    assert ("sonnet", "claude-sonnet-5-5", "$2.00", "$10.00") in table("prices").rows


def test_names_are_found_in_capitals_too() -> None:
    assert card("estimate Sonnet 2k in").title == card("estimate sonnet 2k in").title


@pytest.mark.parametrize(
    "text",
    [
        "estimate sonnet 2k in 1k out x100 batch",
        "estimate opus 15k/3k x3 per day version lesson-2025 on 2025-06-01",
        "compare opus vs sonnet 2k in",
        "compare 2k in",
        "plan caching sonnet 10k prefix 500 in 300 out 60 per hour",
        "prices opus",
        "prices",
    ],
)
def test_what_is_shared_shows_the_same_figures_later(text: str) -> None:
    before = card(text)
    assert before.share is not None
    later = datetime.fromisoformat("2031-01-01T00:00:00+00:00")

    after = answer(before.share, book_of, later).card

    assert (after.title, after.facts, after.table) == (before.title, before.facts, before.table)
    assert after.share == before.share
    assert after.pricing is not None
    assert after.pricing.age_seconds is None  # pinned


@pytest.mark.parametrize(
    ("text", "says", "example"),
    [
        ("estimate sonet 2k in 1k out", "Did you mean sonnet", "estimate sonnet 2000 in 1000 out"),
        ("prices oppus", "Did you mean opus", "prices opus"),
        ("compare sonet vs oppus 2k in", "Did you mean opus", "compare sonnet vs opus 2000 in"),
        ("estimate zzzzqqqq 2k in", "has no model zzzzqqqq.", None),
        (
            "estimate opus 2k in fast batch",
            "speed: fast cannot be combined with processing: batch",
            "estimate opus 2000 in",
        ),
        ("estimate opus 2k in flex", "has no flex prices", "estimate opus 2000 in"),
        (
            "estimate sonnet 2k in version 2020-01-01.1",
            "There is no such price version.",
            "estimate sonnet 2000 in",
        ),
        ("plan caching sonnet 10k prefix 0 per hour", "must be a whole number", None),
        ("plan caching sonnet 10k prefix 0.3 per hour", "must be a whole number", None),
        (
            "plan caching sonnet 10k prefix 1000000000000 per hour",
            "calls of a month must be at most",
            None,
        ),
        ("nonsense", "There is no command nonsense.", "help"),
    ],
)
def test_every_error_says_what_is_wrong_and_shows_a_command_that_works(
    text: str, says: str, example: str | None
) -> None:
    answered = ask(text)

    assert answered.problem is not None
    assert says in (answered.card.text or "")
    (shown,) = answered.card.examples
    assert example in (None, shown)
    assert ask(shown).problem is None
    assert answered.card.share is None


def test_a_model_that_does_not_exist_is_never_priced_as_its_neighbour() -> None:
    assert ask("estimate claude-haiku-4-50 2k in").problem == "UnknownModel"


def test_a_store_that_is_down_for_a_pinned_version_is_named() -> None:
    def down(reference: str) -> BookInForce:
        if reference == "active":
            return book_of(reference)
        raise StoreUnavailable("DynamoDB did not answer: TimeoutError")

    answered = answer("estimate sonnet 2k in version 2026-09-01.1", down, NOW)

    assert answered.problem == "StoreUnavailable"
    assert answered.card.examples == ("estimate sonnet 2000 in",)


def test_help_lists_a_working_example_of_every_command() -> None:
    found = card("help")

    assert [one.partition(" ")[0] for one in found.examples] == [
        *("estimate", "compare", "route", "plan", "prices", "report", "help")
    ]
    assert [one for one in found.examples if ask(one).problem] == []


def test_the_footer_says_which_prices_and_how_fresh_the_knowledge_is() -> None:
    def shown(text: str, reference: BookInForce) -> str:
        pricing = answer(text, lambda _: reference, NOW).card.pricing
        assert pricing is not None
        return footer(pricing)

    book = bundled.current()
    text = "estimate sonnet 2k in"
    checked = max(entry["as_of"] for entry in book.provenance)
    at = f"Prices {book.id} as of 2026-11-23T09:30:00Z, last checked {checked}"
    assert shown(text, BookInForce(book, "store", False, 12)) == f"{at}."
    assert shown(
        text, BookInForce(book, "store", False, 12, checked_at="2027-01-02T03:00:00Z")
    ) == (f"Prices {book.id} as of 2026-11-23T09:30:00Z, last checked 2027-01-02.")
    assert shown(text, BookInForce(book, "store", True, 300)) == (
        f"{at}; the price store last answered 5 minutes ago."
    )
    at += ", "
    assert shown(text, BookInForce(book, "bundled", True, 172_800)) == (
        at + "published 2 days ago, not confirmed: the price store does not answer."
    )
    assert shown(text, BookInForce(book, "bundled", False, None)) == (
        at + "pinned: this answer does not change."
    )


def test_prices_by_the_unit_have_a_row_for_each_choice_of_selectors() -> None:
    found = table("prices dall-e-3")

    assert ("image, each hd 1024x1024", "$0.08") in found.rows
    assert len(found.rows) == 6


def test_an_estimate_in_euros_has_the_amount_and_the_rate() -> None:
    found = card("estimate sonnet 2k in 1k out x100 in euros on 2026-10-20")
    rate = bundled.exchange_rates().on(date(2026, 10, 20), "EUR").rate
    # Sonnet 5.5: 2,000 at $2 and 1,000 at $10 a million, a hundred times
    assert found.title == "$1.40 for 100 calls"
    assert dict(found.facts)["In EUR"] == f"{Decimal('1.4') * rate:.2f}"
    assert any(note.startswith(f"Note: 1 USD is {rate} EUR") for note in found.notes)


def test_a_comparison_in_euros_has_a_column() -> None:
    found = table("compare opus vs sonnet 2k in 1k out in EUR")
    assert found.head == (
        "Model",
        "Compared with the most expensive",
        "Cost",
        "In EUR",
        "Relative cost",
    )


def test_a_currency_is_refused_where_there_are_no_rates() -> None:
    answered = answer("estimate sonnet 2k in 1k out in EUR", book_of, NOW)
    assert "must be USD" in (answered.card.text or "")


@pytest.mark.parametrize("name", ["sonnet 4.6", "Sonnet 4.6", "claude sonnet 4.6"])
def test_a_model_of_claude_is_found_without_its_makers_word(name: str) -> None:
    # Sonnet 4.6 costs $3 in and $15 out.
    found = card(f"estimate {name} 2k in 1k out")
    assert (found.title, found.facts[0][1]) == (
        "$0.021 for one call",
        "claude-sonnet-4-6 (anthropic)",
    )


def test_a_version_that_no_model_has_is_not_its_elder() -> None:
    assert ask("estimate sonnet 4.7 2k in 1k out").problem == "UnknownModel"


def test_a_cost_without_a_known_price_is_not_shown_as_zero_and_a_part_not_as_a_whole() -> None:
    # Whisper is paid by the second, and the embedding model has no price for output:
    # 2,000 x 100 tokens at $0.02 a million are $0.004 a day, $0.088 in 22 days, $1.04 in 260.
    assert card("estimate whisper-1 2k in 1k out").title == "No known price for one call"
    part = card("estimate text-embedding-3-small 2k in 1k out x100 per day")
    assert part.title == "At least $0.004 for 100 calls, per day"
    assert {
        ("Each call", "at least $0.00004"),
        ("Per month", "at least $0.088"),
        ("Per year", "at least $1.04"),
    } <= {*part.facts}
    rows = table("compare text-embedding-3-small vs whisper-1 vs sonnet 2k in 1k out").rows
    # Sonnet 5.5: 2,000 x $2 + 1,000 x $10 a million are $0.014; no part of a cost is compared.
    assert [(row[0], row[2], row[3]) for row in rows] == [
        ("claude-sonnet-5-5", "$0.014", ""),
        ("whisper-1", "no known price", ""),
        ("text-embedding-3-small", "≥ $0.00004", ""),
    ]


def test_a_prefix_that_only_an_explicit_cache_makes_cheaper_is_headed_by_it() -> None:
    # Gemini's own cache has expired at each of the 10 calls an hour, of which a month has 1,760.
    # 30,000 tokens at $0.75 a million cost $39.60. An explicit cache is made on 22 days ($0.495),
    # kept for 176 hours at $0.50 ($2.64) and read 1,760 times at $0.075 ($3.96): $7.095 in all.
    found = card("plan caching gemini-3.8-flash 30k prefix 10 per hour")
    assert ("Without caching", "$39.60 a month") in found.facts
    assert found.title == "Only an explicit cache saves: $32.50 a month (82.1%)"
    # DeepSeek's own cache has expired too, and it has no other.
    none = card("plan caching deepseek-v4-pro 30k prefix 10 per hour")
    assert none.title == "Caching would save nothing for these calls"
