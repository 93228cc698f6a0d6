"""Administrators' routes and the pages about versions, in front of one store."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pricing.catalogue.price_book import PriceBook
from pricing.store.ledger import Ledger
from pricing.versions.proposals import QuarantinedField
from tests.support.books import book, row
from tests.support.handlers import Answer, Handler, call

ANN, BOB = (
    f"arn:aws:sts::123456789012:assumed-role/tariff-admin/{name}" for name in ("one", "other")
)
WAITING = QuarantinedField(
    "acme", "rocket", "standard.input", "3", "9", ("litellm",), "change_over_25_percent",
    "one source alone says so",
)  # fmt: skip


@dataclass
class Api:
    """Both functions in front of one store."""

    admin: Handler
    catalogue: Handler
    recorded: Mapping[str, Any]
    ledger: Ledger

    def send(
        self, method: str, path: str, body: Any = None, *, by: str = ANN, key: str | None = None,
        **query: str,
    ) -> Answer:  # fmt: skip
        headers = {"content-type": "application/json"}
        if key is not None:
            headers["idempotency-key"] = key
        parts = path.split("/")
        template, parameters = path, {}
        if parts[3] == "versions" and len(parts) > 4:
            parameters = {"id": parts[4]}
            template = "/".join([*parts[:4], "{id}", *parts[5:]])
        to = self.admin if method == "POST" or path.endswith("audit") else self.catalogue
        context = {
            **self.recorded["requestContext"],
            "authorizer": {"iam": {"userArn": by}},
            "http": {**self.recorded["requestContext"]["http"], "method": method, "path": path},
        }
        return call(
            to,
            self.recorded,
            routeKey=f"{method} {template}",
            rawPath=path,
            headers=headers,
            requestContext=context,
            pathParameters=parameters,
            queryStringParameters=query or None,
            body=body if isinstance(body, str) else json.dumps(body),
        )

    def activate(self, version: str, revision: int, **changes: Any) -> Answer:
        body = {"reason": "checked by hand", "expected_revision": revision}
        return self.send("POST", f"/v1/pricing/versions/{version}/activate", body, **changes)

    def reject(self, version: str, **changes: Any) -> Answer:
        body = {"reason": "a unit slip"}
        return self.send("POST", f"/v1/pricing/versions/{version}/reject", body, **changes)


def cheap_and_dear() -> tuple[PriceBook, PriceBook]:
    high = {"standard": {"rates": {"input": "9", "output": "15"}}}
    return (
        book("v1", [row("rocket")]),
        book("v2", [row("rocket", prices=[{"source": "list", "lists": high}]), row("shuttle")]),
    )


def problem(answer: Answer, status: int, slug: str) -> str:
    assert (answer.status, answer.body["type"]) == (status, f"/docs#{slug}")
    detail: str = answer.body["detail"]
    return detail
