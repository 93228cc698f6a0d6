"""Corrupt refreshes, scored: ``make corrupt-refresh-score``.

The whole lists of the pinned packages are spoiled in every way of
``tests.slow.corrupt_refreshes.lists`` and served from loopback to three refreshes: Tariff's
function, on a store of its own, and the updaters of LiteLLM and genai-prices, each of which reads
its own format only.
"""

import argparse
import contextlib
import io
import logging
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from pricing.errors import TariffError
from pricing.jsonio import digest
from pricing.refresh.memory import Memory
from pricing.store import bundled
from tariff.catalogue.published import installed
from tariff.template import ROOT, load_template
from tests.slow.corrupt_refreshes.lists import (
    OLD_COPY,
    SOURCES,
    Answer,
    PriceServer,
    case_names,
    old_copy,
    runs,
    spoiled,
)
from tests.support.refreshing import Refreshing, refreshing
from tests.support.tables import REGION, SECRET, fresh_table

BENCH_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
PEER_SECONDS = 60.0
DRIP = "a slow drip"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 when Tariff activated anything or let an error out."""
    parser = argparse.ArgumentParser(description="Score corrupt refreshes.")
    parser.add_argument("--case", help="only cases whose name holds this")
    options = parser.parse_args(arguments)
    wanted = [name for name in case_names() if not options.case or options.case in name]
    lists = {name: installed(name) for name in SOURCES}
    ours = dict(ours_of(wanted, lists))
    peers = {peer: dict(peer_of(peer, wanted, lists)) for peer in SOURCES}
    print(f"{'case':42} {'Tariff':12} {'litellm':24} genai-prices")
    for name in wanted:
        mine = [verdict for (case, _), verdict in ours.items() if case == name]
        worst = next((one for one in mine if one != "kept"), "kept")
        theirs = [peers[peer].get(name, "-") for peer in ("litellm", "genai-prices")]
        print(f"{name:42} {worst:12} {theirs[0]:24} {theirs[1]}")
    print(f"\nTariff: {_counted(ours.values())} of {len(ours)} refreshes")
    for peer in ("litellm", "genai-prices"):
        print(f"{peer}: {_counted(peers[peer].values())} of {len(peers[peer])}")
    return int(any(verdict != "kept" for verdict in ours.values()))


def _counted(verdicts: object) -> str:
    kinds = Counter(str(one).partition(" ")[0] for one in verdicts)  # type: ignore[attr-defined]
    return ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))


def ours_of(
    wanted: Sequence[str], lists: dict[str, bytes]
) -> Iterator[tuple[tuple[str, str], str]]:
    """Tariff's result for each case and source."""
    from moto.server import ThreadedMotoServer

    os.environ |= {
        "AWS_ACCESS_KEY_ID": SECRET,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
    }
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line a request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        with (
            fresh_table(load_template(), f"http://{host}:{port}") as table,
            refreshing(table, lists, bundled.current()) as found,
        ):
            for case, source in runs():
                if case in wanted:
                    yield (case, source), _ours(found, case, source)
    finally:
        server.stop()


def _ours(found: Refreshing, case: str, source: str) -> str:
    before, rows = found.ledger.active(), len(found.outcomes())
    for name in SOURCES if source == "both" else (source,):
        found.serve(name, spoiled(case, name, found.lists[name]))
    if case == OLD_COPY:
        hashes = {n: (digest(old_copy(text)), digest(text)) for n, text in found.lists.items()}
        found.remember(Memory(seen=hashes))
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            found.run(TARIFF_FETCH_SECONDS="4")
    except TariffError:
        pass  # what the function raises on purpose, for Lambda to try the event again
    except Exception as error:  # noqa: BLE001  # the finding
        return f"crashed ({type(error).__name__})"
    finally:
        found.sound()
        found.remember(Memory())
    if found.ledger.active() != before:
        return "activated"
    return "kept" if len(found.outcomes()) == rows + 1 else "no audit row"


def peer_of(peer: str, wanted: Sequence[str], lists: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """A peer's result for each case of its format; a hang is a result too."""
    server = PriceServer()
    base = server.url("")
    server.answers[f"/sound/{peer}"] = Answer(lists[peer])
    cases = [case for case, source in runs() if case in wanted and source in (peer, "both")]
    try:
        todo = list(cases)
        while todo:
            for case in todo:
                path = f"/{quote(case)}/{peer}"
                server.answers[path] = spoiled(case, peer, lists[peer])
            verdicts = _peer_process(peer, base, todo)
            yield from verdicts.items()
            hung = todo[len(verdicts) :][:1]
            yield from ((case, "hung or died") for case in hung)
            todo = todo[len(verdicts) + len(hung) :]
    finally:
        server.close()


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


if __name__ == "__main__":
    sys.exit(main())
