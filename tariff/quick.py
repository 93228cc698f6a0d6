"""The question asked most, answered without what takes longer to import than the answer takes.

Typer and the request types of pydantic each take longer than all the rest of a command. A call that
is stated as plain counts needs neither: ``tariff estimate MODEL --input N --output N``. Whatever
else is sent, and whatever is wrong, is left to them.
"""

import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

#: The options of ``tariff estimate`` that are read here, and their fields.
_OPTIONS = {
    "--input": "input_tokens",
    "--output": "output_tokens",
    "--cache-read": "cache_read_tokens",
    "--calls": "calls",
}
#: What asks elsewhere, or for another thing than an answer.
_VARIABLES = ("TARIFF_URL", "_TARIFF_COMPLETE")
_MAX_DIGITS = 20


def answered(arguments: Sequence[str]) -> bool:
    """Answer the process's arguments if they are such a question; False if nothing was done."""
    if arguments[:1] != ["estimate"] or any(map(os.environ.get, _VARIABLES)):
        return False
    as_it_is = [one for one in arguments[1:] if one != "--json"]
    sent = _stated(*as_it_is[:1], options=as_it_is[1:])
    if sent is None or (answer := counted(sent)) is None:
        return False
    from tariff.output import as_json, show, write
    from tariff.views import estimated

    if len(as_it_is) < len(arguments) - 1:
        write(as_json(answer))
    else:
        show(estimated(answer))
    return True


def _stated(model: str = "-", *, options: Sequence[str]) -> dict[str, Any] | None:
    """Return the fields of a request, or None for arguments that are more than counts."""
    names, numbers = options[::2], options[1::2]
    is_plain = (
        not model.startswith("-")
        and len(names) == len(numbers)
        and len(set(names)) == len(names)
        and set(names) <= _OPTIONS.keys()
        and all(one.isascii() and one.isdecimal() and len(one) <= _MAX_DIGITS for one in numbers)
    )
    if not is_plain:
        return None
    counts = zip(names, numbers, strict=True)
    return {"model": model, **{_OPTIONS[name]: int(number) for name, number in counts}}


#: The fields that ``counted`` reads.
_COUNTS = {"model", "input_tokens", "output_tokens", "cache_read_tokens", "calls"}


def counted(sent: Mapping[str, Any]) -> Any:
    """Return the estimate of a call that is stated as counts, or None for any other request.

    It asks the function that the route asks. But the route's request is a type of pydantic's, which
    takes longer to import than all the rest of a command.
    """
    if not {"model", "input_tokens", "output_tokens"} <= sent.keys() <= _COUNTS:
        return None
    from pricing.errors import TariffError
    from pricing.estimates.estimate import EstimateQuery, estimate
    from pricing.estimates.inputs import MeasuredInput
    from pricing.jsonio import to_json
    from pricing.store.books import ACTIVE, Books
    from pricing.timestamps import AsOf
    from pricing.usage.buckets import MAX_COUNT, Attempt, Usage

    calls = sent.get("calls", 1)
    usage = Usage(
        input=sent["input_tokens"],
        output=sent["output_tokens"],
        cache_read=sent.get("cache_read_tokens", 0),
    )
    counts = (usage.input, usage.output, usage.cache_read, calls)
    if not all(type(count) is int and 0 <= count <= MAX_COUNT for count in counts) or not calls:
        return None  # the request's type says what is wrong
    now = datetime.now(UTC)
    call = MeasuredInput((Attempt(usage),))
    query = EstimateQuery(model=sent["model"], call=call, as_of=AsOf.now(now), calls=calls)
    try:
        return json.loads(to_json(estimate(Books(None).in_force(ACTIVE, now), query)))
    except TariffError:
        return None  # the route says it in its own words
