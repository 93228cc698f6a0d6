"""A call that is described in words, as in Slack: ``gpt-5 2k in 500 out x100 batch``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tariff.command_line import CommandFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pricing.slack.commands import Command, Pinned, RequestedCalls

#: Options that say what a call uses.
_OF_A_CALL = (
    *("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "text"),
    *("response", "request", "units"),
)


def is_described(words: Sequence[str]) -> bool:
    """Whether these are more than the names of models."""
    if not any(one[:1].isdigit() or one in ("vs", "x") for one in words):
        return False
    from pricing.slack.lexer import Number, Positional, tokens

    found = [token for word in words for token in tokens(word)]
    return "vs" in words or any(isinstance(token, Number | Positional) for token in found)


def one_call(text: str, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an estimate; ``sent`` has those of options.

    Raises CommandFailed for what describes no call, and for what options state as well.
    """
    from pricing.slack.commands import EstimateCommand

    command = _parsed(f"estimate {text}")
    if not isinstance(command, EstimateCommand):
        raise CommandFailed("estimate takes one model; tariff compare takes several.")
    return {"model": command.model, **_fields(command.calls, command.pinned, sent)}


def on_several_models(text: str, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a comparison; raises CommandFailed as ``one_call`` does."""
    from pricing.slack.commands import CompareCommand

    command = _parsed(f"compare {text}")
    if not isinstance(command, CompareCommand):
        raise CommandFailed("Say which models to compare, such as opus vs sonnet 2k in 1k out.")
    return {"models": [*command.models], **_fields(command.calls, command.pinned, sent)}


def _parsed(text: str) -> Command:
    from pricing.slack.commands import NotUnderstood
    from pricing.slack.parser import parse

    try:
        return parse(text)
    except NotUnderstood as error:
        raise CommandFailed(f"{error.detail} For example: tariff {error.example}") from None


def _fields(calls: RequestedCalls, pinned: Pinned, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a request for these calls, which no option states as well."""
    if calls.period:
        raise CommandFailed(
            "No command projects calls per day or month: POST /v1/estimate/workload does."
        )
    used, terms = calls.usage, calls.terms
    usage: dict[str, Any] = {
        "input_tokens": used.input,
        "output_tokens": used.output,
        "cache_read_input_tokens": used.cache_read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": used.cache_write_5m,
            "ephemeral_1h_input_tokens": used.cache_write_1h,
        },
        "server_tool_use": {"web_search_requests": used.web_search},
    }
    measured: dict[str, Any] = {"usage": usage, "usage_format": "anthropic"}
    if not (used.cache_write_5m or used.cache_write_1h or used.web_search):
        # A count that is left out has a warning, which a 0 in a usage object has not.
        counts = {"input_tokens": used.input, "output_tokens": used.output}
        measured = {name: count or None for name, count in counts.items()}
        measured["cache_read_tokens"] = used.cache_read or None
    found = {
        **measured,
        "processing": terms.processing,
        "speed": terms.speed,
        "inference_geo": terms.inference_geo,
        "calls": calls.calls if calls.calls > 1 else None,
        "as_of": pinned.as_of,
        "currency": pinned.currency,
        "pricing_version": None if pinned.version == "active" else pinned.version,
    }
    twice = [name for name, one in found.items() if one and sent.get(name) not in (None, 1)]
    twice += [name for name in _OF_A_CALL if sent.get(name) is not None]
    if twice:
        name = twice[0].replace("_", " ").capitalize()
        name += " are" if name.endswith("s") else " is"
        raise CommandFailed(f"{name} stated twice: in words and as an option. Send one.")
    return {name: one for name, one in found.items() if one is not None}
