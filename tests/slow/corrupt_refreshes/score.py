"""Refresh from corrupt lists, and compare: ``python -m tests.slow corrupt-refreshes``.

The complete lists of the pinned packages are spoiled in every way of ``lists`` and served from
loopback to three refreshes: Tariff's function, with its own store, and the updaters of LiteLLM and
genai-prices, each of which reads its own format only.
"""

import contextlib
import io
import os
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated
from unittest import mock
from urllib.parse import quote

from typer import Option

from pricing.errors import TariffError
from pricing.jsonio import digest
from pricing.refresh.memory import Memory
from pricing.store import bundled
from tariff.catalogue.published import installed
from tariff.paths import ROOT
from tariff.serve.embedded_store import moto_server
from tariff.tables import aligned
from tariff.template import load_template
from tests.slow.corrupt_refreshes.lists import (
    OLD_COPY,
    SOURCES,
    case_names,
    old_copy,
    runs,
    spoiled,
)
from tests.support.price_server import Answer, price_server
from tests.support.refreshing import Refreshing, refreshing
from tests.support.tables import CREDENTIALS, fresh_table

BENCH_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
PEERS = ("litellm", "genai-prices")
PEER_SECONDS = 60.0


def check(case: Annotated[str, Option(help="Only cases whose name contains this.")] = "") -> int:
    """Refresh from corrupt lists, and compare with other libraries."""
    wanted = [name for name in case_names() if case in name]
    lists = {name: installed(name) for name in SOURCES}
    tariff = dict(tariff_outcomes(wanted, lists))
    peers = {peer: dict(peer_outcomes(peer, wanted, lists)) for peer in PEERS}
    rows: list[tuple[str, ...]] = [("case", "Tariff", *PEERS)]
    for name in wanted:
        outcomes = [outcome for (of, _), outcome in tariff.items() if of == name]
        worst = next((outcome for outcome in outcomes if outcome != "kept"), "kept")
        rows.append((name, worst, *(peers[peer].get(name, "-") for peer in PEERS)))
    print(*aligned(rows, "<"), "", sep="\n")
    print(f"Tariff: {_counted(tariff.values())} of {len(tariff)} refreshes")
    for peer in PEERS:
        print(f"{peer}: {_counted(peers[peer].values())} of {len(peers[peer])}")
    return int(any(outcome != "kept" for outcome in tariff.values()))


def _counted(outcomes: Iterable[str]) -> str:
    kinds = Counter(outcome.partition(" ")[0] for outcome in outcomes)
    return ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))


def tariff_outcomes(
    wanted: Sequence[str], lists: dict[str, bytes]
) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield Tariff's outcome of each case and source: ``kept`` is the right one."""
    with (
        mock.patch.dict(os.environ, CREDENTIALS),
        moto_server() as url,
        fresh_table(load_template(), url) as table,
        refreshing(table, lists, bundled.current()) as found,
    ):
        for case, source in runs():
            if case in wanted:
                yield (case, source), _tariff_outcome(found, case, source)


#: The bundled book is newer than the event of other tests.
AFTER_THE_BOOK = {"scheduled_time": "2026-12-01T03:00:00Z"}


def _tariff_outcome(found: Refreshing, case: str, source: str) -> str:
    before, rows = found.active().id, len(found.outcomes())
    for name in SOURCES if source == "both" else (source,):
        found.serve(name, spoiled(case, name, found.lists[name]))
    if case == OLD_COPY:
        hashes = {n: (digest(old_copy(text)), digest(text)) for n, text in found.lists.items()}
        found.remember(Memory(seen=hashes))
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            found.run(AFTER_THE_BOOK, TARIFF_FETCH_SECONDS="4")
    except TariffError:
        pass  # raised on purpose, so that Lambda tries the event again
    except Exception as error:  # noqa: BLE001  # the fault this looks for
        return f"crashed ({type(error).__name__})"
    finally:
        found.sound()
        found.remember(Memory())
    if found.active().id != before:
        return "activated"
    return "kept" if len(found.outcomes()) == rows + 1 else "no audit row"


def peer_outcomes(
    peer: str, wanted: Sequence[str], lists: dict[str, bytes]
) -> Iterator[tuple[str, str]]:
    """Yield a peer's outcome of each case that its format can express."""
    todo = [case for case, source in runs() if case in wanted and source in (peer, "both")]
    with price_server() as server:
        server.answers[f"/intact/{peer}"] = Answer(lists[peer])
        while todo:
            for case in todo:
                path = f"/{quote(case)}/{peer}"
                server.answers[path] = spoiled(case, peer, lists[peer])
            outcomes = _peer_process(peer, server.url_of(""), todo)
            yield from outcomes.items()
            hung = todo[len(outcomes) :][:1]  # the process ended without an outcome for it
            yield from ((case, "hung or died") for case in hung)
            todo = todo[len(outcomes) + len(hung) :]


def _peer_process(peer: str, base: str, cases: Sequence[str]) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "out")
        with output.open("w") as stream, contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(
                [BENCH_PYTHON, "-m", "tests.slow.corrupt_refreshes.peers", peer, base],
                input="\n".join(cases) + "\n",
                text=True,
                stdout=stream,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                timeout=PEER_SECONDS + 8 * len(cases),
                check=False,
            )
        lines = [line.split("\t") for line in output.read_text("utf-8").splitlines()]
    return {line[0]: line[1] for line in lines if len(line) > 1}
