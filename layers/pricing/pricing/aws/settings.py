"""The environment variables that functions read, by name and type, whenever they are needed.

Only ``aws.environment`` reads others: AWS's own credentials.
"""

import os
from collections.abc import Callable
from typing import Generic, TypeVar

#: How often the active pointer is read again.
RECHECK_SECONDS = 60.0
Value = TypeVar("Value")


class Setting(Generic[Value]):
    """One environment variable: ``read`` converts its text; unset or empty, it is ``default``."""

    def __init__(self, name: str, read: Callable[[str], Value], default: Value) -> None:
        self.name = name
        self._read = read
        self._default = default

    def __get__(self, _instance: object, _owner: type | None = None) -> Value:
        text = os.environ.get(self.name)
        return self._read(text) if text else self._default


class Settings:
    """Every setting; template.yaml describes them. A text that is not set is empty."""

    #: The name under which metrics and log lines are kept; Powertools' own name for it.
    service = Setting("POWERTOOLS_SERVICE_NAME", str, "tariff")
    region = Setting("AWS_REGION", str, "")
    in_lambda = Setting("AWS_LAMBDA_FUNCTION_NAME", bool, default=False)
    #: Whether this process starts to be stored as a snapshot, from which later ones go on.
    for_snapshot = Setting(
        "AWS_LAMBDA_INITIALIZATION_TYPE", lambda kind: kind == "snap-start", default=False
    )
    memory_mb = Setting("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", int, 900)
    table = Setting("TARIFF_TABLE", str, "")
    recheck_seconds = Setting("TARIFF_RECHECK_SECONDS", float, RECHECK_SECONDS)
    #: The id of the rate card of every request that names none.
    rate_card = Setting("TARIFF_RATE_CARD", str, "")
    #: The scope of administrators' tokens.
    admin_scope = Setting("TARIFF_ADMIN_SCOPE", str, "")
    input_bucket = Setting("TARIFF_INPUT_BUCKET", str, "")
    #: Prefixes of the input bucket by caller, ``CALLER=PREFIX,PREFIX ...``; empty for no limit.
    input_prefixes = Setting(
        "TARIFF_INPUT_PREFIXES",
        lambda text: {
            caller: tuple(prefixes.split(","))
            for caller, _, prefixes in (entry.partition("=") for entry in text.split())
        },
        dict[str, tuple[str, ...]](),
    )
    #: The prefix of the logs that the scheduled report reads, and the budgets it compares, as JSON.
    report_prefix = Setting("TARIFF_REPORT_PREFIX", str, "")
    report_budgets = Setting("TARIFF_REPORT_BUDGETS", str, "[]")
    #: The job on Glue that reports on what is too much for a function; 0 workers: there is none.
    report_job = Setting("TARIFF_REPORT_JOB", str, "")
    report_workers = Setting("TARIFF_REPORT_WORKERS", int, 0)
    anthropic_api_key = Setting("TARIFF_ANTHROPIC_API_KEY", str, "")
    refresh_function = Setting("TARIFF_REFRESH_FUNCTION", str, "")
    #: The version of the estimate function that is about to get traffic.
    new_version = Setting("TARIFF_NEW_VERSION", str, "")
    #: The Systems Manager parameter with the webhook for notices of new prices.
    notice_parameter = Setting("TARIFF_NOTICE_PARAMETER", str, "")
    page_url = Setting("TARIFF_PAGE_URL", lambda text: text.rstrip("/"), "")
    #: Whether the page is served.
    page = Setting("TARIFF_PAGE", lambda text: text != "off", default=True)
    #: The provider that people sign in at from the page.
    page_issuer = Setting("TARIFF_PAGE_ISSUER", str, "")
    page_token_url = Setting("TARIFF_PAGE_TOKEN_URL", str, "")
    page_client_id = Setting("TARIFF_PAGE_CLIENT_ID", str, "")
    page_scopes = Setting("TARIFF_PAGE_SCOPES", str, "")

    #: The signing secrets themselves, as on a developer's machine.
    slack_signing_secrets = Setting("TARIFF_SLACK_SIGNING_SECRETS", str, "")
    slack_secret_name = Setting("TARIFF_SLACK_SECRET_NAME", str, "")
    slack_secret_parameter = Setting("TARIFF_SLACK_SECRET_PARAMETER", str, "")
    #: Ids of the workspaces (T...) or organisations (E...) that are answered; none by default.
    slack_workspaces = Setting(
        "TARIFF_SLACK_WORKSPACES",
        lambda text: frozenset(text.replace(",", " ").split()),
        frozenset[str](),
    )
    slack_queue = Setting("TARIFF_SLACK_QUEUE", str, "")
    #: Replaces Slack's hosts where there is no Slack.
    slack_hooks = Setting("TARIFF_SLACK_HOOKS", str, "")

    #: Whether AWS's own price list is read.
    source_aws = Setting("TARIFF_SOURCE_AWS", bool, default=False)
    fetch_seconds = Setting("TARIFF_FETCH_SECONDS", float, 25.0)
    fetch_loopback = Setting("TARIFF_FETCH_LOOPBACK", lambda text: text == "allowed-locally", False)


settings = Settings()


def endpoint_of(service: str) -> str:
    """Return ``TARIFF_<SERVICE>_ENDPOINT``; empty for AWS's own endpoint."""
    return os.environ.get(f"TARIFF_{service.upper()}_ENDPOINT", "")


def source_variable(source: str) -> str:
    """Return the name of the variable with a price list's URL."""
    return f"TARIFF_SOURCE_{source.upper().replace('-', '_')}"


def source_url(source: str) -> str:
    """Return the URL of a price list; empty if it is not read."""
    return os.environ.get(source_variable(source), "")
