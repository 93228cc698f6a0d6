"""The refresh checks: decide which quoted prices become active, and build the next version's rows.

Values in, values out. Nothing is removed here: a model that is in no list any more keeps its price,
and is named as missing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from decimal import Decimal

from pricing.catalogue.bounds import Ranges, bound_of, out_of_range, ranges
from pricing.catalogue.models import Row, row_key, row_names
from pricing.money import plain
from pricing.refresh.candidates import Candidate
from pricing.refresh.consistency import hold_inconsistent
from pricing.refresh.patterns import (
    PATTERN_MODELS,
    VANISHED_SHARE,
    accept_caches,
    accept_followers,
    accept_published_ratios,
    hold_patterns,
    hold_shrunk,
    is_expected,
    shrunk_lists,
)
from pricing.refresh.review import (
    OWN,
    Match,
    ModelReview,
    known_disagreements,
    newest_standard_rates,
    review_model,
    still_known,
)
from pricing.refresh.rules import (
    ENOUGH_SOURCES,
    Agreement,
    HoldReason,
    Names,
    contradictions,
    hold_reason,
)
from pricing.refresh.timeline import PriceChange, without_beyond
from pricing.sources.price_tables import instant, table_of, tier_at
from pricing.values import immutable
from pricing.versions.proposals import QuarantinedField

#: What the memory of a refresh holds, instead of a price, for a whole model that was added.
ADDED = "added"


@immutable
class Earlier:
    """What is known of the time before a refresh.

    ``compared`` is when the lists were, with the active rows: a price that began since then was
    announced. ``applied`` is what refreshes activated last, by model and field: what is not active
    now was rolled back, and needs approval. ``confirmed`` are the prices, by model and field,
    before one source alone began to move them.
    """

    compared: str | None = None
    applied: Mapping[str, str] = field(default_factory=dict)
    confirmed: Mapping[str, Decimal] = field(default_factory=dict)


NO_MEMORY = Earlier()


@immutable
class RefreshDecision:
    """What a refresh decided.

    ``accepted`` are the changes that become active, by ``provider/model``. ``rows`` are the next
    version's rows, ``approved_rows`` those with everything that a person could approve; each equals
    the active rows if nothing changed. ``compared`` counts the prices on which a source differed.
    ``shrunk`` are the lists that lost over a fifth of the models priced from them.
    """

    accepted: tuple[tuple[str, PriceChange], ...]
    quarantined: tuple[QuarantinedField, ...]
    added: tuple[str, ...]
    missing: tuple[str, ...]
    rows: list[Row]
    approved_rows: list[Row]
    compared: int
    shrunk: frozenset[str] = frozenset()


def decide(
    active: Sequence[Row],
    candidates: Iterable[Candidate],
    now: str,
    horizon: str,
    *,
    complete: bool = True,
    earlier: Earlier = NO_MEMORY,
) -> RefreshDecision:
    """Review every candidate against the active rows, and decide (docs/price-refresh.md).

    ``now`` is an instant in UTC without offset; a price announced for after ``horizon`` is
    quarantined. The caller leaves out the active rows whose sources did not answer. Only
    ``complete`` lists can show that a model is missing.

    The order matters: whatever lifts a reason comes before the two checks that nothing lifts, and
    patterns are looked for before contradictions, which would hide half of a pattern.
    """
    quarantined: list[QuarantinedField] = []
    candidates = [_within(candidate, horizon, quarantined) for candidate in candidates]
    matches, unknown = _matched(active, candidates)
    reviews = [review_model(match, now, earlier.compared) for match in matches]
    shrunk = shrunk_lists(reviews, active, now)
    accept_followers(reviews)
    accept_caches(reviews)
    hold_patterns(reviews)
    accept_published_ratios(reviews)
    hold_shrunk(reviews, shrunk)
    _hold_rolled_back(reviews, earlier.applied)
    _hold_drift(reviews, earlier.confirmed)
    known = ranges(active)
    for review in reviews:
        _hold_implausible(review, known)
        hold_inconsistent(review)
        quarantined += review.quarantined()
    names = Names((row["provider"], name) for row in active for name in row_names(row))
    added: list[Row] = []
    approvable: list[Row] = []
    for candidate in unknown:
        reason = _reason_against_new(candidate, names, known)
        if reason is None and not candidate.own and candidate.sources <= shrunk:
            reason = HoldReason.of("list_shrunk")
        if reason is None and earlier.applied.get(f"{row_key(candidate.row)} {ADDED}"):
            reason = HoldReason.of("taken_back")
        if reason is None:
            added.append(candidate.row)
        else:
            quarantined.append(_whole(candidate, reason))
        if reason is None or quarantined[-1].approvable:
            approvable.append(candidate.row)
    aliases, refused = _new_aliases(reviews, names)
    quarantined += refused
    seen = {id(match.active) for match in matches}
    gone = [row for row in active if row.get("prices") and id(row) not in seen]
    missing = tuple(row_key(row) for row in gone) if complete else ()
    quarantined += _vanished(active, missing, now)
    return RefreshDecision(
        accepted=tuple((review.key, change) for review in reviews for change in review.accepted()),
        quarantined=tuple(quarantined),
        added=tuple(row_key(row) for row in added),
        missing=missing,
        rows=_next_rows(active, reviews, aliases, added),
        approved_rows=_next_rows(active, reviews, aliases, approvable, approved=True),
        compared=sum(len(review.changes) for review in reviews),
        shrunk=shrunk,
    )


def _within(candidate: Candidate, horizon: str, quarantined: list[QuarantinedField]) -> Candidate:
    """Return the candidate without prices announced for after the horizon."""
    near, beyond = without_beyond(candidate.row["prices"], horizon)
    if not beyond or not near:
        return candidate
    quarantined.append(_whole(candidate, HoldReason.of("far_future", instant(beyond[0]))))
    return replace(candidate, row={**candidate.row, "prices": near})


def _whole(candidate: Candidate, reason: HoldReason, name: str = "") -> QuarantinedField:
    row, sources = candidate.row, sorted(candidate.sources) or [OWN]
    model = name or str(row["id"])
    return QuarantinedField.of_model(row["provider"], model, reason.code, reason.reason, sources)


def _matched(
    active: Iterable[Row], candidates: Iterable[Candidate]
) -> tuple[list[Match], list[Candidate]]:
    """Match active rows with the candidates that hold their names; also return the unmatched ones.

    The first match of a row is the candidate that holds its id, or else its first known alias.
    """
    holder: dict[tuple[str, str], Candidate] = {}
    for candidate in candidates:
        for name in row_names(candidate.row):
            holder.setdefault((candidate.row["provider"], name), candidate)
    matches: list[Match] = []
    matched: set[int] = set()
    for row in active:
        if not row.get("prices"):
            continue
        held = [holder.get((row["provider"], name)) for name in row_names(row)]
        found = {id(candidate): candidate for candidate in held if candidate is not None}
        matches += [Match(row, match, at > 0) for at, match in enumerate(found.values())]
        matched |= found.keys()
    return matches, [candidate for candidate in candidates if id(candidate) not in matched]


def _hold_rolled_back(reviews: Iterable[ModelReview], applied: Mapping[str, str]) -> None:
    """Hold a price that was active, or announced for a day that has come, and is not active now."""
    known: dict[str, set[str]] = {}
    for name, price in applied.items():
        known.setdefault(name.partition("@")[0], set()).add(price)
    for review in reviews:
        for change in review.accepted():
            name = f"{review.key} {change.field}".partition("@")[0]
            if change.after is not None and plain(change.after) in known.get(name, ()):
                review.hold(change.field, HoldReason.of("taken_back"))


def _hold_drift(reviews: Iterable[ModelReview], confirmed: Mapping[str, Decimal]) -> None:
    """Hold what one source alone moves by over a quarter, in steps that were each accepted."""
    for review in reviews:
        for change in review.accepted():
            before = confirmed.get(f"{review.key} {change.field}")
            if before is not None and len(change.sources) < ENOUGH_SOURCES:
                reason = hold_reason(replace(change, before=before), Agreement(change.sources))
                if reason is not None:
                    review.hold(change.field, HoldReason.of(reason.code, f"in all, from {before}"))


def _hold_implausible(review: ModelReview, known: Ranges) -> None:
    """Hold the input and output prices of a model that leaves the bounds of its provider.

    One that was out of the same bound before may move, such as towards the others.
    """
    if review.candidate.own or not review.accepted():
        return
    active = review.active
    before = {bound_of(sentence) for sentence in out_of_range(active, known)}
    for sentence in out_of_range({**active, "prices": review.prices()}, known, active):
        for change in review.accepted() if bound_of(sentence) not in before else ():
            if change.field.component in ("input", "output"):
                review.hold(change.field, HoldReason.of("implausible_price", sentence))


def _reason_against_new(candidate: Candidate, names: Names, known: Ranges) -> HoldReason | None:
    """Return why a new model is not added; None if it is.

    * one of its names is refused: ``Names.reason_to_refuse``
    * it has no price yet: ``invalid_entry``
    * input or output is free or out of the bounds of ``catalogue.bounds``, or its prices contradict
      each other: ``implausible_price``
    """
    row = candidate.row
    for name in row_names(row):
        reason = names.reason_to_refuse(row["provider"], str(name))
        if reason:
            return reason
    if not row.get("prices"):
        return HoldReason.of("invalid_entry", "it has no price by now")
    rates = newest_standard_rates(row["prices"])
    for component in ("input", "output"):
        price = rates.get(component)
        if price is not None and not price:
            return HoldReason.of("implausible_price", f"{component} costs nothing")
    for sentence in out_of_range(row, known):
        return HoldReason.of("implausible_price", sentence)
    for period in row["prices"]:
        for _, _, sentence in contradictions(table_of(period["lists"]), claude=False):
            return HoldReason.of("implausible_price", sentence)
    return None


def _vanished(
    active: Sequence[Row], missing: Sequence[str], now: str
) -> Iterator[QuarantinedField]:
    """Yield an entry for each provider that lost over a fifth of its expected models at once."""
    expected = {
        row_key(row): row["provider"]
        for row in active
        if row.get("prices") and is_expected(row, now)
    }
    known = Counter(expected.values())
    gone = Counter(expected[key] for key in missing if key in expected)
    for provider, count in sorted(gone.items()):
        is_many = count >= PATTERN_MODELS or count == known[provider]
        if count > VANISHED_SHARE * known[provider] and is_many:
            detail = f"{count} of {known[provider]}; all keep their price"
            reason = HoldReason.of("vanished_many", detail)
            yield QuarantinedField.of_model(provider, "*", reason.code, reason.reason)


def _new_aliases(
    reviews: Iterable[ModelReview], names: Names
) -> tuple[dict[int, list[str]], list[QuarantinedField]]:
    """Return the new names of known models, by the identity of the active row, and refused ones.

    A name is added if no change of its model is held, and a list quotes the model's price for this
    very name, or none quotes any.
    """
    found: dict[int, list[str]] = {}
    refused: list[QuarantinedField] = []
    for review in reviews:
        candidate = review.match.candidate
        provider = candidate.row["provider"]
        for name in sorted({*row_names(candidate.row)}):
            if names.knows(provider, name):
                continue
            reason = names.reason_to_refuse(provider, name)
            if reason:
                refused.append(_whole(candidate, reason, name))
            elif not review.held and not review.match.splits and _has_price(review, name):
                found.setdefault(id(review.active), []).append(name)
                names.add(provider, name)
    return found, refused


def _has_price(review: ModelReview, name: str) -> bool:
    quotes = [quote.prices for quote in review.match.candidate.quotes if quote.name == name]
    rates = newest_standard_rates(review.prices())
    return not quotes or any(
        all(base.get(component) == rates.get(component) for component in ("input", "output"))
        for base in (tier_at(table, "standard", 0) for table in quotes)
    )


def _next_rows(
    active: Sequence[Row],
    reviews: Iterable[ModelReview],
    aliases: Mapping[int, list[str]],
    added: Iterable[Row],
    *,
    approved: bool = False,
) -> list[Row]:
    """Return a version's rows: changed rows rebuilt, names moved where prices part, new rows added.

    A name that another model already has without ``provider/`` before it stays that model's.
    """
    by_row: dict[int, list[ModelReview]] = {}
    for review in reviews:
        by_row.setdefault(id(review.active), []).append(review)
    bare = {name for row in active if row.get("bare_names", True) for name in row_names(row)}
    rows: list[Row] = []
    for row in active:
        own = row.get("bare_names", True)
        new = [name for name in aliases.get(id(row), ()) if not (own and name in bare)]
        bare |= {*new} if own else set()
        rows += _next_row(row, by_row.get(id(row), []), new, approved=approved)
    for row in added:
        clash = bare & {*row_names(row)}
        rows.append({**row, "bare_names": False} if clash else row)
        bare |= {*row_names(row)} if rows[-1].get("bare_names", True) else set()
    return rows


def _next_row(
    row: Row, reviews: Iterable[ModelReview], new: list[str], *, approved: bool
) -> list[Row]:
    """Return a row with its changes, and a row for each group of names with another price."""
    after = dict(row)
    if new:
        after["aliases"] = [*row.get("aliases", ()), *new]
    splits: list[Row] = []
    for review in reviews:
        prices = review.prices(approved=approved)
        if not review.match.splits:
            after["disagreements"] = still_known(review)
            after |= _changed(row, review, prices)
        elif prices != after["prices"]:
            moved = review.match.moved
            after["aliases"] = [name for name in after["aliases"] if name not in moved]
            split = {**row, "id": moved[0], "name": moved[0], "aliases": moved[1:], "family": None}
            splits.append(_tidy(split | _changed(row, review, prices)))
    after = _tidy(after)
    return [row if after == _tidy(row) else after, *splits]


def _changed(row: Row, review: ModelReview, prices: list[Row]) -> Row:
    """Return the members of a row that change with its prices; none if they are the same."""
    if prices == row["prices"]:
        return {}
    notes = [*row.get("notes", ())]
    notes += [note for note in review.candidate.row.get("notes", ()) if note not in notes]
    known = known_disagreements(review.candidate, prices, review.now)
    return {"prices": prices, "notes": notes, "disagreements": known}


def _tidy(row: Row) -> Row:
    names = row_names(row)
    ambiguous = [name for name in row.get("ambiguous_aliases", ()) if name in names]
    after = row | ({"ambiguous_aliases": ambiguous} if "ambiguous_aliases" in row else {})
    return {key: value for key, value in after.items() if value or isinstance(value, bool)}
