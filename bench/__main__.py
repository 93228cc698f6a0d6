"""The measurements: ``python -m bench NAME``. docs/ holds one run of each."""

from tariff.command_line import Command, Commands, Group, run

MEASUREMENTS: Commands = {
    "speed": Command("bench.speed:speed", "Measure cold and warm calls against other libraries."),
    "report": Command("bench.report:report", "Measure a report of ten million records."),
    "refresh": Command(
        "bench.refresh:refresh", "Measure the time, memory and item sizes of a refresh."
    ),
    "tokens": Group(
        "The token estimate.",
        {
            "measure": Command(
                "bench.tokens.measure:measure", "Measure the errors of the token estimate."
            ),
            "calibrate": Command(
                "bench.tokens.calibrate:calibrate", "Fit the weights of the token estimate."
            ),
        },
    ),
    "routing": Group(
        "The routing classifier, in .venv-train.",
        {
            "train": Command(
                "bench.routing.train:train",
                "Train the classifier and calibrate it on held-out families.",
            ),
            "evaluate": Command(
                "bench.routing.evaluate:evaluate", "Measure the classifier on held-out families."
            ),
        },
    ),
}

if __name__ == "__main__":
    run(
        "Measure Tariff. Only ratios within one run mean something on another machine.",
        MEASUREMENTS,
    )
