"""What was measured, as medians and their ratios, and how it is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Target:
    """``subject`` should take at most this multiple of the time ``reference`` takes."""

    subject: str
    reference: str
    at_most: float


@dataclass(frozen=True, slots=True)
class Measurement:
    """One benchmark's run: milliseconds by candidate, one sample a round or turn.

    The rounds were interleaved, so whatever else the machine did fell on every candidate alike:
    ratios of medians mean something, the milliseconds by themselves do not.
    """

    title: str
    samples: Mapping[str, Sequence[float]]
    targets: tuple[Target, ...]

    def median_ms(self, name: str) -> float:
        """The median over the rounds."""
        return median(self.samples[name])

    def ratio(self, name: str, reference: str) -> float:
        """``name``'s median as a multiple of ``reference``'s."""
        return self.median_ms(name) / self.median_ms(reference)

    def met(self, target: Target) -> bool:
        """Whether this run met the target; exactly on it is met."""
        return self.ratio(target.subject, target.reference) <= target.at_most

    def references(self) -> list[str]:
        """What the targets compare with, each once, in the targets' order."""
        return list(dict.fromkeys(target.reference for target in self.targets))

    def table(self) -> str:
        """For people: a row a candidate, a column a reference, a line a target."""
        references = self.references()
        rows = [["", "median ms", "fastest ms", *(f"x {name}" for name in references)]]
        for name, samples in self.samples.items():
            ratios = [f"{self.ratio(name, reference):.2f}" for reference in references]
            rows.append([name, f"{self.median_ms(name):.3f}", f"{min(samples):.3f}", *ratios])
        return "\n".join([self.title, "", *_aligned(rows), "", *map(self._verdict, self.targets)])

    def figures(self) -> dict[str, Any]:
        """For programs: the same as plain data."""
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

    def _verdict(self, target: Target) -> str:
        ratio = self.ratio(target.subject, target.reference)
        return (
            f"{'met    ' if self.met(target) else 'NOT MET'}  {ratio:.3f}, target at most"
            f" {target.at_most:g}: {target.subject} / {target.reference}"
        )


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns padded to their widest cell: names to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
