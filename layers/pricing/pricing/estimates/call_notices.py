"""What to warn of about a call: its name, its terms, its model's dates and limits, its cost."""

from datetime import datetime, timedelta
from decimal import Decimal

from pricing.catalogue.models import Model
from pricing.catalogue.price_book import Match
from pricing.estimates.caching import cache_kinds
from pricing.estimates.calculator import is_at
from pricing.money import ONE, ZERO, plain, subtract
from pricing.notices import Notice
from pricing.timestamps import AsOf
from pricing.usage.buckets import Attempt, Terms, Usage
from pricing.usage.parsed import StatedCost
from pricing.values import immutable

IMAGE_GENERATION = "image_generation"
#: The code of the warning that a name of a model asks for searches, which are billed by use.
SEARCH_NOT_COUNTED = "web_search_not_counted"
#: How long before a retirement answers start to warn of it.
RETIREMENT_NOTICE = timedelta(days=90)
#: Stated costs are floats in most logs: a difference this small is their rounding.
_ROUNDING_USD = Decimal("0.0000001")


@immutable
class ContextUse:
    """Use of the context window by the longest attempt."""

    window: int | None
    """The model's context window in tokens; null when not known."""
    used_tokens: int
    """Prompt and output tokens together."""
    fits: bool | None
    """Whether they fit, the prompt also in the largest input; null when the window is not known."""


def context_use(model: Model, at: datetime, attempts: tuple[Attempt, ...]) -> ContextUse:
    """Return a model's context window at an instant, and the tokens of its longest attempt."""
    window = ((period := model.period_at(at)) and period.context_window) or model.context_window
    usages = usages_at(model, attempts)
    prompt = max((usage.mean_prompt_tokens for usage in usages), default=0)
    used = max((usage.mean_prompt_tokens + usage.mean_output_tokens for usage in usages), default=0)
    fits = None if window is None else used <= window and prompt <= (model.max_input_tokens or used)
    return ContextUse(window, used, fits)


def usages_at(model: Model, attempts: tuple[Attempt, ...]) -> list[Usage]:
    """Return the usages at the call's own model: an advisor has limits of its own."""
    return [attempt.usage for attempt in attempts if is_at(model, attempt)]


def stated_cost_notices(own: Decimal, stated: StatedCost | None) -> tuple[Notice, ...]:
    """Warn of a gateway's fee, and of a cost that differs by more than its own rounding."""
    if stated is None:
        return ()
    fee: tuple[Notice, ...] = ()
    if stated.fee:
        message = (
            f"The stated cost has {plain(stated.fee)} USD that a gateway charges for a call with a"
            " key of your own: a fee, which is in no total here."
        )
        fee = (Notice("gateway_fee", message),)
    cost = stated.inference
    if stated.fee and not cost:
        return fee
    exponent = cost.as_tuple().exponent
    last_digit = ONE.scaleb(exponent if isinstance(exponent, int) else 0) if cost else ZERO
    difference = subtract(own, cost)
    if abs(difference) <= max(last_digit, _ROUNDING_USD):
        return fee
    message = (
        f"{stated.pointer} states a cost of {plain(cost)} USD for one call; at this version's"
        f" list prices it is {plain(own)} USD, {plain(abs(difference))} USD"
        f" {'less' if difference < 0 else 'more'}. Counts that the usage leaves out, another tier"
        " and discounts are the usual reasons."
    )
    return (*fee, Notice("stated_cost_differs", message))


def reference_notices(
    match: Match, reference: str, terms: Terms, differing: tuple[str, ...]
) -> list[Notice]:
    """Warn of an id that fits two endpoints of a cloud, and of served terms that were not asked."""
    notices, model = [], match.model
    if match.matched_by == "openrouter_variant" and reference.endswith(":online"):
        message = (
            "`:online` adds OpenRouter's web search, which is billed by use: in no total here."
        )
        notices.append(Notice(SEARCH_NOT_COUNTED, message))
    if reference.removeprefix(f"{model.provider}/") in model.ambiguous_aliases:
        message = (
            f"This id fits a regional and a global endpoint; {model.id} is priced. Send the id of"
            " the endpoint to be sure."
        )
        notices.append(Notice("ambiguous_model_id", message))
    for name in differing:
        message = f"The usage object reports {name} {getattr(terms, name)}; that is priced."
        notices.append(Notice("served_terms_differ", message))
    return notices


def lifecycle_notices(model: Model, as_of: AsOf) -> list[Notice]:
    """Warn of a date before the model's release, or near or after its retirement."""
    life, day = model.lifecycle, as_of.day
    if (began := life.released or life.first_seen) and day < began:
        how = "was released on" if life.released else "is in no price list before"
        message = f"{model.id} {how} {began}; its first known price is used."
        return [Notice("before_release", message)]
    if life.retired(day):
        message = f"{model.id} retired on {life.retires}; its last known price is used."
        return [Notice("model_retired", message)]
    if life.retired(day + RETIREMENT_NOTICE):
        return [Notice("model_retiring", f"{model.id} retires on {life.retires}.")]
    return []


def output_notices(model: Model, at: datetime, attempts: tuple[Attempt, ...]) -> list[Notice]:
    """Warn of a model that makes images, no output of which is stated to be one.

    Most logs keep the sum of output tokens alone, and images cost many times the price of text.
    """
    if model.mode != IMAGE_GENERATION:
        return []
    standard = model.lists_at(at).get("standard")
    rates = standard.rates if standard else {}
    text, image = rates.get("output"), rates.get("image_output")
    tokens = sum(usage.output for usage in usages_at(model, attempts))
    drawn = any(usage.image_output for usage in usages_at(model, attempts))
    if not tokens or drawn or text is None or image is None or text == image:
        return []
    message = (
        f"No output token is stated to be of an image: {tokens:,} are priced as text, at"
        f" {plain(text)} USD per million. Those of images cost {plain(image)}. Send the usage with"
        " its details by modality to be exact."
    )
    return [Notice("output_modality_unknown", message)]


def limit_notices(
    model: Model, at: datetime, attempts: tuple[Attempt, ...], terms: Terms, context: ContextUse
) -> list[Notice]:
    """Warn of more tokens than the model takes or gives, and of a prefix too short to cache.

    What a provider that caches automatically counts as cached was cached, however short.
    """
    notices = []
    if context.fits is False:
        message = (
            f"{context.used_tokens:,} tokens do not fit the context window of {model.id},"
            f" {context.window:,} tokens: no call can use this much. If the counts are the sum of"
            " several calls, send their number in the usage as `calls`."
        )
        notices.append(Notice("context_exceeded", message))
    limit = model.max_output_tokens
    if terms.processing == "batch":
        limit = model.max_output_tokens_batch or limit
    usages = usages_at(model, attempts)
    output = max((usage.mean_output_tokens for usage in usages), default=0)
    if limit is not None and output > limit:
        message = f"{output:,} output tokens exceed the limit of {model.id}, {limit:,} tokens."
        notices.append(Notice("output_limit_exceeded", message))
    minimum = model.cache_minimum_tokens or 0
    cached = (usage.cached_tokens for usage in usages)
    short = min((tokens for tokens in cached if 0 < tokens < minimum), default=0)
    if short and "automatic" not in cache_kinds(model, at, terms):
        message = (
            f"{short:,} cached tokens are priced as sent, but {model.id} has a cache minimum of"
            f" {minimum:,} tokens: a shorter prefix is billed as plain input."
        )
        notices.append(Notice("below_cache_minimum", message))
    return notices
