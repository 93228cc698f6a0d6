"""Hold the changes of one model that are bound to held ones, or would contradict other prices."""

from pricing.catalogue.models import Row
from pricing.refresh.review import (
    ModelReview,
    changed_tiers,
    follow_standard,
    hold_input_and_output,
)
from pricing.refresh.rules import ENOUGH_SOURCES, HoldReason, contradictions, is_inverted
from pricing.refresh.timeline import PRICE_ROW, PriceField, accepted_periods, windows_of
from pricing.sources.claude_on_clouds import CLOUDS
from pricing.sources.price_tables import PriceTable, rates_at


def hold_inconsistent(review: ModelReview) -> None:
    """Repeat the rules of this module until they hold nothing more: each may cause another.

    * A price row moves as a whole: if one of the input, output and cache prices of a mode and tier
      is held, all are. Otherwise a call would cost what no provider ever charged.
    * A price that no source quotes follows the one that it was completed from.
    * A new price that one source quotes is held with that source's input or output price.
    * The price row of a mode or tier that is new is accepted as a whole or not at all.
    * A change that would contradict another price of the model is held: ``rules.contradictions``.
    * Input and output are held together where accepting one of them would invert them.
    """
    for _ in range(len(review.changes) + 1):
        known = len(review.held)
        follow_standard(review)
        _hold_rows(review)
        _hold_additions(review)
        _hold_incomplete_tiers(review)
        _hold_contradictions(review)
        if len(review.held) == known:
            return


def _hold_rows(review: ModelReview) -> None:
    rows: dict[tuple[str | None, str, str, int], list[PriceField]] = {}
    for field in review.changes:
        if field.component in PRICE_ROW:
            rows.setdefault(field[:4], []).append(field)
    for fields in rows.values():
        reasons = [review.held[field] for field in fields if field in review.held]
        for field in fields if reasons else ():
            review.hold(field, reasons[0])


def _hold_additions(review: ModelReview) -> None:
    held = {
        (field.starts, source): reason
        for field, reason in reversed(review.held.items())
        if field.mode == "standard" and not field.above and field.component in ("input", "output")
        for source in review.changes[field].sources or review.candidate.sources
    }
    for field, change in review.changes.items():
        if change.before is None and len(change.sources) < ENOUGH_SOURCES:
            for source in sorted(change.sources or review.candidate.sources):
                if (field.starts, source) in held:
                    review.hold(field, held[field.starts, source])


def _hold_incomplete_tiers(review: ModelReview) -> None:
    for part in review.parts:
        for window, mode, above in changed_tiers(review, part):
            if above in part.before.get(window, {}).get(mode, {}):
                continue
            tier = (part.starts, window, mode, above)
            bound = [f for f in review.changes if f[:4] == tier and f.component in PRICE_ROW]
            reasons = [review.held[field] for field in bound if field in review.held]
            for field in bound if reasons else ():
                review.hold(field, reasons[0])


def _hold_contradictions(review: ModelReview) -> None:
    after = accepted_periods(review.parts, "", review.accepts)
    for part, period in zip(review.parts, after, strict=True):
        active = windows_of(part.active)
        for window, table in windows_of(period).items():
            before = active.get(window, {})
            _hold_contradicting(review, (part.starts, window), before, table)
            if not review.candidate.own:
                _hold_inverting(review, (part.starts, window), before, table)


def _hold_contradicting(
    review: ModelReview, where: tuple[str | None, str], before: PriceTable, after: PriceTable
) -> None:
    """Hold what makes prices contradict each other that did not before, in one window."""
    claude = is_claude(review.active)
    known = set(contradictions(before, claude=claude))
    new = [found for found in contradictions(after, claude=claude) if found not in known]
    for mode, above, sentence in new:
        for field in review.changes:
            at = (field.starts, field.window, field.above)
            if at == (*where, above) and field.mode in (mode, "standard"):
                review.hold(field, HoldReason.of("broken_invariant", sentence))


def _hold_inverting(
    review: ModelReview, where: tuple[str | None, str], before: PriceTable, after: PriceTable
) -> None:
    """Hold input and output where accepting one of them inverts them, in one window."""
    for mode, tiers in after.items():
        for above, rates in tiers.items():
            if is_inverted(rates_at(before, mode, above), rates):
                hold_input_and_output(review, PriceField(*where, mode, above, ""))


def is_claude(row: Row) -> bool:
    """Whether Anthropic's published multiples apply to a row's cache prices."""
    own = row["provider"] == "anthropic"
    return own or (row["provider"] in CLOUDS and "claude" in str(row["id"]))
