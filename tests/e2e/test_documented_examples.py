"""Every curl example of the documents, run as a reader would paste it."""

import json
import re
import shutil
import subprocess
from typing import Any

import pytest

from tests.e2e.conftest import RunningGateway
from tools.template import ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
EXAMPLES = {
    f"{path.name}-{number}": block
    for path in DOCUMENTS
    for number, block in enumerate(BLOCK.findall(path.read_text(encoding="utf-8")))
    if "curl" in block
}


def run(example: str, gateway: RunningGateway) -> list[Any]:
    """What each curl of an example printed, in order."""
    here = example.replace("http://127.0.0.1:3000", f"http://127.0.0.1:{gateway.port}")
    done = subprocess.run(["sh", "-euc", here], check=True, capture_output=True, text=True)
    answers, rest = [], done.stdout
    while rest:
        answer, end = json.JSONDecoder().raw_decode(rest)
        answers.append(answer)
        rest = rest[end:].lstrip()
    return answers


def version_of(answer: Any) -> Any:
    """The price version an answer is about; pages about versions name it by themselves."""
    if "pricing" in answer:
        return answer["pricing"]["version"]
    return answer.get("to_version") or answer.get("active")


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_documented_example_answers(name: str, gateway: RunningGateway) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not on PATH")
    answers = run(EXAMPLES[name], gateway)
    assert len(answers) == EXAMPLES[name].count("curl ")
    for answer in answers:
        assert version_of(answer), answer


def test_the_first_example_of_the_readme_is_answered_as_printed(gateway: RunningGateway) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not on PATH")
    readme = DOCUMENTS[0].read_text(encoding="utf-8")
    printed = json.loads(re.findall(r"^```json\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)[0])
    (answer,) = run(EXAMPLES["README.md-0"], gateway)
    for changing in (printed["pricing"], answer["pricing"]):
        for name in ("version", "as_of", "age_seconds"):
            del changing[name]
    assert answer == printed
