"""Changes of what is cached, and for how long, from the rhythm of the calls.

A log has no text, so what calls share is inferred: a prefix can be no longer than the shortest
input of them all, and an entry lives on as long as calls come within its time to live.
"""

from pricing.usage_report_change import Change, Situation
from pricing.usage_report_slices import Slice

ENOUGH_CALLS = 20


def change_ttl(now: Situation) -> Change | None:
    """Write for five minutes what is always read within them, or for an hour what is not."""
    rhythm = now.rhythm
    if rhythm is None:
        return None
    hour = sum(one.counts["cache_write_1h"] for one in _live(now))
    five = sum(one.counts["cache_write_5m"] for one in _live(now))
    between = rhythm.starts_5m - rhythm.starts_1h
    if hour and rhythm.writes_1h:
        again = -(-hour * between // rhythm.writes_1h)
        after = tuple(_shorter(one, again, hour) for one in now.slices)
        return Change(
            target="5m",
            slices=after,
            why=f"Of {rhythm.calls} calls only {between} came more than five minutes and at most an"
            " hour after the one before: entries that live five minutes would do.",
            arithmetic=f"{hour} tokens written for five minutes instead of an hour, and up to"
            f" {again} read tokens written again after {between} longer pauses",
            confidence="medium",
        )
    if five and between > 0 and rhythm.writes_5m:
        spared = five * min(between, rhythm.writes_5m) // rhythm.writes_5m
        after = tuple(_longer(one, spared, five) for one in now.slices)
        return Change(
            target="1h",
            slices=after,
            why=f"{between} calls came more than five minutes and at most an hour after the one"
            " before, and found their entry gone.",
            arithmetic=f"{five - spared} tokens written for an hour, and {spared} read that were"
            " written again",
            confidence="medium" if rhythm.writes_5m <= 2 * rhythm.starts_5m else "low",
        )
    return None


def _live(now: Situation) -> list[Slice]:
    """The slices a rhythm is known of: those that are not batches."""
    return [one for one in now.slices if one.terms.processing != "batch"]


def _shorter(one: Slice, again: int, hour: int) -> Slice:
    written = one.counts["cache_write_1h"]
    if one.terms.processing == "batch" or not written:
        return one
    more = min(-(-again * written // hour), one.counts["cache_read"])
    return one.moved(cache_write_1h=-written, cache_write_5m=written + more, cache_read=-more)


def _longer(one: Slice, spared: int, five: int) -> Slice:
    written = one.counts["cache_write_5m"]
    if one.terms.processing == "batch" or not written:
        return one
    fewer = spared * written // five
    return one.moved(cache_write_5m=-written, cache_write_1h=written - fewer, cache_read=fewer)


def cache_repeated(now: Situation) -> Change | None:
    """Cache what calls without a cache have in common, where it is long enough."""
    rhythm = now.rhythm
    minimum = now.slices[0].model.cache_minimum_tokens
    if rhythm is None or minimum is None or rhythm.plain_calls < ENOUGH_CALLS:
        return None
    prefix = rhythm.least_plain_input
    # Inputs of very different lengths share less than their shortest has.
    if prefix < minimum or 2 * prefix * rhythm.plain_calls < rhythm.plain_input:
        return None
    choices = [
        _cached(now, prefix, "cache_write_5m", rhythm.starts_5m),
        _cached(now, prefix, "cache_write_1h", rhythm.starts_1h),
    ]
    priced = [(cost, after) for after in choices if (cost := now.cost(after)) is not None]
    if not priced:
        return None
    cost, after = min(priced, key=lambda one: one[0])
    five = after is choices[0]
    starts = rhythm.starts_5m if five else rhythm.starts_1h
    steady = 10 * prefix * rhythm.plain_calls >= 9 * rhythm.plain_input
    return Change(
        target="5m" if five else "1h",
        slices=after,
        why=f"{rhythm.plain_calls} calls send at least {prefix} input tokens each and cache"
        " nothing. If they begin with the same text, mark it to be cached.",
        arithmetic=f"at most {prefix} tokens shared: written at the {starts} calls after a pause"
        f" longer than {'five minutes' if five else 'an hour'}, read by the others",
        confidence="medium" if steady else "low",
    )


def _cached(now: Situation, prefix: int, bucket: str, starts: int) -> tuple[Slice, ...]:
    plain = sum(one.plain_calls for one in _live(now))
    after = []
    for one in now.slices:
        calls = 0 if one.terms.processing == "batch" else one.plain_calls
        # A recount rounds up: what moves is never more than there is.
        moved = min(calls * prefix, one.counts["input"])
        if not moved:
            after.append(one)
            continue
        writes = min(-(-starts * calls // plain), calls)
        written = moved * writes // calls
        after.append(one.moved(input=-moved, cache_read=moved - written, **{bucket: written}))
    return tuple(after)
