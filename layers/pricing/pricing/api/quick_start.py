"""What a function does differently while it starts on Lambda; it imports this before all else.

Garbage is not collected meanwhile: what an import makes stays, and looking at it again and again
takes a tenth of a cold start. pydantic finds no plugins, since there are none in a layer: it would
read the metadata of every package, and takes 5% of a cold start to import what reads them. A test
holds that both are still so (docs/decisions.md, D84).
"""

import gc
import sys
from collections.abc import Callable, Collection
from types import ModuleType

from pricing.aws.settings import settings

_FINDS_PLUGINS = "pydantic.plugin._loader"


def begin() -> None:
    """Begin to import; on Lambda only, where the process serves this function and nothing else."""
    if settings.in_lambda:
        gc.disable()
        finder = ModuleType(_FINDS_PLUGINS)
        finder.__dict__["get_plugins"] = tuple
        sys.modules.setdefault(_FINDS_PLUGINS, finder)


def ready(validators: Collection[Callable[[], object]]) -> None:
    """End the start: everything is imported. Each of ``validators`` builds that of one request.

    While a function starts, Lambda gives it a whole processor, and in a call a share of one: what
    the first call needs for certain is built now. Where there are several routes, the validators of
    the others would only delay it, except in a snapshot, which is taken once and started often.
    """
    if not settings.in_lambda:
        return
    if len(validators) == 1 or settings.for_snapshot:
        for build in validators:
            build()
    if settings.for_snapshot:
        from pricing.store import bundled  # others read it in their first call

        bundled.current()
    gc.freeze()
    gc.enable()


begin()
