"""The template as CloudFormation receives it: after SAM's translation."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from tariff.template import load_template

Template = dict[str, Any]


def translate(source: Template, **parameters: str) -> Template:
    """SAM's translation, which uses up its source and needs a region but no account."""
    for resource in source["Resources"].values():
        for name in resource.get("Properties", {}).keys() & {"CodeUri", "ContentUri"}:
            resource["Properties"][name] = "s3://bucket/packaged"  # as `sam package` writes it
    session = boto3.Session(region_name="eu-west-1")
    translated = Translator({}, Parser(), boto_session=session).translate(source, parameters)
    assert isinstance(translated, dict)
    return translated


@pytest.fixture(scope="session")
def deployed() -> Template:
    """What is deployed; not to be changed by a test."""
    return translate(load_template())


@pytest.fixture
def deployed_with() -> Callable[[Callable[[Template], None]], Template]:
    """What would be deployed after a change to template.yaml's ``Resources``."""

    def change_and_translate(change: Callable[[Template], None]) -> Template:
        source = load_template()
        change(source["Resources"])
        return translate(source)

    return change_and_translate
