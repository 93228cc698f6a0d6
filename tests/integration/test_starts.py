"""How a function starts on Lambda: what is collected, imported and built before its first call."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from pricing.catalogue.listing import ModelFilter, list_models
from pricing.catalogue.models import model_from_document
from pricing.catalogue.price_book import BookInForce, PriceBook
from pricing.store import bundled
from pricing.timestamps import AsOf
from tariff.template import ROOT
from tests.support.handlers import Event

LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME": "a-function"}
SNAPSHOT = {**LAMBDA, "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
PROGRAM = """
import gc, json, sys
def collected():
    return sum(each["collections"] for each in gc.get_stats())
before = collected()
import app
counted = collected() - before
books = sys.modules.get("pricing.store.bundled")
read = books._book.cache_info().currsize if books else 0
requests = [each for route in app.ROUTES for each in (route.body, route.query) if each]
built = [each.__pydantic_complete__ for each in requests]
reply = app.lambda_handler(json.loads(sys.stdin.read()), None)
frozen = gc.get_freeze_count() if gc.isenabled() else None
metadata = "importlib.metadata" in sys.modules
print(json.dumps([reply["statusCode"], counted, frozen, read, built, metadata]))
"""


def started(function: str, event: dict[str, Any], settings: dict[str, str]) -> list[Any]:
    """What a process of its own prints that starts a function and calls it once."""
    kept = {"PATH", "HOME", "TARIFF_TEST_FOLDER"} & os.environ.keys()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps(event),
        env={**{name: os.environ[name] for name in kept}, **settings},
        cwd=ROOT / "functions" / function,
        check=True,
        capture_output=True,
        text=True,
    )
    found: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_on_lambda_nothing_is_collected_or_looked_for_until_all_is_imported(event: Event) -> None:
    status, collections, frozen, read, built, metadata = started(
        "estimate", event("estimate"), LAMBDA
    )
    assert (status, read, built, metadata) == (200, 0, [True], False)
    assert frozen > 10_000
    assert collections < 10  # what the module is imported after


def test_elsewhere_a_function_leaves_the_process_as_it_is(event: Event) -> None:
    status, collections, frozen, read, built, metadata = started("estimate", event("estimate"), {})
    assert (status, read, built, metadata) == (200, 0, [False], True)
    assert frozen == 0
    assert collections > 50


@pytest.mark.parametrize(("settings", "all_built"), [(LAMBDA, False), (SNAPSHOT, True)])
def test_prices_and_validators_of_several_routes_are_in_a_snapshot_only(
    event: Event, settings: dict[str, str], all_built: bool
) -> None:
    status, _, _, read, built, _ = started("plan", event("plan_caching"), settings)
    assert (status, read) == (200, int(all_built))
    assert set(built) == {all_built}


@pytest.mark.parametrize(
    ("query", "most"),
    [
        ({"limit": "5"}, 5),
        ({"family": "opus", "limit": "5"}, 50),
        ({"provider": "groq", "q": "llama scout"}, 50),
    ],
)
def test_a_page_of_models_builds_no_other_models(
    monkeypatch: pytest.MonkeyPatch, query: dict[str, str], most: int
) -> None:
    book = PriceBook.from_json(bundled.current().to_json())
    built: list[object] = []

    def counted(row: dict[str, Any]) -> object:
        built.append(row)
        return model_from_document(row)

    monkeypatch.setattr("pricing.catalogue.price_book.model_from_document", counted)
    limit = int(query.pop("limit", "100"))
    page = list_models(
        BookInForce(book, "bundled", stale=True, age_seconds=0),
        ModelFilter(**query),
        AsOf.parse("2026-11-30"),
        cursor=None,
        limit=limit,
    )
    assert page.models
    assert len(page.models) <= len(built) <= most
