"""The slow checks, at full size: ``python -m tests.slow NAME``, or ``make slow`` for all of them.

The ordinary tests run each check briefly.
"""

from tariff.command_line import Commands, run

CHECKS: Commands = {
    "plans": "tests.slow.caching_brute_force:check",
    "report": "tests.slow.report_by_record:check",
    "cascade": "tests.slow.cascade_simulation:check",
    "linearizable": "tests.slow.linearizable:check",
    "store-model": "tests.slow.store_model:check",
    "rollbacks": "tests.slow.rollbacks:check",
    "load": "tests.slow.load:check",
    "fuzz-api": "tests.slow.fuzz_api:check",
    "fuzz-slack": "tests.slow.fuzz_slack:check",
    "corrupt-refreshes": "tests.slow.corrupt_refreshes.score:check",
    "mutants": "tests.slow.mutants:check",
    "past-prices": "tests.slow.past_prices:check",
    "price-replay": "tests.slow.price_replay.replay:check",
    "spark": "tests.slow.distributed_report:check",
    "peer-differences": "tests.differential.peers.differences:differences",
}

if __name__ == "__main__":
    run("Run a slow check. Exit status 1 means that it found something.", CHECKS)
