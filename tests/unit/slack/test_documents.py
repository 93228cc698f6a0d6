"""The manifest is one Slack takes and fits the template; the page shows what the code answers."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from jsonschema import Draft202012Validator

from pricing.slack.blocks import COMMAND
from tariff.docs import slack_examples as slack_docs
from tariff.template import ROOT, resources

SCHEMA = json.loads((ROOT / "tests" / "data" / "slack_manifest_schema.json").read_text("utf-8"))


@pytest.fixture
def manifest() -> dict[str, Any]:
    text = (ROOT / "docs" / "slack-manifest.yaml").read_text(encoding="utf-8")
    found = yaml.safe_load(text)
    assert isinstance(found, dict)
    return found


def test_the_manifest_has_the_form_that_slack_documents(manifest: dict[str, Any]) -> None:
    assert [one.message for one in Draft202012Validator(SCHEMA).iter_errors(manifest)] == []


def test_the_schema_would_notice_a_slip(manifest: dict[str, Any]) -> None:
    manifest["features"]["slash_commands"][0]["usage_hints"] = ""
    manifest["display_information"]["name"] = "n" * 36

    assert len(list(Draft202012Validator(SCHEMA).iter_errors(manifest))) == 2


def test_the_app_asks_for_nothing_but_its_command(manifest: dict[str, Any]) -> None:
    assert manifest["oauth_config"]["scopes"] == {"bot": ["commands"]}
    (command,) = manifest["features"]["slash_commands"]
    assert command["command"] == COMMAND


def test_its_addresses_are_the_template_s_routes(
    manifest: dict[str, Any], template: dict[str, Any]
) -> None:
    function = resources(template, "AWS::Serverless::Function")["SlackFunction"]
    events = function["Properties"]["Events"].values()
    routes = {one["Properties"]["Path"] for one in events if one["Type"] == "HttpApi"}
    (command,) = manifest["features"]["slash_commands"]
    addresses = {command["url"], manifest["settings"]["interactivity"]["request_url"]}

    assert {urlsplit(one).path for one in addresses} == routes


def test_the_page_shows_what_the_code_answers() -> None:
    assert slack_docs.generate(check=True) == 0


def test_the_check_notices_a_page_that_went_stale() -> None:
    text = slack_docs.PAGE.read_text(encoding="utf-8")

    assert slack_docs.page(text.replace("$0.95 for 100 calls", "$0.96 for 100 calls")) == text
