"""Public outcomes by prompt, on which the router is trained and measured.

The folder holds mmlupro, llmrouter, zeroeval and planning, each a ``.jsonl.gz`` of objects with
``source``, ``id``, ``prompt``, ``scores`` (model -> 0 to 1) and ``meta.subject``. The prompts are
not part of this repository; docs/routing.md names their origin and licence.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
#: The models whose wrong answers make a prompt hard, by collection: small and cheap in their day.
CHEAP: Mapping[str, tuple[str, ...]] = {
    "llmrouter": (
        "qwen2.5-7b-instruct",
        "llama-3.1-8b-instruct",
        "gemma-2-9b-it",
        "mistral-7b-instruct-v0.3",
    ),
    "mmlupro": (
        "llama-3.1-8b",
        "mixtral-8x7b",
        "phi-3-mini",
        "mistral-7b",
        "qwen1.5-7b",
        "gemini-1.5-flash",
    ),
    "zeroeval": (
        "claude-3-haiku-20240307",
        "claude-3-5-haiku-20241022",
        "gpt-4o-mini-2024-07-18",
        "Meta-Llama-3.1-8B-Instruct",
        "Meta-Llama-3-8B-Instruct",
        "gemini-1.5-flash",
        "Phi-3.5-mini-instruct",
        "Phi-3-mini-4k-instruct",
    ),
    "planning": (
        "gemini-1.5-flash",
        "llama3-70b-8192_groq",
        "gemini-pro",
        "gemini-1.5-pro",
        "gpt-4o_chat",
    ),
}
#: The models that show which of those prompts can be answered.
STRONG: Mapping[str, tuple[str, ...]] = {
    "llmrouter": ("llama-3.1-nemotron-51b-instruct", "llama-3.3-nemotron-super-49b-v1"),
    "mmlupro": ("llama-3.1-70b", "gemini-1.5-pro", "deepseek-coder-v2", "gemini-1.5-flash"),
    "zeroeval": (
        "claude-3-5-sonnet-20241022",
        "claude-3-5-sonnet-20240620",
        "claude-3-opus-20240229",
        "gpt-4o-2024-08-06",
        "gpt-4o-2024-05-13",
        "Llama-3.1-405B-Inst@sambanova",
        "Mistral-Large-2",
    ),
    "planning": (
        "claude-3-opus",
        "claude-3.5-sonnet_aws",
        "llama-3.1-405b_aws",
        "o1-mini_chat",
        "o1-preview_chat",
    ),
}
COLLECTIONS = tuple(CHEAP)
#: The routing decisions that are measured: collection, cheap model, strong model.
PAIRS: tuple[tuple[str, str, str], ...] = (
    ("mmlupro", "llama-3.1-8b", "llama-3.1-70b"),
    ("llmrouter", "mistral-7b-instruct-v0.3", "llama-3.1-nemotron-51b-instruct"),
    ("zeroeval", "claude-3-haiku-20240307", "claude-3-opus-20240229"),
    ("zeroeval", "claude-3-haiku-20240307", "claude-3-5-sonnet-20240620"),
    ("zeroeval", "claude-3-5-haiku-20241022", "claude-3-5-sonnet-20241022"),
    ("planning", "gemini-1.5-pro", "claude-3-opus"),
)
#: Thresholds are those of families with many kinds of task; planning has one, in seven wordings.
RANKED = tuple(name for name in COLLECTIONS if name != "planning")
_OPTIONS = re.compile(r"\n\(?[A-J][.)] ")
_NOISE = re.compile(r"[^a-z0-9]")
_STEM = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A prompt with every model's score, its family and its task.

    A family is a collection with its own authors, prompts and grading; a task is a benchmark or
    subject within a family.
    """

    family: str
    task: str
    prompt: str
    scores: Mapping[str, float]

    def wrong(self) -> float:
        """Return the share of cheap models that were wrong."""
        return 1 - self._mean(CHEAP[self.family])

    def strong(self) -> float:
        """Return the share of strong models that were right."""
        return self._mean(STRONG[self.family])

    def stems(self) -> tuple[str, str]:
        """Return the question's first and last characters, without options and punctuation."""
        return _stems(self.prompt)

    def _mean(self, models: Sequence[str]) -> float:
        found = [self.scores[model] for model in models if model in self.scores]
        return sum(found) / len(found)


@cache
def _stems(prompt: str) -> tuple[str, str]:
    letters = _NOISE.sub("", _OPTIONS.split(prompt, maxsplit=1)[0].lower())
    return letters[:_STEM], letters[-_STEM:]


def read_rows(folder: Path) -> list[Row]:
    """Read the collections; raises FileNotFoundError when a file is missing."""
    return [row for name in COLLECTIONS for row in _rows_of(name, folder / f"{name}.jsonl.gz")]


def hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each collection's file."""
    return {
        name: hashlib.sha256((folder / f"{name}.jsonl.gz").read_bytes()).hexdigest()
        for name in COLLECTIONS
    }


def without_stems_of(held_out: Sequence[Row], rows: Sequence[Row]) -> list[int]:
    """Return the numbers of the rows that share no question stem with the held-out rows."""
    firsts = {row.stems()[0] for row in held_out}
    lasts = {row.stems()[1] for row in held_out}
    return [
        number
        for number, row in enumerate(rows)
        if row.stems()[0] not in firsts and row.stems()[1] not in lasts
    ]


def _rows_of(family: str, path: Path) -> Iterator[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            found = json.loads(line)
            row = Row(family, f"{family}: {found['meta']['subject']}", *_answers(found))
            if all(set(models[family]) & row.scores.keys() for models in (CHEAP, STRONG)):
                yield row


def _answers(found: Mapping[str, Any]) -> tuple[str, Mapping[str, float]]:
    return found["prompt"], found["scores"]
