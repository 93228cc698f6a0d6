"""The files of the page: few bytes, and no address of another host."""

import gzip

from tariff.template import ROOT

PAGE = ROOT / "functions" / "site" / "static" / "page"
MOST_BYTES = 150_000


def test_all_files_of_the_page_are_within_150_kb_in_gzip() -> None:
    files = [*PAGE.glob("*.html"), *PAGE.glob("assets/*")]
    assert len(files) > 3
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) < MOST_BYTES
