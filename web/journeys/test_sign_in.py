"""Signing in by OpenID Connect, at a provider that runs next to the tests.

The local gateway checks every token as API Gateway's authoriser does: issuer, audience, expiry.
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
ADMINISTRATORS = "tariff/admin"


class Deployed(NamedTuple):
    """A Tariff that asks for tokens, the issuer, and the file that says what tokens it gives."""

    gateway: RunningGateway
    issuer: str
    tokens: Path

    def give(
        self,
        *,
        seconds: int = 3600,
        told: int | None = None,
        audience: str = "tariff-api",
        scope: str = "openid profile",
    ) -> None:
        """From now on, tokens live so long; the page is told ``told``, if that is another time."""
        given = {"seconds": seconds, "told": told, "audience": audience, "scope": scope}
        self.tokens.write_text(json.dumps(given))

    def open(self, open_page: Open, address: str) -> Page:
        """A fresh browser profile, after signing in."""
        url = f"http://127.0.0.1:{self.gateway.port}"
        page = open_page(address, url=url, provider=self.issuer)
        expect(page.get_by_role("button", name="Sign out Grace")).to_be_visible()
        return page


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """One provider and one Tariff for all tests here."""
    tokens = tmp_path_factory.mktemp("provider") / "tokens.json"
    command = ["node", "provider.mjs", str(tokens)]
    with subprocess.Popen(command, cwd=JOURNEYS, stdout=subprocess.PIPE, text=True) as provider:
        assert provider.stdout is not None
        issuer = provider.stdout.readline().strip()
        options = ("--jwt-issuer", issuer, "--jwt-audience", "tariff-api")
        settings = {"TARIFF_PAGE_CLIENT_ID": "tariff-page", "TARIFF_ADMIN_SCOPE": ADMINISTRATORS}
        try:
            with closing(RunningGateway(*options, **settings)) as gateway:
                gateway.until("Serving ")
                yield Deployed(gateway, issuer, tokens)
        finally:
            provider.terminate()


@pytest.fixture
def deployed(running: Deployed) -> Deployed:
    """The same, giving good tokens."""
    running.give()
    return running


def visits(page: Page, issuer: str) -> list[str]:
    """Collects the addresses at which the page asks the provider to sign a person in."""
    found: list[str] = []
    page.on(
        "request", lambda request: found.append(request.url) if _asks(request, issuer) else None
    )
    return found


def _asks(request: Request, issuer: str) -> bool:
    return request.url.startswith(issuer) and "/authorize" in request.url


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
    refused = deployed.gateway.send("GET", "/v1/models", headers={"x-local-caller": "grace"})
    assert refused.status == 401
    assert deployed.gateway.get("/config.json").json["issuer"] == deployed.issuer
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
    deployed.give(seconds=70)  # a minute before its end, so after ten seconds, it is renewed
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


def test_a_token_for_another_audience_is_reported_and_the_page_does_not_ask_for_ever(
    open_page: Open, deployed: Deployed
) -> None:
    deployed.give(audience="another-api")
    page = deployed.open(open_page, "/#/report")
    asked = visits(page, deployed.issuer)
    with page.expect_response("**/v1/compare") as answer:
        page.get_by_role("link", name="Calculator").click()
    assert answer.value.status == 401
    assert "invalid audience" in str(answer.value.header_value("www-authenticate"))
    expect(page.get_by_role("alert")).to_contain_text("JwtAudience")
    assert asked == []


def test_an_expired_token_means_signing_in_again_and_then_the_figures(
    open_page: Open, deployed: Deployed
) -> None:
    """The page is told a longer life than the token has, as with a clock that is wrong."""
    deployed.give(seconds=3, told=3600)
    page = deployed.open(open_page, "/#/report")
    page.reload()  # a page that did not come from the provider: its token may be old
    expect(page.get_by_role("button", name="Sign out Grace")).to_be_visible()
    page.wait_for_timeout(3_500)
    deployed.give()
    asked = visits(page, deployed.issuer)
    with page.expect_response(lambda answer: answer.url.endswith("/v1/compare")) as answer:
        page.get_by_role("link", name="Calculator").click()
    assert answer.value.status == 401
    assert "expired" in str(answer.value.header_value("www-authenticate"))
    expect(page.locator("table.costs tbody tr")).to_have_count(4)
    assert len(asked) == 1


def test_who_is_no_administrator_is_told_which_scope_is_missing(
    open_page: Open, deployed: Deployed
) -> None:
    page = deployed.open(open_page, "/#/report")
    sent = tokens_sent(page)
    page.get_by_role("link", name="Calculator").click()
    expect(page.locator("table.costs tbody tr")).to_have_count(4)
    headers = {"authorization": sent[0], "content-type": "application/json"}
    refresh = deployed.gateway.send("POST", "/v1/pricing/refresh", b"{}", headers)
    assert (refresh.status, refresh.json) == (403, {"message": "Forbidden"})
    page.route(
        "**/v1/pricing/versions*", lambda route: route.fulfill(status=403, json=refresh.json)
    )
    page.goto(page.url.partition("#")[0] + "#/prices/pending")
    expect(page.get_by_role("alert")).to_contain_text("JwtAdminScope")


def test_without_an_issuer_the_page_says_how_signed_requests_reach_the_api(open_page: Open) -> None:
    page = open_page("/#/report")
    forbidden = '{"message":"Forbidden"}'  # API Gateway's answer to an unsigned request
    page.route("**/v1/**", lambda route: route.fulfill(status=403, body=forbidden))
    page.get_by_role("link", name="Calculator").click()
    expect(page.get_by_role("alert")).to_contain_text("--aws-sigv4")
