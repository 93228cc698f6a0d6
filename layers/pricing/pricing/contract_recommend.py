"""``POST /v1/recommend``'s request."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, SkipValidation

from pricing.contract import Calls, Count, ExactNumber, Name, Request, Versioned
from pricing.contract_compare import RequirementsRequest
from pricing.contract_estimate import parse_usage
from pricing.errors import InvalidRequest
from pricing.recommend import RecommendQuery
from pricing.recommend_candidates import RecommendTask
from pricing.recommend_policy import LearnedPolicy, Policy
from pricing.usage_formats import AnyUsage, UsageFormat

MAX_TASKS = 100
TaskText = Annotated[str, Field(min_length=1, max_length=200_000)]


class PolicyRequest(Request):
    """The model for each complexity, the weakest first; what is left out is the default."""

    simple: Name = "haiku"
    moderate: Name = "sonnet"
    complex: Name = "opus"
    safe: Name | None = Field(
        default=None,
        description="For tasks of a kind nobody measured. Default: the model for complex ones.",
    )


class TaskOptions(Request):
    """What one call uses, and what must hold for its model."""

    usage: SkipValidation[AnyUsage | None] = Field(
        default=None, description="The usage of one call. Default: the task is the whole prompt."
    )
    usage_format: UsageFormat = Field(default="anthropic", description="Shape of the usage.")
    expected_input_tokens: Count | None = Field(
        default=None, description="Instead of usage: how long the prompt will be."
    )
    expected_output_tokens: Count | None = Field(
        default=None,
        description="How long the answer will be. Default: all of `max_tokens`, an upper bound.",
    )
    calls: Calls = 1
    realtime: bool | None = Field(default=None, description="Whether somebody waits.")
    requires: RequirementsRequest = Field(default_factory=RequirementsRequest)
    max_usd_per_call: Annotated[ExactNumber, Field(ge=0, le=10**6)] | None = Field(
        default=None, description="What a call may cost at most."
    )
    prefix_tokens: Annotated[int, Field(ge=1, le=10**12)] | None = Field(
        default=None, description="How many of the input tokens are the same in every call."
    )
    current_model: Name | None = Field(
        default=None, description="The model that the conversation runs on now."
    )
    cached_tokens: Count = Field(
        default=0, description="How many tokens of the prompt are in its cache."
    )
    force: Name | None = Field(
        default=None, description="Take this model whatever the task is read as."
    )


class TaskRequest(TaskOptions):
    """One task; what it leaves out is as in the request around it."""

    task: TaskText = Field(description="What is to be done, in words. It is never logged or kept.")
    name: Name | None = None


def _from_text(value: Any) -> Any:
    return {"task": value} if isinstance(value, str) else value


AnyTask = Annotated[
    TaskRequest, BeforeValidator(_from_text, json_schema_input_type=TaskRequest | TaskText)
]


class RecommendRequest(Versioned, TaskOptions):
    """One ``task``, or up to 100 ``tasks``, which share what is stated beside them."""

    task: TaskText | None = Field(
        default=None, description="What is to be done, in words. It is never logged or kept."
    )
    tasks: Annotated[tuple[AnyTask, ...], Field(max_length=MAX_TASKS, strict=False)] = Field(
        default=(), description="Instead: several tasks, each an object or its text alone."
    )
    policy: PolicyRequest | None = Field(
        default=None, description="Which model is meant for which complexity."
    )
    policy_id: Name | None = Field(
        default=None, description="A policy made by `POST /v1/recommend/calibrate`, instead."
    )

    def query(self, now: datetime, learned: Callable[[str], LearnedPolicy]) -> RecommendQuery:
        """The domain's question; ``learned`` fetches the policy of an id, or raises UnknownPolicy.

        Raises InvalidRequest when the fields do not make one.
        """
        if (self.task is None) == (not self.tasks):
            raise InvalidRequest.at("/task", "or tasks must be sent, and not both")
        if self.policy is not None and self.policy_id is not None:
            raise InvalidRequest.at("/policy", "does not go with policy_id")
        if self.task is not None:
            tasks = [_task(self, self.task, None)]
        else:
            tasks = [self._of(number) for number in range(len(self.tasks))]
        alone = self.task is not None
        policy: Policy | LearnedPolicy = Policy(**dict(self.policy)) if self.policy else Policy()
        if self.policy_id is not None:
            policy = learned(self.policy_id)
        return RecommendQuery(tuple(tasks), policy, self.moment(now), alone)

    def _of(self, number: int) -> RecommendTask:
        item = self.tasks[number]
        stated = item.model_fields_set
        given = {name: getattr(item, name) for name in stated}
        shared = {
            name: getattr(self, name)
            for name in TaskOptions.model_fields.keys() & self.model_fields_set - stated
            if name not in _SIZES or not stated & _SIZES
        }
        whole = TaskRequest.model_construct(_fields_set=stated | shared.keys(), **shared, **given)
        try:
            return _task(whole, item.task, item.name)
        except InvalidRequest as error:
            raise error.under(f"/tasks/{number}") from None


#: A task that says anything of its size says all of it.
_SIZES = {"usage", "usage_format", "expected_input_tokens", "expected_output_tokens"}


def _task(options: TaskOptions, text: str, name: str | None) -> RecommendTask:
    if not text.strip():
        raise InvalidRequest.at("/task", "must say what is to be done")
    expected = {"expected_input_tokens", "expected_output_tokens"} & options.model_fields_set
    parsed = None
    if options.usage is not None:
        if expected:
            raise InvalidRequest.at(f"/{min(expected)}", "does not go with usage")
        parsed = parse_usage(options.usage, options.usage_format, "/usage")
    if options.cached_tokens and options.current_model is None:
        raise InvalidRequest.at("/cached_tokens", "goes with current_model only")
    task = RecommendTask(
        text=text,
        name=name,
        input_tokens=options.expected_input_tokens,
        output_tokens=options.expected_output_tokens,
        calls=options.calls,
        realtime=options.realtime,
        requires=options.requires.requirements(),
        max_usd_per_call=options.max_usd_per_call,
        prefix_tokens=options.prefix_tokens,
        current_model=options.current_model,
        cached_tokens=options.cached_tokens,
        force=options.force,
    )
    if parsed is None:
        return task
    return replace(task, attempts=parsed.attempts, served=parsed.served, notices=parsed.notices)
