"""The same running Tariff as for the journeys."""

from web.journeys.conftest import gateway, upstream, url

__all__ = ["gateway", "upstream", "url"]
