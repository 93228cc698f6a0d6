"""``tariff docs``: the generated parts of the documentation."""

from tariff.docs import openapi as openapi_document
from tariff.docs import slack_examples
from tariff.generated_files import Check


def openapi(check: Check = False) -> int:
    """Generate openapi.json and the page made from it, in functions/site/static."""
    return openapi_document.main(["--check"] if check else [])


def slack(check: Check = False) -> int:
    """Render the answers to Slack commands in docs/slack.md."""
    return slack_examples.main(["--check"] if check else [])
