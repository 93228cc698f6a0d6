"""Whether work suits a batch, with reasons.

A batch takes up to 24 hours, though most end within one; it gives no answer before it has ended,
and it cannot stream. So it suits work that no person waits for.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Literal

from pricing.values import immutable

BatchKind = Literal[
    "translation",
    "classification",
    "test_data",
    "code_analysis",
    "summarization",
    "report",
    "moderation_backlog",
    "embedding",
    "chat",
    "interactive_coding",
    "user_facing",
    "ci_step",
    "alert",
    "streaming",
]
Suits = Literal["yes", "no", "unsure"]
Effect = Literal["for", "against", "rules_out", "open"]

MAX_HOURS = 24
#: Most batches end sooner than this; it is not guaranteed.
USUAL_HOURS = 1

_GOOD: Mapping[BatchKind, str] = {
    "translation": "Bulk translation is a good candidate: no person waits for it.",
    "classification": "Classifying a data set is a good candidate: no person waits for it.",
    "test_data": "Test data is a good candidate: it can be generated in advance.",
    "code_analysis": "Code analysis overnight is a good candidate.",
    "summarization": "A pipeline that summarizes documents is a good candidate.",
    "report": "A periodic report is a good candidate: its date is known in advance.",
    "moderation_backlog": "A moderation backlog is a good candidate: it is not urgent.",
    "embedding": "Embeddings of a corpus are a good candidate, if the provider's batch takes them.",
}
_POOR: Mapping[BatchKind, str] = {
    "chat": "A person waits for every turn of a chat.",
    "interactive_coding": "A person waits for every step of interactive coding.",
    "user_facing": "A user waits for the answer of a user-facing feature.",
    "ci_step": "A build that blocks on the answer could wait up to 24 hours.",
    "alert": "An alert must not come a day late.",
    "streaming": "A batch cannot stream.",
}
_EMBEDDING = "Embeddings need an embedding model, and Anthropic offers none."

#: Words in a task's description that name its kind; whole words, and the first kind that matches.
_WORDS: tuple[tuple[BatchKind, str], ...] = (
    ("streaming", r"stream(s|ed|ing)?"),
    ("alert", r"alert(s|ing)?|pager|on-call|incident"),
    ("chat", r"chat(s|bot|bots)?|conversation(s|al)?"),
    ("ci_step", r"ci(/cd)?|pull request check(s)?|pre-?commit|build step(s)?|pipeline gate(s)?"),
    ("interactive_coding", r"pair programming|autocomplet\w*|interactive(ly)?|ide"),
    ("user_facing", r"user[- ]facing|live users?|real[- ]?time|while the user waits"),
    ("embedding", r"embedding(s)?|embed"),
    ("moderation_backlog", r"moderat\w*"),
    ("translation", r"translat\w*|locali[sz]\w*"),
    ("classification", r"classif\w*|label(l?ing|s)?|categori[sz]\w*|tagging"),
    ("test_data", r"test data|synthetic data|fixtures?"),
    ("code_analysis", r"code (analysis|review|audit)|static analysis|codebase"),
    ("summarization", r"summar\w*|digest(s)?"),
    ("report", r"reports?|reporting"),
)
_PATTERNS = tuple(
    (kind, re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)) for kind, words in _WORDS
)


@immutable
class Reason:
    """One reason for or against a batch."""

    code: str
    """The kind of reason: a stable word for programs."""
    effect: Effect
    """Whether it speaks for a batch, against it, rules it out, or leaves it open."""
    message: str
    """The reason as one sentence."""


@immutable
class BatchWork:
    """What is known about the work in addition to its size; None is not known."""

    realtime: bool | None = None
    streaming: bool | None = None
    deadline_hours: Decimal | None = None
    kind: BatchKind | None = None
    task: str | None = None


@immutable
class Suitability:
    """Whether the work suits a batch."""

    suits: Suits
    """``no`` if any reason rules a batch out or speaks against it, ``yes`` if one speaks for it,
    ``unsure`` if none decides.
    """
    kind: BatchKind | None
    """The kind of task, as sent or recognised in ``task``; null when not known."""
    reasons: tuple[Reason, ...]
    """The reasons for and against a batch."""


def suitability(work: BatchWork, why_not_offered: str | None, provider: str) -> Suitability:
    """Decide from what is known; ``why_not_offered`` rules out a batch for any work."""
    kind = work.kind or kind_of(work.task or "")
    reasons = [*_reasons(work)]
    if why_not_offered is not None:
        reasons.insert(0, Reason("not_offered", "rules_out", why_not_offered))
    if kind is not None:
        reasons.append(_of_kind(kind, provider))
    if not reasons:
        message = "Send `realtime`, `deadline_hours`, or the `kind` of task."
        reasons.append(Reason("nothing_known", "open", message))
    effects = {reason.effect for reason in reasons}
    suits: Suits = "unsure" if "open" in effects else "yes"
    return Suitability("no" if effects & {"rules_out", "against"} else suits, kind, tuple(reasons))


def kind_of(task: str) -> BatchKind | None:
    """Return the first kind whose words the task uses; kinds that people wait for come first."""
    return next((kind for kind, pattern in _PATTERNS if pattern.search(task)), None)


def _reasons(work: BatchWork) -> Iterator[Reason]:
    """Yield what the stated needs mean for a batch."""
    if work.realtime:
        message = "A person waits for the answer, and a batch answers hours later."
        yield Reason("realtime", "rules_out", message)
    elif work.realtime is False:
        yield Reason("not_realtime", "for", "No person waits for the answers.")
    if work.streaming:
        yield Reason("streaming", "rules_out", "A batch cannot stream.")
    hours = work.deadline_hours
    if hours is not None and hours >= MAX_HOURS:
        message = "The deadline leaves the 24 hours that a batch may take."
        yield Reason("deadline_met", "for", message)
    elif hours is not None and hours >= USUAL_HOURS:
        message = (
            "Most batches end within an hour, but one may take 24 hours; then it expires, unbilled."
            " Leave time to send what is missing at the standard price."
        )
        yield Reason("deadline_not_promised", "open", message)
    elif hours is not None:
        message = "The deadline is less than an hour away; most batches take about that long."
        yield Reason("deadline_too_soon", "rules_out", message)


def _of_kind(kind: BatchKind, provider: str) -> Reason:
    if kind in _POOR:
        return Reason(kind, "against", _POOR[kind])
    if kind == "embedding" and provider == "anthropic":
        return Reason(kind, "rules_out", _EMBEDDING)
    return Reason(kind, "for", _GOOD[kind])
