"""Reports as tidy CSV tables and as FOCUS rows: the same totals everywhere, to the last digit.

In lesson-2025 sonnet costs 3 and 15 USD per million, haiku 0.8 and 4.
"""

import base64
import csv
import io
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pricing.reports.render.focus import FOCUS_COLUMNS
from tariff.template import recorded_event
from tests.support.handlers import handler

Row = dict[str, str]
#: The columns by the version of the specification that introduced them.
FOCUS_1_0 = """AvailabilityZone BilledCost BillingAccountId BillingAccountName BillingCurrency
BillingPeriodEnd BillingPeriodStart ChargeCategory ChargeClass ChargeDescription ChargeFrequency
ChargePeriodEnd ChargePeriodStart CommitmentDiscountCategory CommitmentDiscountId
CommitmentDiscountName CommitmentDiscountStatus CommitmentDiscountType ConsumedQuantity ConsumedUnit
ContractedCost ContractedUnitPrice EffectiveCost InvoiceIssuerName ListCost ListUnitPrice
PricingCategory PricingQuantity PricingUnit ProviderName PublisherName RegionId RegionName
ResourceId ResourceName ResourceType ServiceCategory ServiceName SkuId SkuPriceId SubAccountId
SubAccountName Tags"""
FOCUS_1_1 = """CapacityReservationId CapacityReservationStatus CommitmentDiscountQuantity
CommitmentDiscountUnit ServiceSubcategory SkuMeter SkuPriceDetails"""
FOCUS_1_2 = """BillingAccountType InvoiceId PricingCurrency PricingCurrencyContractedUnitPrice
PricingCurrencyEffectiveCost PricingCurrencyListUnitPrice SubAccountType"""
CARD = {"rules": [{"match": {"model": "haiku"}, "multiply": "0.5"}]}


def call(model: str, day: int, **fields: Any) -> dict[str, Any]:
    usage = {"input_tokens": 1000, "output_tokens": 10, "cache_read_input_tokens": 50}
    at = f"2026-10-{day:02}T09:00:00Z"
    return {"timestamp": at, "model": model, "usage": usage, "endpoint": "chat", **fields}


STEPS = [{"type": "message", "input_tokens": 500, "output_tokens": 5}] * 2
CALLS = [
    call("sonnet", 29, team="a", tags={"env": "prod"}),
    call("haiku", 29, team="=b", tags={"env": "dev"}),
    call("haiku", 30),
    # Two prompts, which are priced as a whole.
    call("sonnet", 30, usage={"input_tokens": 1000, "output_tokens": 10, "iterations": STEPS}),
    call("unknown-model-x", 30),
]


def sent(**fields: Any) -> dict[str, Any]:
    body = {"records": CALLS, "pricing_version": "lesson-2025", **fields}
    reply = handler("usage_report")(
        {**recorded_event("usage_report"), "body": json.dumps(body)}, None
    )
    assert reply["statusCode"] == 200, reply["body"]
    return reply


def text(**fields: Any) -> str:
    reply = sent(**fields)
    body: str = reply["body"]
    return base64.b64decode(body).decode() if reply.get("isBase64Encoded") else body


def table(**fields: Any) -> list[Row]:
    return list(csv.DictReader(io.StringIO(text(format="csv", **fields).removeprefix("\ufeff"))))


def focus(**fields: Any) -> list[Row]:
    return list(csv.DictReader(io.StringIO(text(format="focus-csv", **fields))))


def summed(rows: list[Row], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows if row[column]), Decimal(0))


def test_totals_are_equal_in_every_format() -> None:
    fields = {"rate_card": CARD, "group_by": ["team", "day*model"]}
    report = json.loads(text(**fields))
    listed, net = report["totals"]["cost_usd"], report["net"]["total_usd"]
    # Sonnet: 0.003 + 0.00015 + 50 x 0.30 / 10^6 = 0.003165 where the cache is read, 0.00315 where
    # not; haiku twice 0.0008 + 0.00004 + 50 x 0.08 / 10^6 = 0.000844.
    assert listed == "0.008003"
    assert net == "0.007159"  # less half of 2 x 0.000844
    (totals,) = table(table="totals", **fields)
    assert totals["cost_usd"] == listed
    for name in ("team", "day*model"):
        rows = table(table=name, **fields)
        assert (summed(rows, "cost_usd"), summed(rows, "net_usd")) == (
            Decimal(listed),
            Decimal(net),
        )
    rows = focus(**fields)
    assert summed(rows, "ListCost") == Decimal(listed)
    assert summed(rows, "BilledCost") == summed(rows, "EffectiveCost") == Decimal(net)
    page = text(format="html", **fields)
    assert f'data-usd="{listed}"' in page
    assert f'data-usd="{net}"' in page


def test_a_table_has_a_column_for_each_of_its_members() -> None:
    rows = table(table="tag:env*team")
    assert list(rows[0])[:4] == ["tag:env", "team", "cost_usd", "net_usd"]
    assert {(row["tag:env"], row["team"]) for row in rows} == {
        ("prod", "a"),
        ("dev", "'=b"),
        ("", ""),
    }
    budgets = table(table="budgets", budgets=[{"name": "all", "usd": "1"}])
    assert [(row["name"], row["spent_usd"]) for row in budgets] == [("all", "0.008003")]
    assert table(table="unpriced") == [
        {"model": "unknown-model-x", "reason": rows_of("unpriced")["reason"], "calls": "1"}
    ]
    (records,) = table(table="records")
    assert (records["read"], records["priced"], records["unpriced"]) == ("5", "4", "1")
    assert table(table="rejected") == []


def rows_of(name: str) -> dict[str, str]:
    reason: dict[str, str] = json.loads(text())[name]["reasons"][0]
    return reason


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"table": "totals"}, "/table"),
        ({"table": "day", "format": "focus-csv"}, "/table"),
        ({"table": "days", "format": "csv"}, "/table"),
        ({"table": "day*day", "format": "csv"}, "/table"),
        ({"table": "../totals", "format": "csv"}, "/table"),
        ({"format": "focus"}, "/format"),
    ],
)
def test_a_table_that_a_format_lacks_is_refused(fields: dict[str, str], pointer: str) -> None:
    body = json.dumps({"records": CALLS, **fields})
    reply = handler("usage_report")({**recorded_event("usage_report"), "body": body}, None)
    assert reply["statusCode"] == 422
    assert json.loads(reply["body"])["errors"][0]["pointer"] == pointer


def test_the_columns_are_those_of_focus_1_2() -> None:
    wanted = {*FOCUS_1_0.split(), *FOCUS_1_1.split(), *FOCUS_1_2.split()}
    own = {column for column in FOCUS_COLUMNS if column.startswith("x_")}
    assert {*FOCUS_COLUMNS} - own == wanted
    assert len(FOCUS_COLUMNS) == len({*FOCUS_COLUMNS}) == len(wanted) + len(own)
    assert list(focus()[0]) == list(FOCUS_COLUMNS)


def test_costs_are_prices_times_quantities() -> None:
    for row in focus(rate_card=CARD):
        quantity = Decimal(row["PricingQuantity"])
        assert Decimal(row["ListCost"]) == Decimal(row["ListUnitPrice"]) * quantity
        assert Decimal(row["ContractedCost"]) == Decimal(row["ContractedUnitPrice"]) * quantity
        assert row["BilledCost"] == row["EffectiveCost"] == row["ContractedCost"]
        if row["PricingUnit"] == "1000000 Tokens":
            assert Decimal(row["ConsumedQuantity"]) == quantity * 10**6


def test_a_row_says_what_was_charged_when_and_to_whom() -> None:
    rows = focus(group_by=["tag:env"])
    row = next(
        row for row in rows if row["SkuMeter"] == "Cache Read Tokens" and row["SubAccountId"] == "a"
    )
    assert row["ListUnitPrice"] == "0.3"
    assert row["ConsumedQuantity"] == "50"
    assert (row["ChargePeriodStart"], row["ChargePeriodEnd"]) == (
        "2026-10-29T00:00:00Z", "2026-10-30T00:00:00Z"
    )  # fmt: skip
    assert (row["BillingPeriodStart"], row["BillingPeriodEnd"]) == (
        "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"
    )  # fmt: skip
    assert json.loads(row["Tags"]) == {"endpoint": "chat", "team": "a", "env": "prod"}
    assert (row["ServiceCategory"], row["ServiceSubcategory"]) == (
        "AI and Machine Learning", "Generative AI"
    )  # fmt: skip
    assert all(name.startswith("x_") for name in json.loads(row["SkuPriceDetails"]))
    assert row["x_PricingVersion"] == "lesson-2025"


@pytest.mark.parametrize(
    "column",
    [
        *(
            "BilledCost",
            "BillingAccountId",
            "BillingAccountType",
            "BillingCurrency",
            "ChargeCategory",
        ),
        *("ChargePeriodStart", "ContractedCost", "ContractedUnitPrice", "EffectiveCost"),
        *("InvoiceIssuerName", "ListCost", "ListUnitPrice", "PricingCategory", "PricingCurrency"),
        *("PricingCurrencyContractedUnitPrice", "PricingCurrencyEffectiveCost"),
        *("PricingCurrencyListUnitPrice", "PricingQuantity", "PricingUnit", "ProviderName"),
        *("PublisherName", "ServiceCategory", "ServiceName", "ServiceSubcategory", "SkuId"),
        *("SkuMeter", "SkuPriceId", "ConsumedQuantity", "ConsumedUnit"),
    ],
)
def test_a_column_that_a_usage_charge_must_have_is_never_empty(column: str) -> None:
    assert all(row[column] for row in focus(rate_card=CARD))


def test_a_sub_account_type_goes_with_a_sub_account() -> None:
    for row in focus():
        assert bool(row["SubAccountId"]) == bool(row["SubAccountType"])


def test_another_billing_currency_leaves_the_pricing_currency_exact() -> None:
    rows = focus(currency="EUR", rate_card=CARD)
    rate = Decimal("0.895094880057")  # 1 / 1.1172, of 2026-10-30
    for row in rows:
        assert (row["BillingCurrency"], row["PricingCurrency"]) == ("EUR", "USD")
        assert Decimal(row["BilledCost"]) == Decimal(row["PricingCurrencyEffectiveCost"]) * rate
        assert Decimal(row["ListUnitPrice"]) == Decimal(row["PricingCurrencyListUnitPrice"]) * rate
    assert summed(rows, "PricingCurrencyEffectiveCost") == Decimal("0.007159")


def test_parquet_holds_the_same_rows_as_exact_decimals(tmp_path: Path) -> None:
    reply = sent(format="focus-parquet", currency="EUR")
    assert reply["headers"]["content-type"] == "application/vnd.apache.parquet"
    path = tmp_path / "focus.parquet"
    path.write_bytes(base64.b64decode(reply["body"]))
    rows = duckdb.read_parquet(str(path))
    kinds = dict(zip(rows.columns, map(str, rows.types), strict=True))
    found = rows.aggregate("SUM(BilledCost), COUNT(*)").fetchall()[0]
    assert list(kinds) == list(FOCUS_COLUMNS)
    assert re.match(r"DECIMAL\(38,", kinds["BilledCost"])
    assert kinds["ChargePeriodStart"] == "TIMESTAMP"
    same = focus(currency="EUR")
    assert found == (summed(same, "BilledCost"), len(same))


def test_a_list_price_that_is_not_known_is_empty_and_not_zero(tmp_path: Path) -> None:
    usage = {"prompt_tokens": 1000, "completion_tokens": 0}
    usage_with_cache = {**usage, "prompt_tokens_details": {"cached_tokens": 400}}
    record = {"timestamp": "2026-11-01", "model": "gpt-4", "usage": usage_with_cache}
    match = {"model": "gpt-4", "component": "cache_read"}
    card = {"rules": [{"match": match, "usd_per_mtok": "5"}]}
    asked = {"records": [record], "rate_card": card, "pricing_version": "active"}
    rows = {row["SkuMeter"]: row for row in focus(**asked)}
    # 600 tokens at 30 USD per million, and 400 at the card's 5.
    assert (rows["Input Tokens"]["ListCost"], rows["Input Tokens"]["BilledCost"]) == (
        "0.018", "0.018"
    )  # fmt: skip
    read = rows["Cache Read Tokens"]
    assert (read["ListUnitPrice"], read["ListCost"], read["BilledCost"]) == ("", "", "0.002")
    path = tmp_path / "focus.parquet"
    path.write_bytes(base64.b64decode(sent(**asked, format="focus-parquet")["body"]))
    costs = duckdb.read_parquet(str(path)).aggregate("SUM(ListCost), SUM(BilledCost)").fetchall()
    assert costs == [(Decimal("0.018"), Decimal("0.02"))]


@pytest.mark.parametrize("searches", [0, 1])  # with one, the record is read by itself
def test_what_only_a_rate_card_prices_is_in_the_net_costs(searches: int) -> None:
    usage = {"input_tokens": 1000, "output_tokens": 0}
    record = {"timestamp": "2026-11-01", "model": "dall-e-3", "usage": usage}
    record |= {"tool_uses": {"web_search": searches}}
    match = {"model": "dall-e-3", "component": "input"}
    card = {"rules": [{"match": match, "usd_per_mtok": "5"}]}
    asked = {"records": [record], "rate_card": card, "pricing_version": "active"}
    assert [row["BilledCost"] for row in focus(**asked) if row["BilledCost"]] == ["0.005"]
    (row,) = table(**asked, table="model", group_by=["model"])
    assert row["net_usd"] == "0.005"


def test_no_cell_is_a_formula() -> None:
    cells = [cell for row in focus(group_by=["team"]) for cell in row.values()]
    cells += [cell for row in table(table="team") for cell in row.values()]
    assert "'=b" in cells
    assert not [cell for cell in cells if re.match(r"[=+@\t\r]|-(?!\d)", cell)]


def test_nothing_priced_is_a_file_without_rows() -> None:
    assert focus(records=[call("unknown-model-x", 1)]) == []
    reply = sent(records=[call("unknown-model-x", 1)], format="focus-parquet")
    assert base64.b64decode(reply["body"])[:4] == b"PAR1"
