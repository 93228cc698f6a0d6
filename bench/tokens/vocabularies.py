"""Count tokens with real vocabularies: JSON array of texts in, JSON object of counts out.

Runs in .venv-bench, which has the vocabularies: litellm ships OpenAI's cl100k_base and o200k_base
in its package, in the cache layout of tiktoken.
"""

import json
import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

ENCODINGS = {"cl100k": "cl100k_base", "o200k": "o200k_base"}


def main() -> None:
    """Read texts from standard input, and write ``{tokenizer: [count, ...]}``."""
    spec = find_spec("litellm")
    if spec is None or spec.origin is None:
        sys.exit("litellm is not installed here: run this with .venv-bench/bin/python")
    # Located, not imported: importing litellm takes seconds.
    vocabularies = Path(spec.origin).parent / "litellm_core_utils" / "tokenizers"
    os.environ["TIKTOKEN_CACHE_DIR"] = str(vocabularies)
    tiktoken = import_module("tiktoken")
    texts: list[str] = json.load(sys.stdin)
    counts = {}
    for name, encoding in ENCODINGS.items():
        encode = tiktoken.get_encoding(encoding).encode_ordinary
        counts[name] = [len(encode(text)) for text in texts]
    json.dump(counts, sys.stdout)


if __name__ == "__main__":
    main()
