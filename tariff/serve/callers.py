"""Who is calling, where no authoriser finds it out: whoever the caller says.

Without the header the caller is ``local``, with every right: the gateway answers loopback only.
The header is the local gateway's alone. It is taken out of the request, and becomes the claims
that API Gateway's JWT authoriser hands on; deployed functions read those and never the header.
"""

from typing import Any

HEADER = "x-local-caller"


def authorizer(headers: dict[str, str]) -> dict[str, Any]:
    """``requestContext``'s authoriser for a named caller, nothing for others; takes the header."""
    name = headers.pop(HEADER, "").strip()
    return {"authorizer": {"jwt": {"claims": {"sub": name}, "scopes": None}}} if name else {}
