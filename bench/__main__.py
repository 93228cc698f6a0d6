"""The measurements: ``python -m bench NAME``. docs/ holds one run of each."""

from tariff.command_line import Commands, Group, run

MEASUREMENTS: Commands = {
    "speed": "bench.speed:speed",
    "report": "bench.report:report",
    "refresh": "bench.refresh:refresh",
    "tokens": Group(
        "The token estimate.",
        {
            "measure": "bench.tokens.measure:measure",
            "calibrate": "bench.tokens.calibrate:calibrate",
        },
    ),
    "routing": Group(
        "The routing classifier; all but ``everyday`` in .venv-train.",
        {
            "train": "bench.routing.train:train",
            "evaluate": "bench.routing.evaluate:evaluate",
            "everyday": "bench.routing.everyday:everyday",
        },
    ),
}

if __name__ == "__main__":
    run(
        "Measure Tariff. Only ratios within one run mean something on another machine.",
        MEASUREMENTS,
    )
