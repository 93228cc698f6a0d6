"""Make the recorded excerpts in ``tests/data/upstream``: ``make upstream-excerpts``.

Whole entries of a few providers from both public lists, as released; prose is left out.
"""

import json
import sys
from pathlib import Path

from tariff.catalogue.published import ROOT, installed

FOLDER = ROOT / "tests" / "data" / "upstream"
GENAI = {"anthropic", "deepseek", "mistral", "openai"}
LITELLM = {"anthropic", "deepseek", "mistral", "openai"}
PROSE = {"description", "price_comments", "source", "comment", "metadata"}


def main(folder: Path = FOLDER) -> int:
    """Write both excerpts."""
    folder.mkdir(parents=True, exist_ok=True)
    providers = [
        {
            "id": provider["id"],
            "name": provider["name"],
            "models": [
                {key: value for key, value in model.items() if key not in PROSE}
                for model in provider["models"]
            ],
        }
        for provider in json.loads(installed("genai-prices"))
        if provider["id"] in GENAI
    ]
    entries = {
        name: {key: value for key, value in entry.items() if key not in PROSE}
        for name, entry in json.loads(installed("litellm")).items()
        if entry.get("litellm_provider") in LITELLM
    }
    for name, content in (("genai-prices", providers), ("litellm", entries)):
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
