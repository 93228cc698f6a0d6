"""The European Central Bank's daily reference rates, as it publishes them: XML of nested cubes.

``<Cube time="2026-10-30"><Cube currency="USD" rate="1.1172"/>...</Cube>``: a euro costs 1.1172 US
dollars. The elements are found by their attributes, so no XML parser reads what a network sends.
"""

import re

SOURCE = "exchange-rates"
_DAY = re.compile(rb"""["'](\d{4}-\d{2}-\d{2})["']>""")
_RATE = re.compile(
    rb"""<Cube currency=["']([A-Z]{3})["'] rate=["'](\d{1,9}(?:\.\d{1,9})?)["'] ?/>"""
)


def read(content: bytes) -> dict[str, dict[str, str]]:
    """Return the rates of each day, by currency; empty if the content is something else."""
    found = {}
    for part in content.split(b"<Cube time=")[1:]:
        if day := _DAY.match(part):
            rates = _RATE.findall(part)
            found[day[1].decode()] = {code.decode(): rate.decode() for code, rate in rates}
    return found
