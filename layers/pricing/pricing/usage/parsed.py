"""A usage object once it has been read: what was used, and what only the model can decide."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from pricing.errors import InvalidRequest
from pricing.money import ZERO, subtract
from pricing.notices import Notice
from pricing.usage.buckets import Attempt, StatedTerms
from pricing.usage.terms import COMMITTED_WORDS, COMMON, TierWord
from pricing.values import immutable


@immutable
class Unread:
    """A count in a request that was not understood, so that it is in no total."""

    pointer: str
    """Where the count is in the request, as a JSON pointer that leaves out unusual names."""
    value: Decimal
    """The count."""


@immutable
class StatedCost:
    """What a provider or a gateway says it charged for the call, and where it says so.

    ``fee`` is a gateway's part of it, for a call that was made with a key of the caller's own.
    """

    usd: Decimal
    pointer: str
    fee: Decimal = ZERO

    @property
    def inference(self) -> Decimal:
        """What the model itself cost; 0 where only the gateway's fee is stated."""
        return subtract(self.usd, self.fee)


@immutable
class Ambiguity:
    """Counts that agree under one provider's rules only: where they stand, and why they do not."""

    pointer: str
    detail: str
    tokens: int = 0

    def error(self) -> InvalidRequest:
        """The refusal where the rules of the model's provider do not resolve it."""
        return InvalidRequest.at(self.pointer, self.detail)


@immutable
class OpenQuestions:
    """What a usage object leaves open until the model is known; ``settled`` decides it.

    ``rest`` are tokens that the stated total has and its parts lack, ``cache_outside`` a cache
    count larger than the prompt that should include it, ``reasoning_outside`` reasoning larger than
    the answer, and ``sdk_cache`` a cache count that an SDK passes on as the provider counts it.
    ``cache_inside`` are cached tokens that the count of input may include, being at least as large;
    ``inside_by_total`` is set where the stated total has room for them nowhere else.
    ``drawn`` is set where the output may be images. ``no_input`` is set
    where no input is stated, as in the last event of a stream, and ``no_output`` where no output
    is, which only a model that bills none leaves out.
    """

    tier: TierWord | None = None
    rest: Ambiguity | None = None
    cache_outside: Ambiguity | None = None
    reasoning_outside: Ambiguity | None = None
    sdk_cache: Ambiguity | None = None
    cache_inside: int = 0
    inside_by_total: bool = False
    drawn: bool = False
    no_input: Ambiguity | None = None
    no_output: Ambiguity | None = None

    @property
    def none(self) -> bool:
        """Whether no model decides anything; a tier's common word is the same for all."""
        return replace(self, tier=None) == NOTHING_OPEN and (
            self.tier is None or self.tier.word in COMMON
        )

    @property
    def certain(self) -> bool:
        """Whether the figures agree without an explanation."""
        return self.rest is None and self.cache_outside is None and self.reasoning_outside is None

    def anew(self) -> "OpenQuestions":
        """What is open for the same call on other models, whose providers have other tiers.

        Raises InvalidRequest for a tier that no provider has.
        """
        if self.tier is not None:
            self.tier.check_known()
        return replace(self, tier=None)

    def settled(
        self,
        attempts: tuple[Attempt, ...],
        provider: str,
        model_id: str,
        bills_output: Callable[[], bool],
    ) -> tuple[tuple[Attempt, ...], tuple[Notice, ...]]:
        """The attempts by the rules of the model that is priced, and what to say of them.

        Gemini behind an OpenAI-compatible endpoint leaves its thoughts out of the answer, so that
        they are what the total has on top; xAI and Perplexity leave their reasoning out. Gateways
        that speak OpenAI's shape for Claude keep Anthropic's prompt, which excludes the cache.
        Raises InvalidRequest for what no rule of this model resolves.
        """
        if self == NOTHING_OPEN:
            return attempts, ()
        notices: list[Notice] = []
        self._check_sides(bills_output)
        if self.tier is not None:
            self.tier.check(provider)
            if self.tier.word in COMMITTED_WORDS:
                notices.append(COMMITTED_CAPACITY)
        if self.drawn and "gpt-image" in model_id:
            usage = attempts[0].usage
            drawn = usage.changed(output=0, image_output=usage.output + usage.image_output)
            attempts = (replace(attempts[0], usage=drawn), *attempts[1:])
        if self.reasoning_outside is not None:
            if provider in _REASON_INSIDE:
                raise self.reasoning_outside.error()
            notices.append(Notice("reasoning_outside_completion", _OUTSIDE))
        attempts, cache_notices = self._with_cache(attempts, provider, model_id)
        notices += cache_notices
        if self.rest is not None:
            if "gemini" not in model_id:
                raise self.rest.error()
            attempts = _with_more(attempts, "reasoning_output", self.rest.tokens)
            message = (
                f"The total has {self.rest.tokens:,} tokens more than its parts: they are thoughts,"
                " billed as output."
            )
            notices.append(Notice("reasoning_outside_completion", message))
        return attempts, tuple(notices)

    def _check_sides(self, bills_output: Callable[[], bool]) -> None:
        """Raise InvalidRequest for a side of the call that is not stated and is billed."""
        if self.no_input is not None:
            raise self.no_input.error()
        if self.no_output is not None and bills_output():
            raise self.no_output.error()

    def _with_cache(
        self, attempts: tuple[Attempt, ...], provider: str, model_id: str
    ) -> tuple[tuple[Attempt, ...], tuple[Notice, ...]]:
        """The attempts with an input that excludes the cache, where the model's provider counts so.

        AI SDKs pass on the provider's count up to version 5, and include the cache from version 6.
        Converse excludes the cache, except in the streams of OpenAI's models on Bedrock; SDKs that
        use its names for the counts of other providers do not.
        """
        if self.inside_by_total and provider != "bedrock" and "claude" not in model_id:
            message = (
                "The total is that of the input and the output, so that the input includes the"
                f" cached tokens: {self.cache_inside} tokens less of plain input than if it"
                " excluded them."
            )
            less = _with_more(attempts, "input", -self.cache_inside)
            return less, (Notice("cache_inside_input", message),)
        if self.cache_inside and provider == "bedrock" and "openai." in model_id:
            message = (
                "Converse streams of OpenAI's models include the cached tokens in inputTokens, and"
                f" it is read so: {self.cache_inside} tokens less of plain input than if it"
                " excluded them."
            )
            less = _with_more(attempts, "input", -self.cache_inside)
            return less, (Notice("cache_inside_input", message),)
        if self.cache_outside is not None:
            if "claude" not in model_id:
                raise self.cache_outside.error()
            return attempts, (CACHE_OUTSIDE,)
        if self.sdk_cache is None or "claude" not in model_id or provider not in _CLAUDE_HOSTS:
            return attempts, ()
        message = (
            "AI SDK 5 leaves Claude's cached tokens out of inputTokens, and it is read so:"
            f" {self.sdk_cache.tokens:,} tokens more of plain input than if it included them."
            " Send the response with its providerMetadata to be exact."
        )
        more = _with_more(attempts, "input", self.sdk_cache.tokens)
        return more, (Notice("cache_outside_prompt", message),)


def _with_more(attempts: tuple[Attempt, ...], bucket: str, tokens: int) -> tuple[Attempt, ...]:
    first, *others = attempts
    usage = first.usage.changed(**{bucket: getattr(first.usage, bucket) + tokens})
    return (replace(first, usage=usage), *others)


#: Where the answer always includes the reasoning: a larger one is an error. Others count it apart.
_REASON_INSIDE = ("openai", "azure", "anthropic")
_OUTSIDE = "The reasoning exceeds the answer: it is read as next to it, and both bill."
#: Where Claude's own count of input, without the cache, reaches an SDK as it is.
_CLAUDE_HOSTS = ("anthropic", "bedrock", "vertex")
NOTHING_OPEN = OpenQuestions()


@immutable
class ParsedUsage:
    """What a provider's usage object says was used, and how it was served.

    ``unread`` holds the counts that were not understood, ``stated`` what the provider says it
    charged for the call, and ``open`` what only the model decides.
    """

    attempts: tuple[Attempt, ...]
    served: StatedTerms = StatedTerms()
    notices: tuple[Notice, ...] = ()
    assumptions: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
    stated: StatedCost | None = None
    open: OpenQuestions = NOTHING_OPEN

    def refused(self) -> "ParsedUsage":
        """The same call when its answer was refused before any output.

        The prompt that was refused is not billed. Whatever else the call did before that is:
        searches, compactions, advisors, attempts declined after they had begun to answer.
        """
        attempts = (
            replace(one, usage=one.usage.tools()) if one.serving else one for one in self.attempts
        )
        return replace(self, attempts=tuple(attempts), open=OpenQuestions(tier=self.open.tier))


CACHE_OUTSIDE = Notice(
    "cache_outside_prompt", "The cached tokens exceed the prompt: it is read as excluding them."
)
COMMITTED_CAPACITY = Notice(
    "committed_capacity_at_list_price",
    "Reserved or provisioned capacity is paid for by commitment; the list price is shown.",
)
