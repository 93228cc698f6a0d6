"""The slow checks, at full size: ``python -m tests.slow NAME``, or ``make slow`` for all of them.

The ordinary tests run each check briefly.
"""

from tariff.command_line import Command, Commands, run

CHECKS: Commands = {
    "plans": Command(
        "tests.slow.caching_brute_force:check",
        "Compare caching plans with random arrivals and with every call of a month.",
    ),
    "report": Command(
        "tests.slow.report_by_record:check", "Compare a report with the calculator, by record."
    ),
    "cascade": Command(
        "tests.slow.cascade_simulation:check", "Compare cascade costs with simulated requests."
    ),
    "linearizable": Command(
        "tests.slow.linearizable:check", "Check that all clients of the store see one history."
    ),
    "store-model": Command(
        "tests.slow.store_model:check", "Compare the version store with a model of it."
    ),
    "rollbacks": Command("tests.slow.rollbacks:check", "Roll back under load."),
    "fuzz-slack": Command("tests.slow.fuzz_slack:check", "Send forged requests as Slack."),
    "corrupt-refreshes": Command(
        "tests.slow.corrupt_refreshes.score:check",
        "Refresh from corrupt lists, and compare with other libraries.",
    ),
    "price-replay": Command(
        "tests.slow.price_replay.replay:check", "Replay a year of real price history."
    ),
    "peer-differences": Command(
        "tests.differential.peers.differences:differences",
        "Write where two other libraries and Tariff differ.",
    ),
}

if __name__ == "__main__":
    run("Run a slow check. Exit status 1 means that it found something.", CHECKS)
