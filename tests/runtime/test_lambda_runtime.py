"""The estimate function as it is packaged, under AWS's own runtime client and emulator."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tariff.template import ROOT
from tests.support.handlers import Event
from tests.support.recipes import HOST_ARCH, HOST_PYTHON, run_recipe
from tests.support.rie import EmulatorUnavailable, FunctionFailed, Invoke, emulated, emulator_path


def need_linux() -> None:
    if sys.platform != "linux":
        pytest.skip(f"the Runtime Interface Emulator needs Linux; this is {sys.platform}")


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The layer from its own recipe, for the Python and the processor of this machine."""
    folder = tmp_path_factory.mktemp("layer")
    run_recipe(
        ROOT / "layers/pricing",
        f"layers/pricing/{HOST_ARCH}/Makefile",
        "build-PricingLayer",
        f"ARTIFACTS_DIR={folder}",
        f"PYTHON_VERSION={HOST_PYTHON}",
    )
    return folder


@pytest.fixture(scope="module")
def lambda_layer(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The layer as deployed, built where Lambda's Python is not; and what its recipe printed."""
    folder = tmp_path_factory.mktemp("lambda-layer")
    printed = run_recipe(
        ROOT / "layers/pricing",
        "layers/pricing/arm64/Makefile",
        "build-PricingLayer",
        f"ARTIFACTS_DIR={folder}",
        "COMPILER=",
    )
    return folder, printed


@pytest.fixture(scope="module")
def function(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The estimate function's folder from its own recipe."""
    folder = tmp_path_factory.mktemp("functions") / "estimate"
    run_recipe(
        ROOT / "functions/estimate",
        "functions/Makefile",
        "build-EstimateFunction",
        f"ARTIFACTS_DIR={folder}",
    )
    return folder


@pytest.fixture(scope="module")
def log_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "function.log"


@pytest.fixture(scope="module")
def invoke(layer: Path, function: Path, log_path: Path) -> Iterator[Invoke]:
    """One execution environment of the packaged function."""
    need_linux()
    with log_path.open("wb") as log, emulated(function, layer, log=log) as invoke:
        yield invoke


def test_the_packaged_function_prices_the_example_from_its_layer_alone(
    invoke: Invoke, event: Event
) -> None:
    reply = invoke(event("estimate"))

    # 2,000 x $2 + 50,000 x $0.10 + 1,000 x $10, each per million tokens
    assert (reply["statusCode"], json.loads(reply["body"])["total_usd"]) == (200, "0.019")


def test_the_same_environment_answers_a_bad_request_and_then_a_good_one(
    invoke: Invoke, event: Event
) -> None:
    bad = invoke(event("estimate") | {"body": '{"model": NaN}'})
    good = invoke(event("estimate"))

    assert (bad["statusCode"], good["statusCode"]) == (400, 200)
    assert bad["headers"]["content-type"] == "application/problem+json"


def test_a_layer_that_lacks_a_library_is_found_out(
    layer: Path, function: Path, tmp_path: Path, event: Event
) -> None:
    need_linux()
    shutil.copytree(layer, tmp_path / "layer", ignore=shutil.ignore_patterns("pydantic_core*"))

    with (
        (tmp_path / "log").open("wb") as log,
        emulated(function, tmp_path / "layer", log=log) as invoke,
        pytest.raises(FunctionFailed),
    ):
        invoke(event("estimate"))

    assert "No module named 'pydantic_core'" in (tmp_path / "log").read_text()


def test_every_request_leaves_one_json_line_that_cloudwatch_reads_as_metrics(
    invoke: Invoke, event: Event, log_path: Path
) -> None:
    before = len(log_path.read_text().splitlines())

    invoke(event("estimate"))

    printed = log_path.read_text().splitlines()[before:]
    lines = [json.loads(line) for line in printed if line.startswith("{")]
    (line,) = [line for line in lines if "_aws" in line]
    assert (line["route"], line["status"]) == ("POST /v1/estimate", 200)


def test_the_layers_bytecode_is_read_without_looking_at_its_sources(layer: Path) -> None:
    tag = sys.implementation.cache_tag
    sources = sorted((layer / "python/pricing").glob("*.py"))
    compiled = [source.parent / "__pycache__" / f"{source.stem}.{tag}.pyc" for source in sources]

    # PEP 552: bytes 4 to 8 are flags; 1 is a hash that is never compared with the source.
    assert sources
    assert {path.read_bytes()[4:8] for path in compiled} == {b"\x01\x00\x00\x00"}


def test_the_layer_holds_no_tests_and_no_bytecode_of_another_python(layer: Path) -> None:
    tags = {path.name.split(".")[-2] for path in layer.rglob("*.pyc")}

    assert tags == {sys.implementation.cache_tag}
    assert not list(layer.rglob("tests"))


def test_whatever_python_builds_it_the_layer_is_for_lambdas_python_and_processor(
    lambda_layer: tuple[Path, str],
) -> None:
    folder, _ = lambda_layer

    extensions = {path.name for path in folder.rglob("*.so")}
    assert extensions == {
        f"{module}.cpython-313-aarch64-linux-gnu.so" for module in ("_pydantic_core", "_speedups")
    }


def test_a_layer_without_bytecode_says_so_where_sam_shows_it(
    lambda_layer: tuple[Path, str],
) -> None:
    folder, printed = lambda_layer

    assert not list(folder.rglob("*.pyc"))
    assert "no Python 3.13 here, so no bytecode" in printed


def test_a_machine_without_the_sam_cli_is_told_how_to_get_the_emulator(tmp_path: Path) -> None:
    need_linux()

    with pytest.raises(EmulatorUnavailable, match="make sam-validate"):
        emulator_path(tmp_path)
