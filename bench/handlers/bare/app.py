"""The smallest handler: the time of the runtime itself."""

import json
from typing import Any


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Read the body and return a part of it."""
    model = json.loads(event["body"])["model"]
    return {"statusCode": 200, "body": json.dumps({"model": model})}
