"""Settings: each environment variable by its name and type, and read in one place."""

import os
import re
from typing import Any

import pytest

from pricing.aws.settings import (
    RECHECK_SECONDS,
    Setting,
    Settings,
    endpoint_of,
    settings,
    source_url,
    source_variable,
)
from tariff.paths import ROOT
from tariff.template import resources

SETTINGS = {name: one for name, one in vars(Settings).items() if isinstance(one, Setting)}
SOURCES = ("genai-prices", "litellm", "openrouter", "exchange-rates")


@pytest.mark.parametrize(
    ("name", "text", "value", "default"),
    [
        ("table", "tariff", "tariff", ""),
        ("recheck_seconds", "0.5", 0.5, RECHECK_SECONDS),
        ("recheck_seconds", "0", 0.0, RECHECK_SECONDS),
        ("memory_mb", "1769", 1769, 900),
        ("page_url", "https://a.example/", "https://a.example", ""),
        ("slack_workspaces", "T1, E2 T3", frozenset({"T1", "E2", "T3"}), frozenset()),
        ("source_aws", "yes", True, False),
        ("fetch_loopback", "allowed-locally", True, False),
        ("fetch_loopback", "yes", False, False),
        ("service", "the stack", "the stack", "tariff"),
    ],
)
def test_a_setting_is_its_variable_in_its_type_and_its_default_where_that_is_not_set_or_empty(
    name: str, text: str, value: object, default: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert getattr(settings, name) == default
    monkeypatch.setenv(SETTINGS[name].name, "")
    assert getattr(settings, name) == default
    monkeypatch.setenv(SETTINGS[name].name, text)
    assert getattr(settings, name) == value


def test_services_and_price_lists_have_a_variable_each(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (endpoint_of("dynamodb"), source_url("litellm")) == ("", "")
    monkeypatch.setenv("TARIFF_DYNAMODB_ENDPOINT", "http://127.0.0.1:8000")
    monkeypatch.setenv("TARIFF_SOURCE_GENAI_PRICES", "https://lists.example/a")
    assert endpoint_of("dynamodb") == "http://127.0.0.1:8000"
    assert source_url("genai-prices") == "https://lists.example/a"


def test_what_the_template_sets_is_read(template: dict[str, Any]) -> None:
    environments = [
        template["Globals"]["Function"],
        *(one["Properties"] for one in resources(template, "AWS::Serverless::Function").values()),
    ]
    given = {
        name for one in environments for name in one.get("Environment", {}).get("Variables", {})
    }
    assert given <= {one.name for one in SETTINGS.values()} | set(map(source_variable, SOURCES))


def test_nothing_else_reads_the_environment() -> None:
    read = re.compile(r"\bos\.(environ|getenv)\b|\bfrom os import\b.*\b(environ|getenv)\b")
    reading = {
        path.relative_to(ROOT).as_posix()
        for folder in ("functions", "layers")
        for path in (ROOT / folder).rglob("*.py")
        if read.search(path.read_text(encoding="utf-8"))
    }
    assert reading == {
        "layers/pricing/pricing/aws/environment.py",  # AWS's own credentials
        "layers/pricing/pricing/aws/settings.py",
    }
    assert read.search("os.environ[name]")
    assert os.environ["AWS_REGION"] == settings.region
