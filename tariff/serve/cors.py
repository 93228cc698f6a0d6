"""API Gateway's CORS, for a local server that is started with origins."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tariff.template import resources

#: Starlette's parameters by the names that API Gateway has for them.
_NAMES = {
    "allow_methods": "allowMethods",
    "allow_headers": "allowHeaders",
    "expose_headers": "exposeHeaders",
    "max_age": "maxAge",
}


def cors_options(template: Mapping[str, Any], origins: Sequence[str]) -> dict[str, Any]:
    """Return the middleware's options, as template.yaml has them for stated origins."""
    (api,) = resources(dict(template), "AWS::Serverless::HttpApi").values()
    _, declared, _ = api["Properties"]["DefinitionBody"]["x-amazon-apigateway-cors"]["Fn::If"]
    return {"allow_origins": origins} | {ours: declared[name] for ours, name in _NAMES.items()}


def with_cors(app: Callable[..., Any], options: Mapping[str, Any] | None) -> Callable[..., Any]:
    """Return the application, which answers preflight requests where there are options."""
    if not options:
        return app
    from starlette.middleware.cors import CORSMiddleware

    return CORSMiddleware(app, **options)
