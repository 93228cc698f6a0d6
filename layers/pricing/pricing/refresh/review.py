"""Review one model: every price on which the sources differ from the active version, and why a
change is held.

A review passes through three kinds of checks, each of which may hold changes: every change by
itself and with the others of its price list (this module and ``rules``), changes that many models
share (``patterns``), and the prices of the model as they would be (``consistency``).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from pricing.catalogue.models import DISCOUNT_MODES, Row, row_names
from pricing.money import plain
from pricing.refresh.candidates import Candidate
from pricing.refresh.rules import (
    CONFIRMABLE,
    ENOUGH_SOURCES,
    Agreement,
    HoldReason,
    hold_reason,
    is_inverted,
)
from pricing.refresh.timeline import (
    ALWAYS,
    PriceChange,
    PriceField,
    Segment,
    price_in,
    rebuilt,
    segments,
    windows_of,
    without_cancelled,
)
from pricing.sources.merge import GENAI, LITELLM, PACKAGES, disagreements
from pricing.sources.price_tables import (
    SAME_TIER_TOKENS,
    PriceTable,
    Rates,
    current_period,
    document_of,
    instant,
    prices_in,
    rates_at,
    table_of,
)
from pricing.values import immutable
from pricing.versions.proposals import QuarantinedField

#: The source of Tariff's own prices: a correction, or a price computed from accepted ones.
OWN = "tariff"


@immutable
class Match:
    """An active row, and the candidate that holds one of its names.

    ``splits`` where the active row's id belongs to another candidate: the names that this one holds
    become a row of their own, if their price differs.
    """

    active: Row
    candidate: Candidate
    splits: bool = False

    @property
    def moved(self) -> list[str]:
        """The aliases that leave the active row, the one to be the new row's id first."""
        row = self.candidate.row
        moved = [name for name in self.active.get("aliases", ()) if name in row_names(row)]
        return sorted(moved, key=row["id"].__ne__)

    @property
    def model(self) -> str:
        """The id of the row that the candidate's prices are for."""
        return str(self.moved[0] if self.splits else self.active["id"])


@dataclass(slots=True)
class ModelReview:
    """One model's price changes, and the reasons why some are held.

    ``candidate`` has only the quotes for the active row's names, and the prices of
    ``with_new_quotes``. ``known`` are the disagreements that change nothing: ``known_before``.
    """

    match: Match
    candidate: Candidate
    known: list[Row]
    now: str
    parts: list[Segment]
    changes: dict[PriceField, PriceChange]
    held: dict[PriceField, HoldReason]

    @property
    def active(self) -> Row:
        """The active row."""
        return self.match.active

    @property
    def provider(self) -> str:
        """The provider's id."""
        return str(self.active["provider"])

    @property
    def key(self) -> str:
        """``provider/model``."""
        return f"{self.provider}/{self.match.model}"

    def hold(self, field: PriceField, reason: HoldReason) -> None:
        """Hold a change; the first reason that a field gets stays."""
        if field in self.changes:
            self.held.setdefault(field, reason)

    def accepts(self, field: PriceField) -> bool:
        """Whether a change becomes active at once."""
        return field not in self.held

    def accepted(self) -> list[PriceChange]:
        """Return the changes that become active at once."""
        return [change for field, change in self.changes.items() if self.accepts(field)]

    def quarantined(self) -> Iterator[QuarantinedField]:
        """Yield the changes that are held."""
        return (self._quarantined(field, reason) for field, reason in self.held.items())

    def prices(self, *, approved: bool = False) -> list[Row]:
        """Return the row's periods with the accepted changes; also with all that can be approved.

        A list that quotes the new prices for another name only is not named as their source: the
        next refresh would find it without the model, and ignore the other list's changes.
        """

        def accepts(field: PriceField) -> bool:
            reason = self.held.get(field)
            return reason is None or (approved and self._quarantined(field, reason).approvable)

        source = str(self.candidate.row["prices"][-1]["source"])
        if not self.candidate.own:
            silent = {*PACKAGES.values()} - self.candidate.sources
            quoting = [part for part in source.split(", ") if part.rpartition(" ")[0] not in silent]
            source = ", ".join(quoting) or source
        return rebuilt(self.active["prices"], self.parts, self.now, source, accepts)

    def _quarantined(self, field: PriceField, reason: HoldReason) -> QuarantinedField:
        change = self.changes[field]
        before, after = (
            None if price is None else plain(price) for price in (change.before, change.after)
        )
        sources = tuple(sorted(change.sources))
        model, text = self.match.model, str(field)
        return QuarantinedField(
            self.provider, model, text, before, after, sources, reason.code, reason.reason
        )


def review_model(match: Match, now: str, compared: str | None = None) -> ModelReview:
    """Review every change of one model by itself, then those of one price list together.

    ``compared`` is when the lists were, with the active row: a price that began since then was
    announced in it.

    * If a list that today's price is from no longer has the model, nothing changes.
    * A price that an administrator cancelled is not announced again.
    * An announced price is compared with today's too: many small steps are one large change.
    * An announcement that is withdrawn, and a discount that gets its own lower price where the
      standard price stood in for it, need no second source.
    """
    active = match.active
    names = {*row_names(active)}
    quotes = tuple(quote for quote in match.candidate.quotes if quote.name in names)
    candidate = replace(match.candidate, quotes=quotes)
    known = known_before(active, candidate, compared, now)
    candidate = with_new_quotes(active, candidate, known, now)
    is_delisted = not candidate.own and current_lists(active, now) - candidate.sources
    ahead = active["prices"] if is_delisted else candidate.row["prices"]
    ahead = without_cancelled(ahead, {instant(start) for start in active.get("cancelled", ())})
    parts = segments(active["prices"], ahead, now)
    review = ModelReview(match, candidate, known, now, parts, {}, {})
    earlier = _ended_prices(active, now)
    for number, part in enumerate(parts):
        for found in part.changes():
            agreement = _agreement(review, found, earlier)
            change = replace(found, sources=agreement.sources)
            field = change.field
            review.changes[field] = change
            reason = hold_reason(change, agreement)
            is_withdrawn = False
            if number:
                today = price_in(parts[0].before, field)
                if reason is None and today is not None and today != change.after:
                    reason = hold_reason(replace(change, before=today), agreement)
                is_withdrawn = price_in(windows_of(parts[number - 1].active), field) == change.after
            needs_none = is_withdrawn or _is_own_discount(part, change)
            if reason and not (needs_none and reason.code in CONFIRMABLE):
                review.hold(field, reason)
    follow_standard(review)
    _keep_delisted(review)
    _hold_inversions(review)
    return review


def current_lists(row: Row, now: str) -> frozenset[str]:
    """Return the public lists that a row's price of today is from; none for Tariff's own prices."""
    ahead = [p for p in row.get("prices", ()) if "to" not in p or instant(p["to"]) > now]
    named = {part.rpartition(" ")[0] for p in ahead[:1] for part in p["source"].split(", ")}
    return frozenset(named & {*PACKAGES.values()})


def _ended_prices(active: Row, now: str) -> dict[tuple[str, str, int, str], set[Decimal]]:
    """Return the prices of periods that have ended by (window, mode, threshold, component)."""
    found: dict[tuple[str, str, int, str], set[Decimal]] = {}
    for period in active["prices"]:
        if "to" in period and instant(period["to"]) <= now:
            for window, table in windows_of(period).items():
                for mode, above, component, price in prices_in(table):
                    found.setdefault((window, mode, above, component), set()).add(price)
    return found


def _agreement(
    review: ModelReview,
    change: PriceChange,
    earlier: Mapping[tuple[str, str, int, str], set[Decimal]],
) -> Agreement:
    """Find the sources that quote a change, and those that contradict it.

    * Tariff's own price is reviewed, or computed from reviewed prices, so it counts as confirmed.
    * Only one list has announced prices and windows, so such a price has one source.
    * A source contradicts by a price that is neither active nor its known disagreement. A
      provider's own list contradicts by any other price, and copies of it never contradict it.
    """
    field, candidate = change.field, review.candidate
    if candidate.own:
        return Agreement(frozenset({OWN, "anthropic"}))
    if field.starts or field.window:
        return Agreement(frozenset(quote.source for quote in candidate.quotes[:1]))
    sources, first_hand = candidate.quoting(field, change.after), candidate.first_hand
    against = set()
    for source in () if sources & first_hand else candidate.sources - sources:
        prices = candidate.prices(source, field)
        was_known = {change.before, *known_quotes(review.known, source, field)}
        if prices and (source in first_hand or not prices <= was_known):
            against.add(source)
    return Agreement(sources, frozenset(against), frozenset(earlier.get(field[1:], ())))


def _is_own_discount(part: Segment, change: PriceChange) -> bool:
    """Whether a discount gets its own lower price where the standard price stood in for it."""
    field = change.field
    stand_in = price_in(part.before, field._replace(mode="standard"))
    return (
        field.mode in DISCOUNT_MODES
        and change.before == stand_in
        and (change.after is not None and change.before is not None)
        and change.after < change.before
    )


def follow_standard(review: ModelReview) -> None:
    """Let a price that no source quotes share the decision on the price it was completed from.

    That is the standard price, or the mode's own price below the tier. Where the standard price is
    held, a quote of one source for another mode is held with it.
    """
    for field in sorted(review.changes, key=lambda field: (field.mode != "standard", field.above)):
        change = review.changes[field]
        standard = field._replace(mode="standard")
        copied = next(
            (
                base
                for base in (standard, field._replace(above=0))
                if base != field
                and not change.sources
                and base in review.changes
                and review.changes[base].after == change.after
            ),
            None,
        )
        if copied:
            review.held.pop(field, None)
            if copied in review.held:
                review.held[field] = review.held[copied]
            review.changes[field] = replace(change, sources=review.changes[copied].sources)
        elif standard in review.held and len(change.sources) < ENOUGH_SOURCES:
            review.hold(field, review.held[standard])


def _keep_delisted(review: ModelReview) -> None:
    """Keep the price of a mode or tier that no list quotes any more.

    A discount without a price of its own is completed from the standard price: an upper bound, and
    not a quote against the price that was known.
    """
    for field, change in review.changes.items():
        is_quoted = review.candidate.own or change.sources
        is_completed = field.mode != "standard" or field.above
        if is_completed and change.before is not None and not is_quoted:
            review.held[field] = HoldReason.of("price_withdrawn")


def _hold_inversions(review: ModelReview) -> None:
    """Hold input and output where output cost more, and the sources quote it for less."""
    for part in () if review.candidate.own else review.parts:
        for window, mode, above in changed_tiers(review, part):
            ours, theirs = (side.get(window, {}) for side in (part.before, part.quoted))
            if is_inverted(rates_at(ours, mode, above), rates_at(theirs, mode, above)):
                hold_input_and_output(review, PriceField(part.starts, window, mode, above, ""))


def hold_input_and_output(review: ModelReview, field: PriceField) -> None:
    """Hold the input and output prices of a tier because they would change places."""
    for component in ("input", "output"):
        review.hold(field._replace(component=component), HoldReason.of("input_output_inverted"))


def changed_tiers(review: ModelReview, part: Segment) -> list[tuple[str, str, int]]:
    """Return the windows, modes and thresholds in which a segment changes."""
    return sorted({field[1:4] for field in review.changes if field.starts == part.starts})


def newest_standard_rates(prices: Iterable[Row]) -> Rates:
    """Return the standard rates of a row's last period, without tiers."""
    return table_of(list(prices)[-1]["lists"])["standard"][0]


def with_new_quotes(active: Row, candidate: Candidate, known: Iterable[Row], now: str) -> Candidate:
    """Replace the candidate's current prices by the active ones, where no source's quote changed.

    The merge prefers one price list. Without this step it would ignore the other list, and would
    undo tomorrow what was accepted, or approved by a person, on the other list's quote today.

    For each price that is in both rows:

    * no source quotes it: copy the price it was completed from (see ``_completed_price``);
    * the active row has none: use the merged price;
    * else see ``_effective_price``, for which ``known`` are the disagreements that change nothing.

    A price that is announced for later changes in the same way where it only repeats today's.
    """
    ours, theirs = (current_period(row["prices"], now) for row in (active, candidate.row))
    if ours is None or theirs is None or candidate.own:
        return candidate
    mine, merged = table_of(ours["lists"]), table_of(theirs["lists"])
    effective: PriceTable = {}
    for mode in sorted(merged, key="standard".__ne__):  # what others are completed from comes first
        for above, rates in sorted(merged[mode].items()):
            active_rates = rates_at(mine, mode, above)
            found: Rates = {}
            for component, price in rates.items():
                field = PriceField(None, ALWAYS, mode, above, component)
                completed = _completed_price(candidate, field, merged, effective)
                if completed is not None:
                    found[component] = completed
                elif component in active_rates:
                    found[component] = _effective_price(
                        known, candidate, field, active_rates[component], price
                    )
                else:
                    found[component] = price
            effective.setdefault(mode, {})[above] = found
    periods = list(candidate.row["prices"])
    at = next(at for at, period in enumerate(periods) if period is theirs)
    periods[at] = {**theirs, "lists": document_of(effective)}
    for later in range(at + 1, len(periods)):
        table = table_of(periods[later]["lists"])
        for mode, above, component, price in list(prices_in(table)):
            if rates_at(merged, mode, above).get(component) == price:
                table[mode][above][component] = rates_at(effective, mode, above)[component]
        periods[later] = {**periods[later], "lists": document_of(table)}
    return replace(candidate, row={**candidate.row, "prices": periods})


def _completed_price(
    candidate: Candidate, field: PriceField, merged: PriceTable, effective: PriceTable
) -> Decimal | None:
    """Return the effective price that a price without a quote was completed from.

    That is the standard price of the same tier, or the mode's own price below it. None if a source
    quotes the price, or if it is neither.
    """
    if any(quote.price(field) is not None for quote in candidate.quotes):
        return None
    price = merged[field.mode][field.above][field.component]
    below = (field.mode, field.above - SAME_TIER_TOKENS - 1)
    parents = [("standard", field.above), below] if field.mode != "standard" else [below]
    for mode, above in parents:
        if rates_at(merged, mode, above).get(field.component) == price:
            return rates_at(effective, mode, above).get(field.component)
    return None


def _effective_price(
    known: Iterable[Row], candidate: Candidate, field: PriceField, before: Decimal, merged: Decimal
) -> Decimal:
    """Return today's price of a field, given the active price ``before`` and the merged one.

    A quote is new if its source does not quote ``before`` for any of the row's names, and was not
    known to differ from it.

    * the provider's own list quotes the merged price: that price
    * the merged price is the active one: the first new quote, else the active price
    * the merged price is new, or no source quotes it: the merged price
    * the merged price is a known quote: the active price
    """
    quoted = {source: candidate.prices(source, field) for source in candidate.sources}
    if any(merged in quoted[source] for source in candidate.first_hand):
        return merged
    new = [
        price
        for source, prices in sorted(quoted.items())
        if before not in prices
        for price in sorted(prices - known_quotes(known, source, field))
    ]
    if merged == before:
        return new[0] if new else before
    is_quoted = any(merged in prices for prices in quoted.values())
    return before if is_quoted and merged not in new else merged


def known_before(active: Row, candidate: Candidate, compared: str | None, now: str) -> list[Row]:
    """Return the disagreements with today's prices that change nothing.

    Those of the active row; and, on a price that was announced in it and began since, what a list
    quotes for the time before. Lists follow a change some days later, and must not undo it.
    """
    known: list[Row] = [*active.get("disagreements", ())]
    period = current_period(active["prices"], now)
    start = period.get("from") if period else None
    if compared is None or start is None or instant(start) <= compared:
        return known
    ended = [p for p in active["prices"] if "to" in p and instant(p["to"]) == instant(start)]
    before = table_of(ended[0]["lists"]) if ended else {}
    for row in known_disagreements(candidate, active["prices"], now):
        if row["component"] == "above_tokens":  # thresholds, and not prices
            continue
        rates = rates_at(before, row["mode"], row.get("tier", 0))
        old = rates.get(row["component"])
        quoted = {Decimal(row[key]) for key in PACKAGES if row.get(key, row["used"]) != row["used"]}
        if quoted == {old}:
            known.append(row)
    return known


def known_quotes(known: Iterable[Row], source: str, field: PriceField) -> set[Decimal]:
    """Return the prices that this source was known to quote differently, for any of the names."""
    return {
        Decimal(price)
        for row in known
        if (row["mode"], row.get("tier", 0), row["component"])
        == (field.mode, field.above, field.component)
        and (price := row.get(source.replace("-", "_"))) is not None
    }


def still_known(review: ModelReview) -> list[Row]:
    """Return the known disagreements without what a list does not quote any more.

    A list that agreed meanwhile and moves back is a change again. A new quote is not added here: it
    is a change, and stays one for as long as it is held.
    """
    found: list[Row] = []
    for known in review.known:
        field = PriceField(None, ALWAYS, known["mode"], known.get("tier", 0), known["component"])
        gone = {
            key
            for key, source in PACKAGES.items()
            if key in known
            and source in review.candidate.sources
            and known["component"] != "above_tokens"
            and Decimal(known[key]) not in review.candidate.prices(source, field)
        }
        kept = {key: value for key, value in known.items() if key not in gone}
        if any(kept.get(key, kept["used"]) != kept["used"] for key in PACKAGES):
            found.append(kept)
    return found


def known_disagreements(candidate: Candidate, prices: list[Row], now: str) -> list[Row]:
    """Return what each list quotes differently from today's prices: tomorrow it is not a change."""
    period = current_period(prices, now)
    used = table_of(period["lists"]) if period else {}
    by_name: dict[str, dict[str, PriceTable]] = {}
    for quote in candidate.quotes:
        by_name.setdefault(quote.name, {})[quote.source] = quote.prices
    genai, litellm = (PACKAGES[name] for name in (GENAI, LITELLM))
    found: list[Row] = []
    for quoted in by_name.values():
        rows = disagreements(quoted.get(genai, {}), quoted.get(litellm, {}), used)
        found += [row for row in rows if row not in found]
    return found
