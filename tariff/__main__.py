"""The ``tariff`` command: the question asked most is answered quickly, all others by Typer."""

import sys

from tariff.quick import answered


def main() -> None:
    """Run the command that the process's arguments name, and end the process."""
    if answered(sys.argv[1:]):
        sys.exit()
    from tariff.commands import run_named  # Typer takes longer to import than an answer does

    run_named()


if __name__ == "__main__":
    main()
