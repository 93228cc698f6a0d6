"""The least a handler can be: what the runtime costs by itself."""

import json
from typing import Any


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Read the body, say nothing about it."""
    model = json.loads(event["body"])["model"]
    return {"statusCode": 200, "body": json.dumps({"model": model})}
