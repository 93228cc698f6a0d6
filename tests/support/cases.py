"""Tables of cases, kept as data in ``tests/data``."""

from typing import Any

import yaml

from tariff.template import ROOT


def cases(name: str) -> Any:
    """Read ``tests/data/<name>.yaml``; what it holds, and why, is at its head."""
    return yaml.safe_load((ROOT / "tests" / "data" / f"{name}.yaml").read_text(encoding="utf-8"))
