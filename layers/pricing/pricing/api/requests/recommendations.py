"""The requests of ``POST /v1/recommend`` and of calibrate, cascade and tiers below it."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, SkipValidation
from pydantic_core import PydanticCustomError

from pricing.api.requests.billing import BillingFields
from pricing.api.requests.compare import RequirementsRequest
from pricing.api.requests.estimate import Calls, UsageInput
from pricing.api.requests.hints import Hints
from pricing.api.requests.measured import MeasuredFields
from pricing.api.requests.units import Count, Positive, Share
from pricing.api.requests.written import AS_MONEY, words
from pricing.errors import InvalidRequest, under
from pricing.estimates.inputs import MeasuredInput
from pricing.money import RATIO_PLACES
from pricing.notices import Notice
from pricing.recommendations.candidates import RecommendTask
from pricing.recommendations.cascade import CascadeQuery, CascadeStage
from pricing.recommendations.policy import LearnedPolicy, Policy
from pricing.recommendations.recommend import RecommendQuery
from pricing.recommendations.routing import TERCILES, Thresholds, structure_of
from pricing.recommendations.tiers import Tier, TiersQuery
from pricing.recommendations.verifiers import Check, VerifierKind
from pricing.tokens.prompts import Prompt
from pricing.usage.buckets import StatedTerms
from pricing.usage.reader import read_usage
from pricing.usage.response import terms_served
from pricing.validation import AtMost, ExactNumber, Name, Request, Versioned, as_query

MAX_TASKS = 100
Usd = Annotated[ExactNumber, Field(ge=0, le=10**6), AS_MONEY]
TaskText = Annotated[str, Field(min_length=1, max_length=200_000)]


class ThresholdsRequest(Request):
    """The difficulties, from 0 to 1, that divide the tiers."""

    moderate: Share
    """Difficulty from which a task is moderate."""
    complex: Share
    """Difficulty from which a task is complex."""


class PolicyRequest(Request):
    """The model for each complexity, weakest first; what is left out has a default."""

    simple: Name = "haiku"
    """The model for simple tasks: the weakest."""
    moderate: Name = "sonnet"
    """The model for moderate tasks."""
    complex: Name = "opus"
    """The model for complex tasks: the strongest. Savings are relative to it."""
    safe: Name | None = None
    """The model for tasks without evidence. Default: the model for moderate tasks."""
    thresholds: ThresholdsRequest | None = None
    """The difficulties that divide the tiers. Default: 1/3 and 2/3, the terciles of the tasks that
    the classifier learned from.
    """
    strong_share: Share | None = None
    """Share of such tasks that go to the strongest model, instead of ``thresholds``."""
    quality: Share | None = None
    """Quality to reach on such tasks, as a share of the strongest model's right answers, instead of
    ``thresholds``: the fewest calls to it that reached this on tasks not learned from.
    """

    def policy(self) -> Policy:
        """Return the policy; raises InvalidRequest for more than one way to divide the tiers."""
        dials = {"thresholds", "strong_share", "quality"} & self.model_fields_set
        if len(dials) > 1:
            detail = "send only one of `thresholds`, `strong_share` and `quality`"
            raise InvalidRequest.at(f"/policy/{max(dials)}", detail)
        found = TERCILES
        if self.thresholds is not None:
            found = Thresholds(float(self.thresholds.moderate), float(self.thresholds.complex))
            if found.moderate > found.complex:
                detail = "must be at most `complex`"
                raise InvalidRequest.at("/policy/thresholds/moderate", detail)
        elif self.strong_share is not None:
            found = Thresholds.of_strong_share(float(self.strong_share))
        elif self.quality is not None:
            found = Thresholds.of_quality(float(self.quality))
        return as_query(Policy, self, thresholds=found)


class TaskOptions(MeasuredFields):
    """What one call uses, and what must hold for its model. Default: the task is the prompt."""

    system: str | Annotated[list[dict[str, Any]], AtMost(500)] = ""
    """The system prompt, as text or blocks. It counts as input."""
    messages: Annotated[list[dict[str, Any]], AtMost(2_000)] | None = None
    """The conversation: ``[{role, content}]``. Its last text of the user is the default task."""
    tools: Annotated[list[dict[str, Any]], AtMost(500)] | None = None
    """The definitions of the tools that the model may call. It must offer tools."""
    response_format: SkipValidation[dict[str, Any] | None] = None
    """The answer's form, as in OpenAI's API: it counts as input, and its fields as demands."""

    expected_input_tokens: Count | None = None
    """Prompt length in tokens, instead of ``usage``."""
    expected_output_tokens: Count | None = None
    """Output length in tokens. Default: estimated from the task, with a range."""
    calls: Calls = 1
    """Number of identical calls."""
    realtime: bool | None = None
    """Whether a person waits for the answer."""
    requires: RequirementsRequest = Field(default_factory=RequirementsRequest)
    """Capabilities that the model must have."""
    max_usd_per_call: Usd | None = None
    """The most that one call may cost, in USD."""
    prefix_tokens: Positive | None = None
    """Input tokens that are the same in every call."""
    current_model: Name | None = None
    """The model that the conversation runs on now."""
    cached_tokens: Count = 0
    """Prompt tokens in the current model's cache."""
    force: Name | None = None
    """Use this model, whatever the task."""


class TaskRequest(TaskOptions):
    """One task; what it leaves out is taken from the request around it."""

    task: TaskText | None = None
    """The task in words. It is never logged or stored. Default: the last text of the user in
    ``messages``.
    """
    name: Name | None = None
    """The task's name in the answer."""


def _from_text(value: Any) -> Any:
    return {"task": value} if isinstance(value, str) else value


AnyTask = Annotated[
    TaskRequest, BeforeValidator(_from_text, json_schema_input_type=TaskRequest | TaskText)
]


class RecommendRequest(Versioned, BillingFields, TaskOptions):
    """One ``task``, or up to 100 ``tasks`` that share the other fields."""

    task: TaskText | None = None
    """The task in words. It is never logged or stored. Default: the last text of the user in
    ``messages``.
    """
    tasks: Annotated[tuple[AnyTask, ...], Field(strict=False), AtMost(MAX_TASKS)] = ()
    """Several tasks, each an object or its text alone, instead of ``task``. The system prompt,
    messages, tools and response format around them are read with each: 2,000,000 characters in all.
    """
    policy: PolicyRequest | None = None
    """The model for each complexity."""
    policy_id: Name | None = None
    """A policy made by ``POST /v1/recommend/calibrate``, instead of ``policy``."""

    HINTS = Hints("common", "task")

    def query(self, now: datetime, learned: Callable[[str], LearnedPolicy]) -> RecommendQuery:
        """Return the query; ``learned`` fetches a policy by its id, or raises UnknownPolicy.

        Raises InvalidRequest for fields that contradict each other.
        """
        alone = not self.tasks and (self.task is not None or self.messages is not None)
        if not alone:
            self.require_one("/task", "task", "tasks")
        if self.policy is not None and self.policy_id is not None:
            detail = "does not go with `policy_id`; leave one of them out"
            raise InvalidRequest.at("/policy", detail)
        self._check_shared()
        tasks = []
        if alone:
            tasks.append(_task(self, self.task))
        elif self.task is not None:
            self.require_one("/task", "task", "tasks")
        for number, item in enumerate(self.tasks):
            with under(f"/tasks/{number}"):
                within = f"/tasks/{number}" if item.usage or item.response else ""
                tasks.append(_task(self._completed(item), item.task, within))
        policy: Policy | LearnedPolicy = self.policy.policy() if self.policy else Policy()
        if self.policy_id is not None:
            policy = learned(self.policy_id)
        return RecommendQuery(tuple(tasks), policy, self.moment(now), alone=alone)

    def _check_shared(self) -> None:
        """Raise InvalidRequest where what all tasks share, read with each, is too much to read."""
        shared = [name for name in _READ_WITH_EACH if name in self.model_fields_set]
        each = sum(len(str(getattr(self, name))) for name in shared)
        if each * len(self.tasks) > MAX_SHARED_CHARACTERS:
            raise InvalidRequest.at(
                "/tasks",
                f"would each be read with {each:,} characters of {', '.join(shared)}, and the limit"
                f" is {MAX_SHARED_CHARACTERS:,} for all tasks together. Send fewer tasks at once.",
            )

    def _completed(self, item: TaskRequest) -> TaskRequest:
        """Return the task with what it leaves out taken from this request."""
        stated = item.model_fields_set
        given = {name: getattr(item, name) for name in stated}
        shared = {
            name: getattr(self, name)
            for name in TaskOptions.model_fields.keys() & self.model_fields_set - stated
            if name not in _SIZES or not stated & _SIZES
        }
        return TaskRequest.model_construct(_fields_set=stated | shared.keys(), **shared, **given)


#: What a task is read with, and how much of it all tasks of a request may take from outside them.
_READ_WITH_EACH = ("system", "messages", "tools", "response_format")
MAX_SHARED_CHARACTERS = 2_000_000
#: A task that states one of these states its whole size: the others are not taken from outside.
_SIZES = MeasuredFields.model_fields.keys() | {"expected_input_tokens", "expected_output_tokens"}


def _task(options: TaskOptions, task: str | None, within: str = "") -> RecommendTask:
    text = task if task is not None else _asked(options.messages or [])
    if text is None:
        raise InvalidRequest.at("/task", "is required, or `messages` with a text of the user")
    if not text.strip():
        raise InvalidRequest.at("/task", "must not be blank: describe the task")
    measured, served = None, StatedTerms()
    notices: tuple[Notice, ...] = ()
    if (found := options.typical_call()) is not None:
        detail = "does not go with measured usage; leave one of them out"
        options.refuse({"expected_input_tokens", "expected_output_tokens"}, detail)
        measured = MeasuredInput.of(found.usage, within).anew()
        served, notices = terms_served(found.usage, StatedTerms()), found.usage.notices
    if options.cached_tokens and options.current_model is None:
        raise InvalidRequest.at("/cached_tokens", "requires `current_model`, whose cache it is")
    prompt, schemas, capabilities = None, "", options.requires.requirements()
    if options.system or options.messages or options.tools or options.response_format:
        prompt = _prompt(options, text)
    if options.tools:
        schemas = f"Available tools:\n{_as_json(options.tools)}"
        able = capabilities.capabilities | {"tools"}
        capabilities = replace(capabilities, capabilities=able)
    return as_query(
        RecommendTask,
        options,
        text=text,
        prompt=prompt,
        tools=schemas,
        system=_text_of(options.system),
        structure=structure_of(options.response_format, options.tools or ()),
        measured=measured,
        served=served,
        notices=notices,
        input_tokens=options.expected_input_tokens,
        output_tokens=options.expected_output_tokens,
        requires=capabilities,
    )


def _prompt(options: TaskOptions, text: str) -> Prompt:
    """Return the whole request; a task that is not in the messages comes after them."""
    messages = list(options.messages or [])
    if text not in (_last_text(messages), _asked(messages)):
        messages.append({"role": "user", "content": text})
    if options.response_format is not None:
        form = _as_json(options.response_format)
        messages.append({"role": "user", "content": form})
    return Prompt(messages, system=options.system, tools=options.tools or False)


#: One encoder for all tasks; a fraction in a schema is a Decimal.
_as_json = json.JSONEncoder(ensure_ascii=False, default=str).encode


def _asked(messages: Sequence[Mapping[str, Any]]) -> str | None:
    """Return what the next answer is about: the last text, or the one that a short yes confirms."""
    last = _last_text(messages)
    if last is None or _CONFIRMS.fullmatch(last) is None:
        return last
    before = [message for message in messages if _last_text([message]) not in (None, last)]
    return f"{earlier}\n\n{last}" if (earlier := _last_text(before)) else last


_CONFIRMS = re.compile(
    r"\W*(?:yes|ok|okay|sure|go|do it|continue[zr]?|ja|weiter|oui|s[ií]|sim|はい|続け|好|继续)\b"
    r".{0,30}",
    re.IGNORECASE,
)


def _last_text(messages: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the last text of the user in a conversation; None if there is none."""
    for message in reversed(messages):
        if message.get("role") == "user" and (found := _text_of(message.get("content"))):
            return found
    return None


def _text_of(content: object) -> str:
    """Return the text of a message's content: a string, or blocks of which some have a text."""
    blocks = [{"text": content}] if isinstance(content, str) else content
    if not isinstance(blocks, list):
        return ""
    texts = [block.get("text") for block in blocks if isinstance(block, dict)]
    return "\n".join(text for text in texts if isinstance(text, str)).strip()


def _few_places(rate: Decimal) -> Decimal:
    exponent = rate.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < -RATIO_PLACES:
        raise PydanticCustomError("too_many_places", "must have at most 12 decimal places")
    return rate


Rate = Annotated[Share, AfterValidator(_few_places)]


class CascadeStageRequest(Request):
    """One model, how often its answers pass, and the check that decides it."""

    model: Name
    """Id, alias, ``provider/model`` or family."""
    pass_rate: Rate | None = None
    """Share of answers that pass this stage's check, from 0 to 1. Every stage but the last needs
    it, or ``correct_rate``.
    """
    correct_rate: Rate | None = None
    """Share of right answers, instead of ``pass_rate``, which then follows from the check."""
    max_tokens: Positive | None = None
    """Output limit of this stage in tokens."""
    verifier: Annotated[VerifierKind, words(*get_args(VerifierKind))] | None = None
    """The kind of check that decides whether an answer passes."""
    detection_rate: Rate | None = None
    """Share of wrong answers that the check catches. Default: the lowest measured."""
    false_rejection_rate: Rate | None = None
    """Share of right answers that the check rejects. Default: the highest measured."""
    verifier_usage: SkipValidation[dict[str, Any] | None] = None
    """Usage of one check made by a model. Default for ``agreement``: the request's usage."""
    verifier_model: Name | None = None
    """The model that checks. Default: the stage's own."""

    def stage(self, within: str) -> CascadeStage:
        """Return the stage; ``within`` leads to it in the request.

        Raises InvalidRequest for fields that contradict each other.
        """
        if self.pass_rate is not None and self.correct_rate is not None:
            detail = "does not go with `pass_rate`; leave one of them out"
            raise InvalidRequest.at("/correct_rate", detail)
        if self.verifier in (None, "none"):
            detail = "requires a `verifier`, other than none"
            self.refuse({"detection_rate", "false_rejection_rate"}, detail)
        call = None
        if self.verifier_usage is not None:
            parsed = read_usage(self.verifier_usage, None, "/verifier_usage")
            call = MeasuredInput.of(parsed, within)
        check = as_query(Check, self, kind=self.verifier) if self.verifier else None
        return as_query(CascadeStage, self, check=check, verifier_call=call)


class CascadeRequest(Versioned, BillingFields, UsageInput):
    """Two to five stages, cheapest first, and the usage of one request."""

    stages: Annotated[tuple[CascadeStageRequest, ...], Field(min_length=2, strict=False), AtMost(5)]
    """The stages in order; the last stage's answer is always kept."""
    calls: Calls = 1
    """Number of identical requests."""

    HINTS = Hints("common", "stages")

    def query(self, now: datetime) -> CascadeQuery:
        """Return the query; errors point at the stage they are in."""
        parsed, stages = self.parsed(), []
        if isinstance(parsed.call, MeasuredInput):
            parsed = replace(parsed, call=parsed.call.anew())
        for number, stage in enumerate(self.stages):
            with under(f"/stages/{number}"):
                stages.append(stage.stage(f"/stages/{number}"))
        return as_query(CascadeQuery, self, parsed, stages=tuple(stages), as_of=self.moment(now))


class TierRequest(UsageInput):
    """One tier: its share of the queries, its model, and the usage of one query."""

    name: Name
    """The tier's name in the answer."""
    share: Rate
    """The tier's share of the queries; all shares add up to exactly 1."""
    model: Name
    """Id, alias, ``provider/model`` or family."""


class TiersRequest(Versioned, BillingFields):
    """Up to 20 tiers, and the single model to compare them with."""

    monthly_queries: Calls
    """Queries per month, over all tiers."""
    tiers: Annotated[tuple[TierRequest, ...], Field(min_length=1, strict=False), AtMost(20)]
    """The tiers; their shares add up to exactly 1."""
    single_model: Name
    """The model to answer all queries instead."""
    equal: Literal["tokens", "text"] = "tokens"
    """``text`` recounts measured usage for the single model's tokenizer."""

    HINTS = Hints("common", "tiers")

    def query(self, now: datetime) -> TiersQuery:
        """Return the query; errors point at the tier they are in."""
        tiers: dict[str, Tier] = {}
        for number, tier in enumerate(self.tiers):
            with under(f"/tiers/{number}"):
                if tier.name in tiers:
                    detail = "is the name of an earlier tier; give each tier its own"
                    raise InvalidRequest.at("/name", detail)
                tiers[tier.name] = as_query(Tier, tier, tier.parsed(f"/tiers/{number}"))
        return as_query(
            TiersQuery,
            self,
            tiers=tuple(tiers.values()),
            as_of=self.moment(now),
            equal_text=self.equal == "text",
        )
