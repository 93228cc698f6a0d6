"""What names in records say: a family's model is named, and searches that a name asks for."""

from tests.support.reports import report

USAGE = {"input_tokens": 1000, "output_tokens": 0}


def test_a_report_says_which_model_the_records_of_a_family_are_priced_as() -> None:
    names = ("sonnet", "Claude Sonnet", "haiku", "claude-sonnet-4-6")
    made = report({"timestamp": "2026-11-20", "model": name, "usage": USAGE} for name in names)
    warnings = [notice.message for notice in made.warnings if notice.code == "family_priced"]
    (message,) = warnings
    assert message.endswith("haiku as claude-haiku-5-5, sonnet as claude-sonnet-5-5.")


def test_a_report_on_models_alone_does_not() -> None:
    made = report([{"timestamp": "2026-11-20", "model": "claude-sonnet-4-6", "usage": USAGE}])
    assert "family_priced" not in {notice.code for notice in made.warnings}


def test_a_report_says_that_searches_which_a_name_asks_for_are_not_counted() -> None:
    def codes(*names: str) -> list[str]:
        made = report({"timestamp": "2026-11-20", "model": name, "usage": USAGE} for name in names)
        return [notice.code for notice in made.warnings]

    assert (
        codes("openai/gpt-4o:online", "openrouter/openai/gpt-4o:online").count(
            "web_search_not_counted"
        )
        == 1
    )
    assert "web_search_not_counted" not in codes("openai/gpt-4o", "openrouter/openai/gpt-4o")
