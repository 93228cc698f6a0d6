"""What ``bench.report`` measures, in a process of its own: a report, its reference, or small ones.

``python -m bench.report_worker report|reference|small FILE [KIND]`` prints the figures as JSON.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from bench.measurement import peak_megabytes
from bench.report_files import PARQUET, SOURCES, reference
from pricing.reports.generate import report_usage
from pricing.reports.readers.files import opened
from pricing.reports.report import ReportQuery
from tariff.prices import bundled_prices

SMALL_REPORTS = 15


def _report(path: Path) -> int:
    with tempfile.TemporaryDirectory(prefix="report-bench-") as folder:
        file = opened(path, path.name, Path(folder))
        return report_usage(bundled_prices(), file, ReportQuery(), Path(folder)).records.read


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _timed(measured: Callable[[], int]) -> dict[str, Any]:
    started, before = time.perf_counter(), _cpu()
    rows = measured()
    return {"rows": rows, "seconds": time.perf_counter() - started, "cpu": _cpu() - before}


def _measure(what: str, path: Path, kind: str = "") -> None:
    bundled_prices()
    if what == "reference":
        source = PARQUET if kind == "Parquet" else SOURCES[kind]
        figures = _timed(lambda: reference(source, path))
    elif what == "small":  # a function answers many; the first is not counted
        found = [_timed(lambda: _report(path)) for _ in range(SMALL_REPORTS + 1)][1:]
        figures = {**found[0], "cpu": median(one["cpu"] for one in found)}
    else:
        figures = _timed(lambda: _report(path))
    size = path.stat().st_size / 1e6
    print(json.dumps({**figures, "megabytes": peak_megabytes(), "file_megabytes": size}))


if __name__ == "__main__":
    _measure(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
