"""Where the generated reference is, and whether it is older than what it is made from."""

import subprocess
import sys

from tariff.paths import IS_CHECKOUT
from tariff.template import ROOT

STATIC = ROOT / "functions" / "site" / "static"
_SOURCES = (
    "layers/pricing/pricing/**/*.py",
    "layers/pricing/pricing/data/*.json",
    "functions/*/app.py",
    "tariff/docs/*.*",
    "tariff/docs/page_template/*",
    "events/*.json",
    "pyproject.toml",
)


def is_current() -> bool:
    """Tell whether the reference has been generated since its sources changed.

    Those of an installed package never change.
    """
    built = [STATIC / name for name in ("openapi.json", "docs.html")]
    if not IS_CHECKOUT:
        return all(path.exists() for path in built)
    sources = (path for pattern in _SOURCES for path in ROOT.glob(pattern))
    newest = max((path.stat().st_mtime for path in sources), default=0.0)
    return all(path.exists() and path.stat().st_mtime >= newest for path in built)


def generate() -> None:
    """Generate it in a process of its own; raises CalledProcessError if that fails."""
    made = "from tariff.docs.openapi import generate; generate()"  # an installed one has no `docs`
    subprocess.run([sys.executable, "-c", made], cwd=ROOT, check=True)
