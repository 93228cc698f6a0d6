"""How API Gateway chooses the route for a method and a path."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

DEFAULT = "$default"
ANY = "ANY"

_LITERAL, _VARIABLE, _GREEDY, _CATCH_ALL = range(4)


@dataclass(frozen=True, slots=True)
class Route:
    """A route of the template; ``method`` may be ANY, ``path`` may be ``$default``."""

    method: str
    path: str
    function: str

    @property
    def key(self) -> str:
        """The ``routeKey`` of the route's events."""
        return DEFAULT if self.path == DEFAULT else f"{self.method} {self.path}"

    def specificity(self) -> tuple[int, list[int], bool]:
        """Return a sort key in API Gateway's order: literal, variable, greedy, ``$default``."""
        kinds = [_kind(segment) for segment in _segments(self.path)]
        return max(kinds), kinds, self.method == ANY

    def parameters(self, method: str, path: str) -> dict[str, str] | None:
        """Return the path parameters of a request that this route matches; None for any other."""
        if self.path == DEFAULT:
            return {}
        if self.method not in {ANY, method}:
            return None
        wanted, given = _segments(self.path), _segments(path)
        if _kind(wanted[-1]) == _GREEDY and len(given) > len(wanted):
            rest = len(wanted) - 1
            given = [*given[:rest], "/".join(given[rest:])]
        if len(wanted) != len(given):
            return None
        found: dict[str, str] = {}
        for template, segment in zip(wanted, given, strict=True):
            if _kind(template) == _LITERAL:
                if template != segment:
                    return None
            elif segment:
                found[template.strip("{+}")] = segment
            else:
                return None
        return found


@dataclass(frozen=True, slots=True)
class Match:
    """A route that matches a request, and the request's path parameters."""

    route: Route
    path_parameters: Mapping[str, str]


class Router:
    """All routes of an API; raises ValueError when two have the same key."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = sorted(routes, key=Route.specificity)
        keys = [route.key for route in self.routes]
        for key in keys:
            if keys.count(key) > 1:
                raise ValueError(f"the route {key} is declared twice")

    def find(self, method: str, path: str) -> Match | None:
        """Return the most specific route that matches the request, or None.

        HEAD and OPTIONS need routes of their own: API Gateway does not answer them through GET.
        """
        for route in self.routes:
            parameters = route.parameters(method, path)
            if parameters is not None:
                return Match(route, parameters)
        return None


def _segments(path: str) -> list[str]:
    return path.removeprefix("/").split("/")


def _kind(segment: str) -> int:
    if segment == DEFAULT:
        return _CATCH_ALL
    if segment.startswith("{"):
        return _GREEDY if segment.endswith("+}") else _VARIABLE
    return _LITERAL
