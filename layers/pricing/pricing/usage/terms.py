"""The words that providers use for how a call was served, and what each means for its price.

One word may mean different things at different providers, so a word is kept as it was written until
the model, and with it the provider, is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pricing.errors import InvalidRequest
from pricing.usage.buckets import InferenceGeo, Processing, Speed, StatedTerms

#: No public price list belongs to these words: the caller's own terms decide.
UNSTATED = StatedTerms()
#: Capacity that is paid for by commitment; the list price is shown and said to be that.
COMMITTED = StatedTerms()

_STANDARD, _BATCH = StatedTerms("standard"), StatedTerms("batch")
_FLEX, _PRIORITY = StatedTerms("flex"), StatedTerms("priority")
_OPENAI: Mapping[str, StatedTerms] = {
    "auto": UNSTATED,
    "scale": UNSTATED,
    "default": _STANDARD,
    "standard": _STANDARD,
    "flex": _FLEX,
    "priority": _PRIORITY,
    "batch": _BATCH,
    # OpenAI's name for priority processing since 2026-07-30
    "fast": _PRIORITY,
}
_GOOGLE: Mapping[str, StatedTerms] = {
    "unspecified": UNSTATED,
    "standard": _STANDARD,
    "default": _STANDARD,
    "flex": _FLEX,
    "priority": _PRIORITY,
    "batch": _BATCH,
}
#: ``service_tier`` by the provider that writes it; every other provider writes OpenAI's words.
TIERS: Mapping[str, Mapping[str, StatedTerms]] = {
    "anthropic": {"standard": _STANDARD, "priority": _PRIORITY, "batch": _BATCH},
    "bedrock": {
        "default": _STANDARD,
        "standard": _STANDARD,
        "flex": _FLEX,
        "priority": _PRIORITY,
        "batch": _BATCH,
        "reserved": COMMITTED,
    },
    "google": _GOOGLE,
    "vertex": _GOOGLE,
    "groq": {"auto": UNSTATED, "on_demand": _STANDARD, "default": _STANDARD, "flex": _FLEX},
}
#: Gemini's ``trafficType`` on Vertex AI.
TRAFFIC: Mapping[str, StatedTerms] = {
    "TRAFFIC_TYPE_UNSPECIFIED": UNSTATED,
    "ON_DEMAND": _STANDARD,
    "ON_DEMAND_FLEX": _FLEX,
    "ON_DEMAND_PRIORITY": _PRIORITY,
    "PROVISIONED_THROUGHPUT": COMMITTED,
}
COMMITTED_WORDS = frozenset(("reserved", "PROVISIONED_THROUGHPUT"))
SPEEDS: Mapping[str, Speed] = {"standard": "standard", "fast": "fast"}
#: Where a call ran; a provider that does not say leaves it to the caller's own terms.
GEOS: Mapping[str, InferenceGeo | None] = {
    "global": "global",
    "us": "us",
    "not_available": "global",
    "": None,
}


@dataclass(frozen=True, slots=True)
class TierWord:
    """A service tier as the answer names it, and where it does so."""

    word: str
    pointer: str

    def meaning(self, provider: str) -> StatedTerms:
        """What the word means at ``provider``; raises InvalidRequest for one it does not use."""
        words = TIERS.get(provider, _OPENAI)
        found = words.get(self.word)
        if found is None:
            known = ", ".join(words)
            raise InvalidRequest.at(
                self.pointer,
                f"is not a service tier of {provider} that has a known price; it uses {known}",
            )
        return found


def every_word() -> frozenset[str]:
    """Every service tier that some provider uses."""
    return frozenset(word for words in (*TIERS.values(), _OPENAI) for word in words)


def processing_of(word: str) -> Processing | None:
    """What a tier means where no provider gives the word a meaning of its own."""
    for words in (_OPENAI, *TIERS.values()):
        if word in words:
            return words[word].processing
    return None
