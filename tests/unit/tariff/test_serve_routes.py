"""Which route takes a request, as API Gateway chooses."""

import pytest

from tariff.serve.routes import Route, Router

KEYS = (
    "$default",
    "ANY /{proxy+}",
    "GET /pets/{proxy+}",
    "GET /pets/{kind}/{id}",
    "GET /pets/dog/{id}",
    "GET /pets/dog/1",
    "ANY /pets/dog/1",
    "POST /pets",
)


def router(*keys: str) -> Router:
    parts = [key.rpartition(" ") for key in keys]
    return Router(Route(method or "ANY", path, "F") for method, _, path in parts)


def chosen(method: str, path: str, *keys: str) -> tuple[str, dict[str, str]]:
    match = router(*(keys or KEYS)).find(method, path)
    assert match is not None
    return match.route.key, dict(match.path_parameters)


@pytest.mark.parametrize("keys", [KEYS, tuple(reversed(KEYS))])
@pytest.mark.parametrize(
    ("method", "path", "key", "parameters"),
    [
        ("GET", "/pets/dog/1", "GET /pets/dog/1", {}),
        ("PUT", "/pets/dog/1", "ANY /pets/dog/1", {}),
        ("GET", "/pets/dog/2", "GET /pets/dog/{id}", {"id": "2"}),
        ("GET", "/pets/cat/2", "GET /pets/{kind}/{id}", {"kind": "cat", "id": "2"}),
        ("GET", "/pets/cat", "GET /pets/{proxy+}", {"proxy": "cat"}),
        ("GET", "/pets/cat/2/toys", "GET /pets/{proxy+}", {"proxy": "cat/2/toys"}),
        ("POST", "/pets", "POST /pets", {}),
        ("POST", "/pets/cat/2", "ANY /{proxy+}", {"proxy": "pets/cat/2"}),
        ("GET", "/", "$default", {}),
    ],
)
def test_the_most_specific_route_is_chosen_whatever_their_order(
    keys: tuple[str, ...], method: str, path: str, key: str, parameters: dict[str, str]
) -> None:
    assert chosen(method, path, *keys) == (key, parameters)


def test_a_variable_in_the_path_goes_before_a_greedy_one_that_fits_longer() -> None:
    assert chosen("GET", "/a/b", "GET /{x}/b", "GET /a/{proxy+}")[0] == "GET /{x}/b"


@pytest.mark.parametrize("path", ["/v1/models/x", "/v1/models/x/", "/v1/models//y", "/v1/models/"])
def test_a_variable_takes_one_segment_that_is_not_empty(path: str) -> None:
    assert router("GET /v1/models/{provider}/{id}").find("GET", path) is None


def test_a_slash_at_the_end_makes_another_path() -> None:
    assert router("GET /docs").find("GET", "/docs/") is None


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "POST"])
def test_no_other_method_is_answered_on_behalf_of_get(method: str) -> None:
    assert router("GET /docs").find(method, "/docs") is None
    assert chosen(method, "/docs", "GET /docs", "$default")[0] == "$default"


def test_without_a_default_route_a_request_may_find_none() -> None:
    assert router("GET /docs").find("GET", "/nothing") is None


def test_a_route_that_is_declared_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="GET /docs is declared twice"):
        router("GET /docs", "POST /docs", "GET /docs")
