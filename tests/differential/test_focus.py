"""FOCUS files in the FinOps Foundation's own validator, which knows the rules of version 1.0.

The validator runs in ``.venv-focus``, which ``make test`` installs. Its release 1.0.0 contradicts
the specification in a few rules; those, and no others, fail.
"""

import json
import subprocess
from pathlib import Path

from tariff.template import ROOT, recorded_event
from tests.support.handlers import handler

PYTHON = ROOT / ".venv-focus" / "bin" / "python"
#: Rules of the validator that no file of version 1.0 can pass, and why.
FAULTS = {
    "InvoiceIssuer_Required": "1.0 names the column InvoiceIssuerName",
    "Provider_Required": "1.0 names the column ProviderName",
    "Publisher_Required": "1.0 names the column PublisherName",
    "ResourceID_Required": "1.0 names the column ResourceId",
    "SkuPriceId_Nullable": "it asks for the column ChargeType, which 1.0 does not have",
    "ConsumedQuantity_IsDecimal": "it takes a column of whole numbers for no decimals",
}


def failed(text: str, folder: Path) -> set[str]:
    """The rules that a file fails."""
    path = folder / "focus.csv"
    path.write_text(text, encoding="utf-8")
    if not PYTHON.exists():
        raise FileNotFoundError("the validator is missing: `make .venv-focus/.ready` installs it")
    (packages,) = (PYTHON.parents[1] / "lib").glob("python3*/site-packages")
    arguments = ["--data-file", str(path), "--validate-version", "1.0"]
    done = subprocess.run(  # it looks for its list of currencies in the current folder
        [PYTHON, "-c", "from focus_validator.main import main; main()", *arguments],
        cwd=packages,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Validation" in done.stdout, done.stderr
    lines = done.stdout.splitlines()
    return {line.removesuffix(" failed:") for line in lines if line.endswith(" failed:")}


def test_a_report_passes_every_rule_that_agrees_with_the_specification(tmp_path: Path) -> None:
    usage = {"input_tokens": 1000, "output_tokens": 10, "cache_read_input_tokens": 50}
    records = [
        {
            "timestamp": f"2026-10-{day:02}",
            "model": model,
            "usage": usage,
            "team": team,
            "processing": processing,
        }
        for day in (29, 30)
        for model in ("sonnet", "haiku")
        for team in ("a", None)
        for processing in ("standard", "batch")
    ]
    body = {
        "records": records,
        "format": "focus-csv",
        "rate_card": {"rules": [{"multiply": "0.9"}]},
    }
    reply = handler("usage_report")(
        {**recorded_event("usage_report"), "body": json.dumps(body)}, None
    )
    text: str = reply["body"]
    assert failed(text, tmp_path) == FAULTS.keys()
    # The validator does look: a category that is not one is found.
    wrong = text.replace("AI and Machine Learning", "Clairvoyance")
    assert failed(wrong, tmp_path) == {*FAULTS, "ServiceCategory_Enum"}
