"""Signing in by OpenID Connect, at a provider that runs next to the tests.

The local gateway asks nobody for a token, so what API Gateway's authoriser would refuse is played
by the browser: a 401 for a token of another audience.
"""

import base64
import json
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, Request, expect

from tariff.template import ROOT
from tests.support.gateway import RunningGateway
from web.journeys.conftest import Open

JOURNEYS = ROOT / "web" / "journeys"


class Deployed(NamedTuple):
    """A Tariff whose page signs people in, the issuer, and how long its tokens live, in a file."""

    url: str
    issuer: str
    seconds: Path

    def open(self, open_page: Open, address: str) -> Page:
        """A fresh browser profile, after signing in."""
        page = open_page(address, url=self.url, provider=self.issuer)
        expect(page.get_by_role("button", name="Sign out Grace")).to_be_visible()
        return page


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """One provider and one Tariff for all tests here."""
    seconds = tmp_path_factory.mktemp("provider") / "seconds"
    seconds.write_text("3600")
    command = ["node", "provider.mjs", str(seconds)]
    with subprocess.Popen(command, cwd=JOURNEYS, stdout=subprocess.PIPE, text=True) as provider:
        assert provider.stdout is not None
        issuer = provider.stdout.readline().strip()
        settings = {"TARIFF_PAGE_ISSUER": issuer, "TARIFF_PAGE_CLIENT_ID": "tariff-page"}
        try:
            with closing(RunningGateway(**settings)) as gateway:
                gateway.until("Serving ")
                yield Deployed(f"http://127.0.0.1:{gateway.port}", issuer, seconds)
        finally:
            provider.terminate()


def tokens_sent(page: Page) -> list[str]:
    """Collects the token of every request to the API from now on."""
    found: list[str] = []

    def note(request: Request) -> None:
        if "/v1/" in request.url:
            found.append(request.headers.get("authorization", "none"))

    page.on("request", note)
    return found


def claims(authorization: str) -> dict[str, object]:
    body = authorization.removeprefix("Bearer ").split(".")[1]
    read: dict[str, object] = json.loads(base64.urlsafe_b64decode(body + "=="))
    return read


def test_a_person_signs_in_and_comes_back_to_the_address_with_a_token_for_every_request(
    open_page: Open, deployed: Deployed
) -> None:
    page = deployed.open(open_page, "/#/prices?q=opus")
    expect(page.get_by_label("Search")).to_have_value("opus")
    assert "code=" not in page.url
    sent = tokens_sent(page)
    page.get_by_role("link", name="Calculator").click()
    expect(page.locator("table.costs tbody tr")).to_have_count(4)
    assert sent
    assert {claims(token)["iss"] for token in sent} == {deployed.issuer}
    page.reload()  # the tab still has the token
    expect(page.get_by_role("button", name="Sign out Grace")).to_be_visible()
    kept = page.evaluate("[localStorage.length, document.cookie]")
    assert kept == [0, ""]


def test_a_token_is_renewed_before_it_expires_without_leaving_the_page(
    open_page: Open, deployed: Deployed
) -> None:
    deployed.seconds.write_text(
        "70"
    )  # a minute before its end, so after ten seconds, it is renewed
    page = deployed.open(open_page, "/#/report")
    page.evaluate("window.stays = true")
    with page.expect_response(lambda answer: answer.url.startswith(deployed.issuer)) as renewed:
        pass
    assert "grant_type=refresh_token" in str(renewed.value.request.post_data)
    token = renewed.value.json()["access_token"]
    page.wait_for_timeout(500)
    with page.expect_request(lambda request: "/v1/" in request.url) as asked:
        page.get_by_role("link", name="Prices").click()
    assert asked.value.headers["authorization"] == f"Bearer {token}"
    assert page.evaluate("window.stays") is True
    deployed.seconds.write_text("3600")


def test_a_token_for_another_audience_is_reported_and_the_page_does_not_ask_for_ever(
    open_page: Open, deployed: Deployed
) -> None:
    page = deployed.open(open_page, "/#/report")
    unauthorized = '{"message": "Unauthorized"}'
    page.route("**/v1/**", lambda route: route.fulfill(status=401, body=unauthorized))
    page.get_by_role("link", name="Calculator").click()
    expect(page.get_by_role("alert")).to_contain_text("JwtAudience")


def test_a_token_that_is_refused_later_means_signing_in_again(
    open_page: Open, deployed: Deployed
) -> None:
    page = deployed.open(open_page, "/#/report")
    page.reload()  # a page that did not come from the provider: its token may be old
    expect(page.get_by_role("button", name="Sign out Grace")).to_be_visible()
    unauthorized = '{"message": "Unauthorized"}'
    page.route("**/v1/compare", lambda route: route.fulfill(status=401, body=unauthorized), times=1)
    with page.expect_request(lambda request: request.url.startswith(deployed.issuer)):
        page.get_by_role("link", name="Calculator").click()
    expect(page.locator("table.costs tbody tr")).to_have_count(4)
