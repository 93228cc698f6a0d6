"""``tariff models`` and ``tariff diff``: the models with their prices, and what changed in them."""

from typing import Annotated, Any

from typer import Argument, Option

from tariff.asking import Asking, Version, looking
from tariff.command_line import From
from tariff.views import differing, listed

Ask = Annotated[Asking, From(looking)]
#: The most that the API lists on a page.
_PAGE = 200


def models(
    ask: Ask,
    words: Annotated[
        list[str] | None, Argument(metavar="WORD...", help="Words of the id, name or provider.")
    ] = None,
    provider: Annotated[str | None, Option(help="Only models of this provider.")] = None,
    family: Annotated[str | None, Option(help="Only models of this family, such as opus.")] = None,
    capability: Annotated[
        str | None, Option(help="Only models with this: vision, thinking, tools, batch, caching.")
    ] = None,
    mode: Annotated[str | None, Option(help="Only models for this, such as chat.")] = None,
    limit: Annotated[int, Option(min=1, help="The most models to list.")] = 50,
    version: Version = None,
) -> None:
    """List models with their prices per million tokens.

    For example:

    tariff models claude sonnet

    tariff models --provider openai --capability vision --limit 200 --csv
    """
    filters = {
        "q": " ".join(words) if words else None,
        "provider": provider,
        "family": family,
        "capability": capability,
        "mode": mode,
        "pricing_version": version,
    }
    answer = _paged(ask, "GET /v1/models", filters, "models", limit)
    ask.show(answer, listed, "models")


def diff(
    ask: Ask,
    before: Annotated[str, Argument(metavar="FROM", help="The price version before.")],
    after: Annotated[str, Argument(metavar="TO", help="The price version after.")] = "active",
    limit: Annotated[int, Option(min=1, help="The most models to list.")] = 100,
) -> None:
    """Show what differs between two price versions.

    For example:

    tariff diff lesson-2025 --limit 20
    """
    answer = _paged(ask, "GET /v1/pricing/diff", {"from": before, "to": after}, "changes", limit)
    ask.show(answer, differing, "changes")


def _paged(ask: Ask, route: str, query: dict[str, Any], rows: str, limit: int) -> Any:
    """Return a list's answer with up to ``limit`` rows, from as many pages as that takes."""
    answer = ask.ask(route, {**query, "limit": min(limit, _PAGE)})
    found = list(answer[rows])
    while answer["next_cursor"] and len(found) < limit:
        wanted = {"limit": min(limit - len(found), _PAGE), "cursor": answer["next_cursor"]}
        answer = ask.ask(route, {**query, **wanted})
        found += answer[rows]
    return {**answer, rows: found}
