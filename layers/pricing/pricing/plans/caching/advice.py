"""What to change so that a cache works: the order of the prompt, and staying on one model.

The lesson's do's and don'ts, computed for the caller's own prompt where one is described.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pricing.catalogue.models import CacheTtl
from pricing.estimates.estimate import Pricer
from pricing.money import ZERO, plain, subtract
from pricing.notices import Notice
from pricing.plans.caching.options import CachingScenario
from pricing.plans.caching.plan import CachingPlan


@dataclass(frozen=True, slots=True)
class PromptBlock:
    """A part of the prompt, in the order sent; ``varies`` when it differs from call to call."""

    name: str
    tokens: int
    varies: bool = False


@dataclass(frozen=True, slots=True)
class PrefixOrder:
    """The cacheable prefix in the prompt's order, and with its stable blocks first."""

    prefix_tokens: int
    """Tokens that can be cached in the order sent: all before the first block that varies."""
    reordered_prefix_tokens: int
    """Tokens that could be cached with the stable blocks first."""
    move_forward: tuple[str, ...]
    """The stable blocks after the first block that varies."""
    saves_usd_per_month: Decimal
    """Saving per month in the order sent, compared with no caching."""
    reordered_saves_usd_per_month: Decimal
    """Saving per month with the stable blocks first, compared with no caching."""


@dataclass(frozen=True, slots=True)
class ModelSwitch:
    """A call moved to another model, which has a cache of its own."""

    model: str
    """The other model's canonical id."""
    cacheable: bool
    """Whether its provider would cache this prefix."""
    why_not: str | None
    """Why the prefix cannot be cached there; null when it can."""
    first_call_usd: Decimal
    """Cost of the first call there, which writes the prefix."""
    later_call_usd: Decimal
    """Cost of a later call there, which reads the prefix."""
    stay_call_usd: Decimal
    """Cost of the same call on the first model, which reads the prefix."""


def prefix_of(blocks: Sequence[PromptBlock]) -> tuple[int, int]:
    """The tokens of the prefix that can be cached as the blocks stand, and of all the rest."""
    prefix = 0
    for block in blocks:
        if block.varies:
            break
        prefix += block.tokens
    return prefix, sum(block.tokens for block in blocks) - prefix


def reordered(scenario: CachingScenario, blocks: Sequence[PromptBlock]) -> CachingScenario:
    """The scenario with every stable block in its prefix."""
    gained = sum(one.tokens for one in _behind(blocks))
    return replace(
        scenario,
        prefix_tokens=scenario.prefix_tokens + gained,
        suffix_tokens=scenario.suffix_tokens - gained,
    )


def prefix_order(
    plan: CachingPlan, reordered_plan: CachingPlan, blocks: Sequence[PromptBlock]
) -> PrefixOrder:
    """What moving every stable block forward gains, from the plans of both orders."""
    return PrefixOrder(
        prefix_tokens=plan.prefix_tokens,
        reordered_prefix_tokens=reordered_plan.prefix_tokens,
        move_forward=tuple(one.name for one in _behind(blocks)),
        saves_usd_per_month=plan.saves_usd_per_month,
        reordered_saves_usd_per_month=reordered_plan.saves_usd_per_month,
    )


def model_switch(
    pricer: Pricer, other: Pricer, scenario: CachingScenario, ttl: CacheTtl
) -> ModelSwitch:
    """What a call costs that goes to another model, with the same token counts."""
    why_not = other.why_not_cached(scenario.prefix_tokens, ttl)
    caches = why_not is None
    stays = pricer.why_not_cached(scenario.prefix_tokens, ttl) is None
    return ModelSwitch(
        model=other.model.id,
        cacheable=caches,
        why_not=why_not,
        first_call_usd=other.cost(scenario.writing(ttl) if caches else scenario.plain()),
        later_call_usd=other.cost(scenario.reading() if caches else scenario.plain()),
        stay_call_usd=pricer.cost(scenario.reading() if stays else scenario.plain()),
    )


def advice(order: PrefixOrder | None, switches: Sequence[ModelSwitch]) -> tuple[Notice, ...]:
    """The do's and don'ts, those first that this prompt breaks."""
    said = []
    if order is not None and order.move_forward:
        moved = ", ".join(order.move_forward)
        more = subtract(order.reordered_saves_usd_per_month, order.saves_usd_per_month)
        gain = "" if more <= ZERO else f", which saves {plain(more)} USD a month more"
        message = (
            f"Send {moved} before what varies: the cacheable prefix grows from"
            f" {order.prefix_tokens} to {order.reordered_prefix_tokens} tokens{gain}."
        )
        said.append(Notice("reorder_prompt", message))
    if switches:
        names = ", ".join(one.model for one in switches)
        message = (
            f"Calls that move to {names} write the prefix anew: a cache belongs to one model. Keep"
            " calls with one prefix on one model, or weigh the first call there against staying."
        )
        said.append(Notice("stay_on_one_model", message))
    return (*said, *_ALWAYS)


_ALWAYS = (
    Notice(
        "stable_first",
        "Put what never changes first and what varies last: a prefix is matched exactly, in the"
        " order tools, system, messages, and any change invalidates all that follows it.",
    ),
    Notice(
        "one_cache_each",
        "A cache is not shared between models, workspaces or speeds; changed tools, images,"
        " thinking or tool choice invalidate it too.",
    ),
    Notice(
        "warm_before_parallel",
        "Wait for the first response to begin before sending calls in parallel: until then there"
        " is no entry, and each of them writes.",
    ),
    Notice(
        "breakpoints",
        "At most 4 breakpoints, each looking back 20 blocks: mark the end of the stable part.",
    ),
    Notice(
        "watch_hit_rate",
        "Send the usage of real calls as measured: the hit rate that counts is the one you get.",
    ),
)


def _behind(blocks: Sequence[PromptBlock]) -> tuple[PromptBlock, ...]:
    """The stable blocks that stand behind one that varies."""
    first = next((number for number, one in enumerate(blocks) if one.varies), len(blocks))
    return tuple(one for one in blocks[first:] if not one.varies and one.tokens)
