"""What binds the changes of one model together: whole tiers, and prices that rule each other."""

from pricing.refresh.review import Judgement, steps_changed
from pricing.refresh.rules import WITNESSES, Doubt, broken, is_inverted
from pricing.refresh.timeline import Field, at_step, believed_periods, windows_of
from pricing.sources.claude_on_clouds import CLOUDS
from pricing.sources.merge import Row
from pricing.sources.price_tables import Sketch


def contradictions(found: Judgement) -> None:
    """Hold what would contradict another price of the model, or is bound to what waits."""
    for _ in range(len(found.changes) + 1):
        known = len(found.doubts)
        _doubt_additions(found)
        _tie_tiers(found)
        _break(found)
        if len(found.doubts) == known:
            return


def _doubt_additions(found: Judgement) -> None:
    """What a list newly says of a model waits while its word on input or output does."""
    doubted = {
        (place.starts, source): doubt
        for place, doubt in reversed(found.doubts.items())
        if place.mode == "standard" and not place.above and place.column in ("input", "output")
        for source in found.sources[place] or found.candidate.said
    }
    for place, change in found.changes.items():
        if change.before is None and len(found.sources[place]) < WITNESSES:
            sources = sorted(found.sources[place] or found.candidate.said)
            for source in sources:
                if (place.starts, source) in doubted:
                    found.hold(place, doubted[place.starts, source])


def _tie_tiers(found: Judgement) -> None:
    """A mode or tier that is new is taken whole or not at all."""
    for part in found.parts:
        ours = windows_of(part.before)
        for window, mode, above in steps_changed(found, part):
            if above in ours.get(window, {}).get(mode, {}):
                continue
            bound = [
                place for place in found.changes if place[:4] == (part.starts, window, mode, above)
            ]
            doubts = [found.doubts[place] for place in bound if place in found.doubts]
            for place in bound if doubts else ():
                found.hold(place, doubts[0])


def _break(found: Judgement) -> None:
    claude = is_claude(found.active)
    after = believed_periods(found.parts, "", found.believed)
    for part, period in zip(found.parts, after, strict=True):
        active = windows_of(part.active)
        for window, sketch in windows_of(period).items():
            known = set(broken(active.get(window, {}), claude=claude))
            for mode, above, sentence in broken(sketch, claude=claude):
                if (mode, above, sentence) not in known:
                    doubt = Doubt.of("broken_invariant", sentence)
                    for place in list(found.changes):
                        at = (place.starts, place.window, place.above)
                        if at == (part.starts, window, above) and place.mode in (mode, "standard"):
                            found.hold(place, doubt)
            if not found.candidate.own:
                _hold_half_inversions(found, part.starts, window, active.get(window, {}), sketch)


def _hold_half_inversions(
    found: Judgement, starts: str | None, window: str, before: Sketch, after: Sketch
) -> None:
    """Hold what inverts a list because only one of input and output is believed."""
    for mode, steps in after.items():
        for above, rates in steps.items():
            if is_inverted(at_step(before.get(mode, {}), above), rates):
                for column in ("input", "output"):
                    place = Field(starts, window, mode, above, column)
                    found.hold(place, Doubt.of("input_output_inverted"))


def is_claude(row: Row) -> bool:
    """Whether Anthropic's published multiples hold for a row's cache prices."""
    own = row["provider"] == "anthropic"
    return own or (row["provider"] in CLOUDS and "claude" in str(row["id"]))
