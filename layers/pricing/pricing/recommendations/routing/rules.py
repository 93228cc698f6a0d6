"""The form of the rules by which requests are judged."""

from pricing.values import immutable


@immutable
class KindRule:
    """A kind of work: its plain difficulty, its cues, and whether it is one mechanical step."""

    level: float
    strong: str
    weak: str
    mechanical: bool = False


@immutable
class DemandRule:
    """A demand: its meaning, its weight for the first cue and for each further one, its cues."""

    meaning: str
    first: float
    more: float
    cues: str
