"""Full scratch space, whether Python or DuckDB was writing."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from pricing.errors import InvalidRequest

TOO_LARGE = (
    "is larger, unpacked, than the scratch space; split it into smaller files, or use Athena or"
    " Spark (docs/usage-reports.md)"
)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def is_full(error: Exception) -> bool:
    """Whether the system refused to store more; of its reason DuckDB keeps only the words."""
    if isinstance(error, OSError):
        return error.errno in _FULL
    return any(os.strerror(code) in str(error) for code in _FULL)


@contextmanager
def filled_by(pointer: str) -> Iterator[None]:
    """Raise InvalidRequest at the file that fills the scratch space in this block.

    Any other error of the disk is not the file's, and stays as it is.
    """
    try:
        yield
    except (OSError, duckdb.Error) as error:
        if not is_full(error):
            raise
        raise InvalidRequest.at(pointer, TOO_LARGE) from error
