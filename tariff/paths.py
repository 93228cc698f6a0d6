"""Where Tariff's files are: in its repository, or in the installed package."""

import os
from pathlib import Path

_HERE = Path(__file__).resolve().parent
#: Whether Tariff runs from its repository. An installed Tariff has copies of the files below.
IS_CHECKOUT = (_HERE.parent / "template.yaml").is_file()
#: The folder of template.yaml, functions/, events/ and catalogue/recorded/.
ROOT = _HERE.parent if IS_CHECKOUT else _HERE / "deployment"
#: The folder for what Tariff downloads or generates.
CACHE = (
    ROOT / ".cache"
    if IS_CHECKOUT
    else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tariff"
)
