"""Whether work suits a batch: the lesson's good and poor candidates, with reasons.

A batch takes up to 24 hours, though most end within one, gives nothing before it has ended, and
cannot stream. Everything else follows from what somebody waits for.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

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
Verdict = Literal["yes", "no", "unsure"]
Effect = Literal["for", "against", "rules_out", "open"]

MAX_HOURS = 24
#: Most batches end sooner than this, but nothing promises it.
USUAL_HOURS = 1

_GOOD: Mapping[BatchKind, str] = {
    "translation": "Bulk translation waits for nobody: a good candidate.",
    "classification": "Labelling and classifying a data set waits for nobody: a good candidate.",
    "test_data": "Test data can be made ahead: a good candidate.",
    "code_analysis": "Code analysis over night is a good candidate.",
    "summarization": "A pipeline that summarizes documents is a good candidate.",
    "report": "A periodic report is known ahead: a good candidate.",
    "moderation_backlog": "A backlog to moderate has waited already: a good candidate.",
}
_POOR: Mapping[BatchKind, str] = {
    "chat": "Somebody waits for every turn of a chat.",
    "interactive_coding": "Somebody waits for every step of interactive coding.",
    "user_facing": "A user waits for what a user-facing feature answers.",
    "ci_step": "A build that blocks on the answer would wait up to 24 hours.",
    "alert": "An alert that may come a day late is none.",
    "streaming": "A batch cannot stream.",
}
_EMBEDDING = "Embeddings need an embedding model, and Anthropic sells none."
_EMBEDDABLE = "Embeddings of a corpus wait for nobody, where the provider's batch takes them."

#: Words that name a kind in a task's description; whole words, the first kind that fits.
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


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for or against a batch."""

    code: str
    """The kind of reason: a stable word for programs."""
    effect: Effect
    """Whether it speaks for a batch, against it, rules it out, or leaves it open."""
    message: str
    """The reason as one sentence."""


@dataclass(frozen=True, slots=True)
class BatchWork:
    """What is known of the work beside its size; None where nobody said."""

    realtime: bool | None = None
    streaming: bool | None = None
    deadline_hours: Decimal | None = None
    kind: BatchKind | None = None
    task: str | None = None


@dataclass(frozen=True, slots=True)
class Suitability:
    """Whether the work suits a batch."""

    suits: Verdict
    """``no`` if any reason rules a batch out or speaks against it, ``yes`` if one speaks for it,
    ``unsure`` if none decides.
    """
    kind: BatchKind | None
    """The kind of task, as sent or recognised in ``task``; null when not known."""
    reasons: tuple[Reason, ...]
    """The reasons for and against a batch."""


def suitability(work: BatchWork, why_not_offered: str | None, provider: str) -> Suitability:
    """Weigh what is known. ``why_not_offered`` rules a batch out whatever the work is."""
    kind = work.kind or kind_of(work.task or "")
    reasons = [*_offered(why_not_offered), *_waiting(work), *_deadline(work.deadline_hours)]
    if kind is not None:
        reasons.append(_of_kind(kind, provider))
    if not reasons:
        message = "Say whether it is realtime, by when it is due, or what kind of task it is."
        reasons.append(Reason("nothing_known", "open", message))
    return Suitability(_verdict(one.effect for one in reasons), kind, tuple(reasons))


def kind_of(task: str) -> BatchKind | None:
    """The first kind whose words the task uses; those that somebody waits for go first."""
    return next((kind for kind, pattern in _PATTERNS if pattern.search(task)), None)


def _offered(why_not: str | None) -> Iterator[Reason]:
    if why_not is not None:
        yield Reason("not_offered", "rules_out", why_not)


def _waiting(work: BatchWork) -> Iterator[Reason]:
    if work.realtime:
        yield Reason("realtime", "rules_out", "Somebody waits: a batch answers hours later.")
    elif work.realtime is False:
        yield Reason("not_realtime", "for", "Nobody waits for the answers.")
    if work.streaming:
        yield Reason("streaming", "rules_out", "A batch cannot stream.")


def _deadline(hours: Decimal | None) -> Iterator[Reason]:
    if hours is None:
        return
    if hours >= MAX_HOURS:
        message = "It is due no sooner than the 24 hours a batch may take."
        yield Reason("deadline_met", "for", message)
    elif hours >= USUAL_HOURS:
        message = (
            "Most batches end within an hour, but one may take 24 and is then expired, unbilled:"
            " keep the time to send what is missing at the standard price."
        )
        yield Reason("deadline_not_promised", "open", message)
    else:
        message = "It is due within an hour, and not even most batches end sooner."
        yield Reason("deadline_too_soon", "rules_out", message)


def _of_kind(kind: BatchKind, provider: str) -> Reason:
    if kind == "embedding":
        if provider == "anthropic":
            return Reason(kind, "rules_out", _EMBEDDING)
        return Reason(kind, "for", _EMBEDDABLE)
    if kind in _GOOD:
        return Reason(kind, "for", _GOOD[kind])
    return Reason(kind, "against", _POOR[kind])


def _verdict(effects: Iterable[Effect]) -> Verdict:
    found = set(effects)
    if found & {"rules_out", "against"}:
        return "no"
    if "open" in found:
        return "unsure"
    return "yes"
