"""How to make a cache work: the order of the prompt, and staying on one model.

Advice is computed for the prompt of the request if it describes one.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import dropwhile

from pricing.catalogue.models import CacheTtl
from pricing.estimates.caching import CacheKind
from pricing.estimates.estimate import Pricer
from pricing.money import ZERO, plain, subtract
from pricing.notices import Notice
from pricing.plans.caching.options import CachingScenario
from pricing.plans.caching.plan import CachingPlan
from pricing.values import immutable


@immutable
class PromptBlock:
    """A part of the prompt, in the order sent; ``varies`` when it differs from call to call."""

    name: str
    tokens: int
    varies: bool = False


@immutable
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


@immutable
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
    """Return the tokens up to the first block that varies, which can be cached, and the others."""
    prefix = 0
    for block in blocks:
        if block.varies:
            break
        prefix += block.tokens
    return prefix, sum(block.tokens for block in blocks) - prefix


def reordered(scenario: CachingScenario, blocks: Sequence[PromptBlock]) -> CachingScenario:
    """Return the scenario with every stable block in its prefix."""
    gained = sum(block.tokens for block in _stable_after_varying(blocks))
    return replace(
        scenario,
        prefix_tokens=scenario.prefix_tokens + gained,
        suffix_tokens=scenario.suffix_tokens - gained,
    )


def prefix_order(
    plan: CachingPlan, reordered_plan: CachingPlan, blocks: Sequence[PromptBlock]
) -> PrefixOrder:
    """Compare the plans of both orders: as sent, and with every stable block in the prefix."""
    return PrefixOrder(
        prefix_tokens=plan.prefix_tokens,
        reordered_prefix_tokens=reordered_plan.prefix_tokens,
        move_forward=tuple(block.name for block in _stable_after_varying(blocks)),
        saves_usd_per_month=plan.saves_usd_per_month,
        reordered_saves_usd_per_month=reordered_plan.saves_usd_per_month,
    )


def model_switch(
    pricer: Pricer, other: Pricer, scenario: CachingScenario, kind: CacheKind
) -> ModelSwitch:
    """Return the cost of a call that moves to another model, with the same token counts."""
    ttl: CacheTtl = "5m" if kind == "automatic" else kind
    why_not = other.why_not_cached(scenario.prefix_tokens, ttl)
    caches = why_not is None
    stays = pricer.why_not_cached(scenario.prefix_tokens, ttl) is None
    there: CacheKind = "automatic" if "automatic" in other.cache_kinds() else ttl
    return ModelSwitch(
        model=other.model.id,
        cacheable=caches,
        why_not=why_not,
        first_call_usd=other.cost(scenario.writing(there) if caches else scenario.plain()),
        later_call_usd=other.cost(scenario.reading() if caches else scenario.plain()),
        stay_call_usd=pricer.cost(scenario.reading() if stays else scenario.plain()),
    )


def advice(
    order: PrefixOrder | None, switches: Sequence[ModelSwitch], *, marked: bool = True
) -> tuple[Notice, ...]:
    """Return the advice; first what this prompt does not follow yet.

    ``marked`` is set where a request marks what is cached, which is not so everywhere.
    """
    found = []
    if order is not None and order.move_forward:
        moved = ", ".join(order.move_forward)
        more = subtract(order.reordered_saves_usd_per_month, order.saves_usd_per_month)
        gain = "" if more <= ZERO else f", which saves {plain(more)} USD a month more"
        message = (
            f"Send {moved} before the blocks that vary: the cacheable prefix grows from"
            f" {order.prefix_tokens:,} to {order.reordered_prefix_tokens:,} tokens{gain}."
        )
        found.append(Notice("reorder_prompt", message))
    if switches:
        names = ", ".join(switch.model for switch in switches)
        message = (
            f"Calls that move to {names} write the prefix again: a cache belongs to one model. Keep"
            " calls with one prefix on one model, or compare the first call there with staying."
        )
        found.append(Notice("stay_on_one_model", message))
    found += (notice for notice in _ALWAYS if marked or notice.code != "breakpoints")
    return tuple(found)


_ALWAYS = (
    Notice(
        "stable_first",
        "Put what never changes first and what varies last. A prefix is matched exactly, in the"
        " order tools, system, messages, and a change invalidates everything after it.",
    ),
    Notice(
        "one_cache_each",
        "A cache is not shared between models, workspaces or speeds. Other tools, images, thinking"
        " or tool choice invalidate it too.",
    ),
    Notice(
        "warm_before_parallel",
        "Wait until the first response begins before sending calls in parallel: until then there"
        " is no entry, and each call writes.",
    ),
    Notice(
        "breakpoints",
        "Mark the end of the stable part. A request has at most 4 breakpoints, and each looks back"
        " 20 blocks.",
    ),
    Notice(
        "watch_hit_rate",
        "Send the usage of real calls as `measured` to see the hit rate that they reach.",
    ),
)


def _stable_after_varying(blocks: Sequence[PromptBlock]) -> tuple[PromptBlock, ...]:
    """Return the stable blocks after the first one that varies."""
    after = dropwhile(lambda block: not block.varies, blocks)
    return tuple(block for block in after if not block.varies and block.tokens)
