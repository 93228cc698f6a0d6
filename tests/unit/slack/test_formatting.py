"""Text from users and price lists is shown by Slack and does nothing there."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.slack.formatting import inert


@given(st.text())
def test_inert_text_is_one_visible_line_without_markup(text: str) -> None:
    shown = inert(text, 200)

    assert len(shown) <= 200
    assert not set(shown) & set("<>&`*~\n\r\t")
    assert not any(unicodedata.category(one).startswith("C") for one in shown)
    assert "://" not in shown
    assert inert(shown, 200) == shown


@given(st.text(st.characters(codec="ascii"), max_size=80))
def test_inert_mrkdwn_has_nothing_slack_would_link_or_format(text: str) -> None:
    shown = inert(text, mrkdwn=True)

    assert not set(shown) & set("<>&`*~_")
    assert not re.search(r"[a-z]\.[a-z]|:\S", shown, re.IGNORECASE)


def test_a_model_s_name_is_shown_as_it_is() -> None:
    for name in ("claude-sonnet-5-5", "gpt-4.1", "us.anthropic.claude_3:0", "meta/llama-3.1:free"):
        assert inert(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "<!channel>",
        "<https://evil.example|free>",
        "*bold*",
        "`code`",
        "@here",
        "a&b",
        "x\ny\u202e",
        "evil.example",
    ],
)
def test_a_name_in_a_notice_cannot_mention_link_or_format(name: str) -> None:
    shown = inert(name, mrkdwn=True)
    assert not set(shown) & set("<>&*_`@\n\u202e")
    assert "evil.example" not in shown
