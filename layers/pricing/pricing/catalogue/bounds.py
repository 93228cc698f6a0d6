"""Bounds that a price must keep, in a bundled book as in a refresh.

A list may have a slip: dollars for cents, a price per thousand tokens, one column for another. Such
a price is in no book until a correction with a source (``catalogue/corrections.toml``), or a
person, says what it is. Each sentence begins with the name of its rule.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from pricing.catalogue.models import Row, mode_of, row_key
from pricing.money import multiply

#: How far outside the prices of a provider's other models of one mode a price may lie.
PLAUSIBLE = Decimal(10)
#: And how far above their median: one expensive model does not let a slip of a unit through.
ABOVE_MEDIAN = Decimal(400)
#: The makers whose cache writes are billed as input, at least.
_WRITES_COST_INPUT = ("anthropic", "azure", "google", "openai", "vertex")
#: The beginnings of names of the same makers' models at a reseller.
_MADE_BY = tuple(f"{maker}/" for maker in _WRITES_COST_INPUT)

Ranges = dict[tuple[str, str, str], list[Decimal]]


def contradictions_in(row: Row, rates: Mapping[str, Decimal]) -> Iterator[str]:
    """Yield the bounds that rates break by themselves; these no approval overrules.

    * ``write_under_input``: a cache write costs less than plain input, where the maker bills both
    * ``video_at_text_price``: generated video costs no more than text
    """
    name = str(row["id"]).lstrip("~")
    writes = row["provider"] in _WRITES_COST_INPUT or name.startswith(_MADE_BY)
    known = {component: price for component, price in rates.items() if price}
    if writes and known.get("cache_write_5m", Decimal("Infinity")) < known.get("input", 0):
        yield (
            f"write_under_input: a cache write at {rates['cache_write_5m']} costs less than input"
            f" at {rates['input']}"
        )
    if known.get("video_output", Decimal("Infinity")) <= known.get("output", 0):
        yield (
            f"video_at_text_price: video at {rates['video_output']} does not cost more than text at"
            f" {rates['output']}"
        )


def ranges(rows: Iterable[Row]) -> Ranges:
    """Return today's standard prices of input and output by (provider, mode, component), sorted."""
    found: Ranges = {}
    for row in rows:
        for component, price in _ends(row):
            found.setdefault((row["provider"], mode_of(row), component), []).append(price)
    return {key: sorted(prices) for key, prices in found.items()}


def out_of_range(row: Row, known: Ranges, before: Row | None = None) -> Iterator[str]:
    """Yield the bounds that a row breaks by its distance from its provider's other models.

    * ``far_above_others``: input or output is over ten times that of the most expensive other model
      of that mode, or over 400 times the median
    * ``far_below_others``: it is under a tenth of that of the cheapest one
    * ``output_under_input``: output costs less than input

    ``known`` are the ``ranges`` of a book with or without the row, or with the row as it was
    ``before``. A note with the rule's name says that a price is so.
    """
    notes = " ".join(row.get("notes", ()))
    rates = dict(_ends(row))
    own = rates if before is None else dict(_ends(before))
    for component, price in rates.items():
        others = list(known.get((row["provider"], mode_of(row), component), ()))
        if own.get(component) in others:
            others.remove(own[component])
        if not others:
            continue
        middle = others[len(others) // 2]
        most = min(multiply(others[-1], PLAUSIBLE), multiply(middle, ABOVE_MEDIAN))
        if price > most and "far_above_others" not in notes:
            yield (
                f"far_above_others: {component} at {price}; the other models cost {middle} in the"
                f" median, and up to {others[-1]}"
            )
        if multiply(price, PLAUSIBLE) < others[0] and "far_below_others" not in notes:
            yield (
                f"far_below_others: {component} at {price} is under a tenth of {others[0]}, the"
                " cheapest other model"
            )
    inverted = rates.get("output", Decimal("Infinity")) < rates.get("input", 0)
    if inverted and "output_under_input" not in notes:
        yield f"output_under_input: output at {rates['output']}, input at {rates['input']}"


def bound_of(sentence: str) -> str:
    """The rule and the component of a sentence of ``out_of_range``, without its figures."""
    return sentence.partition(" at ")[0]


def range_problems(rows: Iterable[Row]) -> Iterator[str]:
    """Yield a sentence for each row of a book that breaks a bound of ``out_of_range``."""
    rows = list(rows)
    known = ranges(rows)
    for row in rows:
        yield from (f"{row_key(row)}: {problem}" for problem in out_of_range(row, known))


def _ends(row: Row) -> Iterator[tuple[str, Decimal]]:
    """Yield the standard input and output price of a row's last period, unless they are zero."""
    for period in row.get("prices", ())[-1:]:
        rates = period["lists"]["standard"]["rates"]
        for component in ("input", "output"):
            price = Decimal(rates.get(component, 0))
            if price:
                yield component, price
