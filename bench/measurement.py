"""Measured times, as medians and their ratios, and their table."""

import resource
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from tariff.tables import aligned


def peak_megabytes() -> float:
    """Return this process's peak memory."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


@dataclass(frozen=True, slots=True)
class Target:
    """``subject`` should take at most this multiple of the time ``reference`` takes."""

    subject: str
    reference: str
    at_most: float


@dataclass(frozen=True, slots=True)
class Measurement:
    """A benchmark's run: milliseconds by candidate, one sample a round or turn.

    The rounds were interleaved, so that other load on the machine affected all candidates alike.
    Ratios of medians can be compared between machines; the milliseconds cannot.
    """

    title: str
    samples: Mapping[str, Sequence[float]]
    targets: tuple[Target, ...]

    def median_ms(self, name: str) -> float:
        """Return the median over the rounds."""
        return median(self.samples[name])

    def ratio(self, name: str, reference: str) -> float:
        """Return ``name``'s median as a multiple of ``reference``'s."""
        return self.median_ms(name) / self.median_ms(reference)

    def met(self, target: Target) -> bool:
        """Whether this run met the target; equality meets it."""
        return self.ratio(target.subject, target.reference) <= target.at_most

    def references(self) -> list[str]:
        """Return the targets' references, each once, in the targets' order."""
        return list(dict.fromkeys(target.reference for target in self.targets))

    def table(self) -> str:
        """Return a table for people: a row a candidate, a column a reference, a line a target."""
        references = self.references()
        rows = [["", "median ms", "fastest ms", *(f"x {name}" for name in references)]]
        for name, samples in self.samples.items():
            ratios = [f"{self.ratio(name, reference):.2f}" for reference in references]
            rows.append([name, f"{self.median_ms(name):.3f}", f"{min(samples):.3f}", *ratios])
        return "\n".join([self.title, "", *aligned(rows), "", *map(self._result, self.targets)])

    def missed(self) -> list[str]:
        """Return a line for each target that this run missed."""
        return [self._result(target) for target in self.targets if not self.met(target)]

    def figures(self) -> dict[str, Any]:
        """Return the same figures as plain data, for programs."""
        return {
            "title": self.title,
            "samples_ms": {name: list(samples) for name, samples in self.samples.items()},
            "median_ms": {name: self.median_ms(name) for name in self.samples},
            "targets": [
                {
                    "subject": target.subject,
                    "reference": target.reference,
                    "at_most": target.at_most,
                    "ratio": self.ratio(target.subject, target.reference),
                    "met": self.met(target),
                }
                for target in self.targets
            ],
        }

    def _result(self, target: Target) -> str:
        ratio = self.ratio(target.subject, target.reference)
        return (
            f"{'met    ' if self.met(target) else 'NOT MET'}  {ratio:.3f}, target at most"
            f" {target.at_most:g}: {target.subject} / {target.reference}"
        )
