"""A command is forgiving in form and never in meaning."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.slack.commands import (
    EXAMPLES,
    CachingCommand,
    CompareCommand,
    EstimateCommand,
    HelpCommand,
    NotUnderstood,
    Pinned,
    PricedCommand,
    PricesCommand,
    ReportCommand,
    RequestedCalls,
    RouteCommand,
)
from pricing.slack.parser import parse
from pricing.usage.buckets import StatedTerms, Usage
from tests.support.slack_commands import commands

ONE = RequestedCalls(Usage(input=2000, output=1000))
SONNET = EstimateCommand("sonnet", ONE)


@pytest.mark.parametrize(
    "text",
    [
        "estimate sonnet 2k in 1k out",
        "Estimate sonnet 2K input, 1K output",
        "cost of sonnet for 2,000 input tokens and 1_000 output tokens",
        "sonnet 2k in 1k out",
        "2k in 1k out sonnet",
        "estimate sonnet in 2k out 1k",
        "estimate sonnet in=2k out:1k",
        "estimate sonnet 2kin 1kout",
        "estimate sonnet 2k/1k",
        "estimate sonnet 2k 1k",
        "estimate sonnet 0.002m in .001M out",
        "  estimate   sonnet  2k  in 1k out  ",
        "estimate sonnet 2k in 1k out x1",
        "what would sonnet 2k in 1k out",
    ],
)
def test_the_same_estimate_may_be_written_in_many_ways(text: str) -> None:
    # "what would sonnet ..." has no verb: words that say nothing are left out.
    assert parse(text) == SONNET


@pytest.mark.parametrize(
    ("text", "usage"),
    [
        ("2k in 50k cached", Usage(input=2000, cache_read=50_000)),
        ("2k in 50k cache read", Usage(input=2000, cache_read=50_000)),
        ("2k in 50k cached reads", Usage(input=2000, cache_read=50_000)),
        ("10k write", Usage(cache_write_5m=10_000)),
        ("10k cache write", Usage(cache_write_5m=10_000)),
        ("10k write1h", Usage(cache_write_1h=10_000)),
        ("10k 1h write", Usage(cache_write_1h=10_000)),
        ("10k cache write 1h", Usage(cache_write_1h=10_000)),
        ("2k/1k/50k/10k", Usage(2000, output=1000, cache_read=50_000, cache_write_5m=10_000)),
        ("1.5M in", Usage(input=1_500_000)),
        ("1b in", Usage(input=10**9)),
        ("1k in 3 searches", Usage(input=1000, web_search=3)),
        ("1000000000000 in", Usage(input=10**12)),
        ("2k 1k out", Usage(input=2000, output=1000)),
        ("2 million in 1 thousand out", Usage(input=2_000_000, output=1000)),
        ("10k tokens in, 2k tokens out, 30% cached", Usage(7000, cache_read=3000, output=2000)),
        ("2k in 100% cached", Usage(cache_read=2000)),
        ("2k in 80 % cache hit rate", Usage(400, cache_read=1600)),
        ("2k in of which 500 cached", Usage(1500, cache_read=500)),
        ("2k in, 500 of it cached", Usage(1500, cache_read=500)),
        ("2k in including 2k cached", Usage(cache_read=2000)),
        ("2k in + 500 cached", Usage(2000, cache_read=500)),
        ("2k uncached, 500 cached.", Usage(2000, cache_read=500)),
        ("1k in 3 web searches", Usage(input=1000, web_search=3)),
    ],
)
def test_amounts(text: str, usage: Usage) -> None:
    assert parse(f"estimate sonnet {text}") == replace(SONNET, calls=RequestedCalls(usage))


@pytest.mark.parametrize(
    "text",
    [
        "what would it cost us to run sonnet 2k in 1k out",
        "sonnet 2k in 1k out for us",
        "sonnet 2k in 1k out in us dollars",
        "sonnet 2k in 1k out in US$",
        "*sonnet* 2k in 1k out",
        "`sonnet` 2k in & 1k out.",
        "how much does sonnet cost for 2k in 1k out",
        "what would sonnet cost with 2k in and 1k out",
        "cost of sonnet 2k in 1k out",
        "sonnet price for 2k in 1k out",
    ],
)
def test_a_question_about_a_cost(text: str) -> None:
    assert parse(text) == replace(SONNET, calls=ONE)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("claude opus 4.5", "claude-opus-4.5"),
        ("gemini 2.5 pro", "gemini-2.5-pro"),
        ("gpt 5", "gpt-5"),
        ("gpt 5 mini", "gpt-5-mini"),
    ],
)
def test_a_version_is_a_part_of_the_models_name(written: str, name: str) -> None:
    assert parse(f"estimate {written} 2k in 1k out") == EstimateCommand(name, ONE)
    assert parse(f"{written} vs sonnet 2k in 1k out") == CompareCommand((name, "sonnet"), ONE)


@pytest.mark.parametrize("text", ["sonnet 4 2k/1k", "sonnet 4.5 2k/1k", "sonnet 4 2k in 1k out"])
def test_a_version_before_amounts_counts_nothing(text: str) -> None:
    found = parse(text)
    assert isinstance(found, EstimateCommand)
    assert found.calls == ONE
    assert found.model == text[: text.index(" 2k")].replace(" ", "-")


@pytest.mark.parametrize("text", ["opus 4 2000 500", "gpt 5 2000 500", "gpt 5 2k"])
def test_a_number_that_may_be_a_version_is_not_priced_as_tokens(text: str) -> None:
    name = "-".join(text.split()[:2])
    with pytest.raises(NotUnderstood, match=f"or write {name} if that is it"):
        parse(text)


def test_no_batch_is_none_and_a_rate_may_have_a_slash() -> None:
    for text in ("no batch", "without batch", "non-batch"):
        terms = StatedTerms(processing="standard")
        calls = replace(ONE, terms=terms)
        assert parse(f"sonnet 2k in 1k out {text}") == replace(SONNET, calls=calls)
    for text in ("batch api", "via batch", "batched"):
        calls = replace(ONE, terms=StatedTerms(processing="batch"))
        assert parse(f"sonnet 2k in 1k out {text}") == replace(SONNET, calls=calls)
    calls = replace(ONE, calls=100, period="day")
    assert parse("sonnet 2k in 1k out, 100 calls/day") == replace(SONNET, calls=calls)


@pytest.mark.parametrize("date", ["1 Nov 2026", "Nov 1, 2026", "2026/11/1", "1.11.2026"])
def test_a_date_is_read_as_people_write_it(date: str) -> None:
    found = parse(f"sonnet 2k in 1k out on {date}")
    assert found == replace(SONNET, calls=ONE, pinned=Pinned(as_of="2026-11-01"))


@pytest.mark.parametrize("text", ["report", "report last month", "spend last month?"])
def test_a_report_is_that_of_last_month(text: str) -> None:
    assert parse(text) == ReportCommand()


@pytest.mark.parametrize("text", ["report october", "report this month", "spend this week"])
def test_a_report_of_another_time_is_not_that_of_last_month(text: str) -> None:
    with pytest.raises(NotUnderstood, match="last month only"):
        parse(text)


def test_a_model_is_compared_with_another() -> None:
    found = parse("compare claude opus 4.5 with sonnet 2k in 1k out")
    assert found == CompareCommand(("claude-opus-4.5", "sonnet"), ONE)


@pytest.mark.parametrize(
    ("text", "models"),
    [
        ("which model is cheapest for 2k in 1k out", ()),
        ("what is the cheapest model for 2k in 1k out", ()),
        ("which is cheaper, opus or sonnet, for 2k in 1k out", ("opus", "sonnet")),
    ],
)
def test_the_cheapest_is_found_by_comparing(text: str, models: tuple[str, ...]) -> None:
    assert parse(text) == CompareCommand(models, ONE)


@pytest.mark.parametrize(
    "text", ["what is the price of sonnet", "how much is sonnet price", "sonnet pricing"]
)
def test_a_question_about_a_price(text: str) -> None:
    assert parse(text) == PricesCommand("sonnet")


@pytest.mark.parametrize(
    "text",
    [
        "which model should I use to summarise emails",
        "recommend a model to summarise emails",
        "route the best model for summarise emails",
        "route summarise emails",
        "best model to summarise emails",
    ],
)
def test_what_comes_before_a_task_is_not_the_task(text: str) -> None:
    assert parse(text) == RouteCommand("summarise emails")


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("x100", {"calls": 100}),
        ("100x", {"calls": 100}),
        ("x 100", {"calls": 100}),
        ("×100", {"calls": 100}),  # noqa: RUF001 - a times sign, as phones write it
        ("*100", {"calls": 100}),
        ("x1.5k", {"calls": 1500}),
        ("100 calls", {"calls": 100}),
        ("times 100", {"calls": 100}),
        ("100 calls per day", {"calls": 100, "period": "day"}),
        ("x100 a day", {"calls": 100, "period": "day"}),
        ("100/day", {"calls": 100, "period": "day"}),
        ("x100 daily", {"calls": 100, "period": "day"}),
        ("x100 every month", {"calls": 100, "period": "month"}),
        ("per month", {"period": "month"}),
        ("batch", {"terms": StatedTerms(processing="batch")}),
        ("fast us", {"terms": StatedTerms(speed="fast", inference_geo="us")}),
        ("x100 batch", {"calls": 100, "terms": StatedTerms(processing="batch")}),
    ],
)
def test_how_often_and_how(text: str, change: dict[str, object]) -> None:
    assert parse(f"estimate sonnet 2k in 1k out {text}") == replace(
        SONNET,
        calls=replace(ONE, **change),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("text", "models"),
    [
        ("compare opus vs sonnet", ("opus", "sonnet")),
        ("opus vs sonnet", ("opus", "sonnet")),
        ("opus versus sonnet or haiku", ("opus", "sonnet", "haiku")),
        ("estimate opus vs sonnet", ("opus", "sonnet")),
        ("compare opus, sonnet and haiku", ("opus", "sonnet", "haiku")),
        ("compare opus sonnet haiku", ("opus", "sonnet", "haiku")),
        ("compare claude opus vs claude sonnet", ("claude-opus", "claude-sonnet")),
        ("compare opus vs opus", ("opus",)),
        ("compare", ()),
    ],
)
def test_models_to_compare(text: str, models: tuple[str, ...]) -> None:
    assert parse(f"{text} 2k in 1k out") == CompareCommand(models, ONE)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        (
            "plan caching sonnet 10k prefix 500 in 300 out 60 per hour",
            CachingCommand("sonnet", 10_000, 500, 300, Decimal(60)),
        ),
        (
            "caching sonnet prefix 10k 60 calls per hour 24h 30 days",
            CachingCommand("sonnet", 10_000, 0, 0, Decimal(60), 24, 30),
        ),
        (
            "plan cache sonnet 10k cached 500 new 480 calls a day",
            CachingCommand("sonnet", 10_000, 500, 0, Decimal(60)),
        ),
        (
            "plan caching sonnet 10k prefix 7.5/hour",
            CachingCommand("sonnet", 10_000, 0, 0, Decimal("7.5")),
        ),
        (
            "plan caching sonnet 10k prefix 100/day 8 hours",
            CachingCommand("sonnet", 10_000, 0, 0, Decimal("12.5")),
        ),
        ("prices opus", PricesCommand("opus")),
        ("price", PricesCommand(None)),
        ("models", PricesCommand(None)),
        ("prices claude opus", PricesCommand("claude-opus")),
        ("route fix the 2k tests; please", RouteCommand("fix the 2k tests; please")),
        ("report", ReportCommand()),
        ("report last month", ReportCommand()),
        ("last month", ReportCommand()),
        ("what did we spend last month?", ReportCommand()),
        ("how much was the bill last month", ReportCommand()),
        ("spending last month", ReportCommand()),
        ("help", HelpCommand()),
        ("?", HelpCommand()),
        ("", HelpCommand()),
        ("   ", HelpCommand()),
    ],
)
def test_the_other_commands(text: str, command: object) -> None:
    assert parse(text) == command


@pytest.mark.parametrize(
    ("text", "pinned"),
    [
        ("on 2026-01-31", Pinned(as_of="2026-01-31")),
        ("as of 2026-01-31T09:30:00Z", Pinned(as_of="2026-01-31T09:30:00Z")),
        ("version lesson-2025", Pinned("lesson-2025")),
        ("version lesson-2025 on 2025-06-01", Pinned("lesson-2025", "2025-06-01")),
    ],
)
def test_prices_of_another_version_or_day(text: str, pinned: Pinned) -> None:
    assert parse(f"estimate sonnet 2k in 1k out {text}") == replace(SONNET, pinned=pinned)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("estimate", "Say which model."),
        ("estimate 2k in", "Say which model."),
        ("estimate sonnet", "Say how many tokens"),
        ("estimate sonnet 0 in", "Say how many tokens"),
        ("estimate sonnet 1.2345k in", "1.2345k is not a whole number."),
        ("estimate sonnet 2k in 3k in", "in is given twice."),
        ("estimate sonnet 2k in x2 x3", "calls is given twice."),
        ("estimate sonnet 2k in x0", "The number of calls must be at least 1."),
        ("estimate sonnet 1000000000001 in", "1000000000001 is over 1,000,000,000,000."),
        ("estimate sonnet 2k in x1000000000001", "1000000000001 is over 1,000,000,000,000."),
        ("estimate sonnet 1 2 3 4 5", "Say what 5 is"),
        ("sonnet 2,5k in", "2,5k is not a number here"),
        ("sonnet 1.000.000 in", "1.000.000 is not a number here"),
        ("sonnet 1e6 in", "1e6 is not a number here"),
        ("sonnet -2k in", "-2k is less than 0."),
        ("sonnet 2k in 1k out 20% discount", "only cached takes a share"),
        ("sonnet 1k in 2k of it cached", "Say how many tokens are cached"),
        ("prices sonnet in EUR", "Prices are in USD"),
        ("estimate sonnet 1/2/3/4/5", "Write in/out/cached/write"),
        ("estimate sonnet in", "How many in?"),
        ("estimate sonnet 2k in per week", "Say how many calls per day or per month."),
        ("estimate sonnet 2k in 5 calls per minute", "Say how many calls per day or per month."),
        ("estimate sonnet 2k in 100 calls per hour", "Say how many calls per day or per month."),
        ("estimate sonnet 2k in per day per month", "The period is given twice."),
        ("estimate sonnet 2k in batch flex", "flex is given twice."),
        ("estimate sonnet 2k in on", "Say which date."),
        ("estimate sonnet 2k in version", "Say which version."),
        ("estimate sonnet 2k in on tuesday", "The date is not valid: use a date"),
        ("estimate sonnet -5 in 2 out", "-5 is less than 0."),
        ("sonnet 2k in -1.5k out", "-1.5k is less than 0."),
        ("estimate sonnet 2k in 2026-02-30 on 2026-02-30", "The date is not valid:"),
        ("estmate sonnet 2k in", "Did you mean estimate?"),
        ("hepl", "Did you mean help?"),
        ("frobnicate", "There is no command frobnicate."),
        ("plan batch sonnet", "plan needs the word caching after it."),
        ("plan caching sonnet 10k prefix", "Say the prefix, and how many calls per hour."),
        ("plan caching sonnet 60 per hour", "Say the prefix, and how many calls per hour."),
        ("plan caching 10k prefix 60 per hour", "Name one model."),
        ("plan caching sonnet 10k prefix 60 per hour 25 hours", "A day has 1 to 24 hours"),
        ("plan caching sonnet 10k prefix 60 per hour 32 days", "A day has 1 to 24 hours"),
        (
            "plan caching sonnet 10k prefix 100/day 7 hours",
            "100 calls a day do not divide evenly into 7 hours",
        ),
        ("prices opus 2k in", "prices takes no amounts"),
        ("estimate sonnet 2k in 1k out monthly 30k", "Say what 30k is"),
        ("estimate sonnet 2k in 1k out 50k", "Say what 50k is"),
        ("estimate sonnet 15 in 30% cached", "such as 3k cached"),
        ("estimate sonnet 1k out 30% cached", "such as 3k cached"),
        ("estimate dall-e-3 3 images", "send them as `units`"),
        ("estimate whisper-1 10 minutes", "send them as `units`"),
        ("budget $100 sonnet 2k in 1k out", "send `budget_usd`"),
        ("prices opus vs sonnet", "prices takes one model at a time."),
        ("route", "Say what the task is."),
        ("compare " + " vs ".join(map(str, map("m{}".format, range(21)))), "Compare at most 20"),
        ("estimate " + "m" * 129 + " 2k in", "A model's name has at most 128"),
        ("estimate " + "m" * 13_000, "longer than 12,000"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(text: str, says: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        parse(text)
    assert says in refused.value.detail


def test_a_misspelt_verb_is_answered_with_the_senders_own_command_corrected() -> None:
    with pytest.raises(NotUnderstood) as refused:
        parse("estmate opus 7k in")
    assert refused.value.example == "estimate opus 7k in"


@pytest.mark.parametrize("example", EXAMPLES.values())
def test_every_example_is_understood(example: str) -> None:
    parse(example)


names = st.from_regex(r"[a-z][a-z0-9.-]{3,20}", fullmatch=True).map(lambda one: f"m{one}9z")
pins = st.builds(
    Pinned,
    st.sampled_from(["active", "lesson-2025", "2026-11-23.1"]),
    st.sampled_from([None, "2026-01-31", "2026-01-31T09:30:00Z"]),
)


@given(commands(names, pins, compared=2, hourly=0))
def test_a_command_written_out_in_full_is_read_as_itself(command: PricedCommand) -> None:
    assert parse(command.text()) == command


@given(st.text(max_size=300))
def test_any_text_is_a_command_or_a_refusal_with_an_example_that_is_one(text: str) -> None:
    try:
        parse(text)
    except NotUnderstood as refused:
        parse(refused.example)


words = st.sampled_from(
    [
        *("estimate", "compare", "plan", "caching", "prices", "opus", "sonnet", "vs", ","),
        *("2k", "1.5M", "2k/1k", "x", "x100", "in", "out", "cached", "write", "per", "day"),
        *("/hour", "batch", "fast", "on", "2026-01-31", "version", "lesson-2025", "=", ":"),
        *("24h", "hours", "-1", "in=2k"),
    ]
)


@given(st.lists(words, max_size=12).map(" ".join))
def test_any_order_of_known_words_is_read_or_refused_with_a_working_example(text: str) -> None:
    try:
        command = parse(text)
    except NotUnderstood as refused:
        parse(refused.example)
    else:
        if isinstance(command, PricedCommand):
            assert parse(command.text()) == command


@pytest.mark.parametrize(
    ("written", "code"),
    [
        *(("in EUR", "EUR"), ("in euros", "EUR"), ("in €", "EUR"), ("in eur", "EUR")),
        *(("in GBP", "GBP"), ("in pounds", "GBP"), ("in yen", "JPY"), ("in dollars", None)),
        ("in USD", None),
    ],
)
def test_a_currency_after_in_is_not_an_amount(written: str, code: str | None) -> None:
    expected = replace(SONNET, pinned=Pinned(currency=code))
    assert parse(f"estimate sonnet 2k in 1k out {written}") == expected
    assert parse(f"estimate sonnet {written} 2k in 1k out") == expected
    assert parse(expected.text()) == expected


def test_in_the_us_is_where_inference_runs() -> None:
    calls = replace(ONE, terms=StatedTerms(inference_geo="us"))
    assert parse("estimate sonnet 2k in 1k out in the US") == replace(SONNET, calls=calls)


@pytest.mark.parametrize(
    "text",
    [
        "estimate llama 3.3 70b on groq 2k in 1k out",
        "llama 3.3 70b 2k in 1k out on groq",
        "how much does llama 3.3 70b on groq cost for 2k in 1k out",
    ],
)
def test_on_before_a_provider_is_a_part_of_the_models_name(text: str) -> None:
    assert parse(text) == EstimateCommand("llama-3.3-70b-on-groq", ONE)


def test_a_number_of_billions_in_front_of_its_word_is_a_count() -> None:
    assert parse("sonnet 2b in").calls.usage.input == 2 * 10**9  # type: ignore[union-attr]


@pytest.mark.parametrize("written", ["in EUR", "in euros", "€", "EUR", "euros"])
def test_a_currency_may_follow_the_amounts(written: str) -> None:
    converted = replace(SONNET, pinned=Pinned(currency="EUR"))
    assert parse(f"estimate sonnet 2k in 1k out {written}") == converted


def test_on_before_a_models_name_is_not_a_date() -> None:
    assert parse("2k in 1k out on sonnet") == SONNET
    dated = replace(SONNET, pinned=Pinned(as_of="2026-01-31"))
    assert parse("2k in 1k out on sonnet on 2026-01-31") == dated


@pytest.mark.parametrize(
    "text",
    [
        "how much would 2k input tokens and 1k output tokens cost on sonnet?",
        "estimate sonnet in: 2k out: 1k",
        "if I send 2k in to sonnet, 1k out",
    ],
)
def test_marks_and_words_around_amounts_say_nothing(text: str) -> None:
    assert parse(text) == SONNET


def test_a_question_which_of_two_is_cheaper_compares_both() -> None:
    expected = CompareCommand(("sonnet", "gpt-5"), ONE)
    assert parse("is sonnet cheaper than gpt-5 for 2k in 1k out?") == expected
    assert parse("is sonnet more expensive than gpt-5 for 2k in 1k out") == expected


@pytest.mark.parametrize("text", ["what does sonnet cost per 1M tokens?", "how much is sonnet?"])
def test_a_question_about_a_million_tokens_is_one_about_prices(text: str) -> None:
    assert parse(text) == PricesCommand("sonnet")


def test_an_amount_of_money_is_told_where_it_is_read() -> None:
    with pytest.raises(NotUnderstood, match="budget_usd"):
        parse("what will $100 buy on sonnet with 2k in 1k out")
