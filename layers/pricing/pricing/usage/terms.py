"""The words that providers use for how a call was served, and what each means for its price.

The common words mean the same everywhere. A word that only some providers use is checked once the
model, and with it the provider, is known; so is a word that is not known at all.
"""

from collections.abc import Mapping

from pricing.errors import InvalidRequest
from pricing.usage.buckets import InferenceGeo, Speed, StatedTerms
from pricing.values import immutable

#: No public price list belongs to these words: the caller's own terms decide.
UNSTATED = StatedTerms()
#: Capacity that is paid for by commitment; the list price is shown, with a warning.
COMMITTED = StatedTerms()

_STANDARD, _BATCH = StatedTerms("standard"), StatedTerms("batch")
_FLEX, _PRIORITY = StatedTerms("flex"), StatedTerms("priority")
_OPENAI: Mapping[str, StatedTerms] = {
    "auto": UNSTATED,
    "scale": COMMITTED,
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
    "anthropic": {
        "standard": _STANDARD,
        "priority": _PRIORITY,
        "batch": _BATCH,
        "flex": _FLEX,
        "flex_discount": _FLEX,
    },
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
COMMITTED_WORDS = frozenset(("reserved", "scale", "PROVISIONED_THROUGHPUT"))
SPEEDS: Mapping[str, Speed] = {"standard": "standard", "fast": "fast"}
#: Where a call ran; a provider that does not say leaves it to the caller's own terms.
GEOS: Mapping[str, InferenceGeo | None] = {
    "global": "global",
    "us": "us",
    "not_available": "global",
    "": None,
}


#: Words that any provider, or a gateway in front of it, may write.
COMMON = frozenset(("auto", "default", "standard", "batch", "flex", "priority"))
#: What a word means wherever it is used: providers differ in the words they have, not in these.
WORDS: Mapping[str, StatedTerms] = {
    word: meaning for words in (_OPENAI, *TIERS.values()) for word, meaning in words.items()
}


@immutable
class TierWord:
    """A service tier as the answer names it, and where it does so."""

    word: str
    pointer: str

    def check_known(self) -> None:
        """Raise InvalidRequest for a word that no provider uses."""
        if self.word not in WORDS:
            detail = f"is not a known service tier; send one of {', '.join(sorted(WORDS))}"
            raise InvalidRequest.at(self.pointer, detail)

    def check(self, provider: str) -> None:
        """Raise InvalidRequest for a word that ``provider`` does not use."""
        words = TIERS.get(provider, _OPENAI)
        if self.word not in COMMON and self.word not in words:
            raise InvalidRequest.at(
                self.pointer,
                f"is not a service tier of {provider} that has a known price; it uses"
                f" {', '.join(words)}",
            )
