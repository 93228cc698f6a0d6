"""The sentences of the OpenAPI document that no type can say: rules, tags, remedies, fields."""

from collections.abc import Mapping

from pricing.jsonio import MAX_BODY_BYTES, MAX_DEPTH, MAX_NUMBER_CHARACTERS
from pricing.usage.buckets import MAX_COUNT

SUMMARY = "What an LLM call costs, exactly, over HTTP."

#: CommonMark, kept to headings, paragraphs, lists, `code` and **bold**: the page renders these.
DESCRIPTION = f"""\
Tariff says what an LLM call or a whole workload costs, to the last digit, before or after anyone
pays for it, and what the same work would cost on another model.

Every answer names the price version it stands on, every price has a source and a date, and what
is unknown is an error or a null, never zero.

## Money

- Money is a JSON **string** that holds an exact decimal in USD in plain notation: `"0.0525005"`.
  It is never rounded, and line items add up to their total exactly. Read it as a decimal, not as
  a float.
- Token prices are in USD per million tokens (`usd_per_mtok`); any other price names its unit.
- Ratios, shares and percentages are decimal strings too, rounded half-even at 12 places.
- A component without a known price has `"cost_usd": null, "status": "unpriced"`. A price of zero
  is `"0"`.

## Which price

- `pricing_version` names an immutable price version, or `active`, the default. The same request
  with the same version and `as_of` gets the same bytes for ever.
- `as_of` is a date (00:00 UTC) or an RFC 3339 instant, by default now. A price holds from its
  start, inclusive, to its end, exclusive.
- What the provider says it served (`service_tier`, `speed`, `inference_geo` inside its usage
  object) wins over what the request asked for.
- `pricing` in an answer says which version it stands on. `"stale": true` means that the store
  could not confirm that version just now, and the last known one answered.

## Models

A model is named by its id, a dated id, an alias, `provider/model`, an id with the suffix `[1m]`,
or a family name such as `sonnet`, which means the version's current model of that family. Names
match exactly. A name that is not known is a 404 with at most three suggestions.

## Requests

- Send JSON, with `content-type: application/json`, in UTF-8.
- An unknown property is an error, and so is a number where a string belongs. The one exception is
  the provider's own usage object: a field that Tariff does not know is left out of the arithmetic
  and named in a warning.
- Leave out what you do not set, rather than sending `null`.
- A query parameter is given once. A route with a body reads none and refuses any, but for the
  options of JSON Lines. In a query, the `+` of a UTC offset is written `%2B`.
- A list answer is followed with `cursor`, whose value is the `next_cursor` of the page before. Any
  other text, an empty one too, is refused: it never looks like the end of a list.
- Answers with an `ETag` may be asked for again with `If-None-Match`; 304 means unchanged.

## Limits

- Body: {MAX_BODY_BYTES // 1024} KiB unless the route says more, nested at most {MAX_DEPTH} deep,
  numbers of at most {MAX_NUMBER_CHARACTERS} characters.
- Any count: {MAX_COUNT:,}. Names and ids: 128 characters.
- Every other limit stands beside its field.

## Access

Every route but those marked open wants a caller that the deployment knows: requests signed with
AWS Signature Version 4 for the service `execute-api` (curl: `--aws-sigv4`), or, where an issuer is
configured, a bearer token. A local Tariff, started by `make run`, asks for neither.
"""

_ESTIMATE = ("Estimate", "What calls cost, from usage, a response or a prompt.")
#: By function folder: the tag's name and description. The reference keeps this order.
TAGS: Mapping[str, tuple[str, str]] = {
    "estimate": _ESTIMATE,
    "workload": _ESTIMATE,
    "compare": ("Compare", "What the same work costs elsewhere."),
    "plan": ("Plan", "What caching, batches, a leaner prompt or a subscription would save."),
    "recommend": ("Recommend", "Which model should do it, and what routing is worth."),
    "usage_report": ("Usage", "What was spent, on what, and what should change."),
    "catalogue": ("Catalogue", "The models, their prices and limits, and how fresh they are."),
    "slack": (
        "Slack",
        "`/tariff` in Slack. Slack calls these routes, and signs its requests itself.",
    ),
    "pricing_admin": ("Administration", "Which prices are in force, who decided so, and why."),
    "site": ("Reference", "This document, for programs and for people."),
}

SIGV4 = "AWS Signature Version 4 for the service `execute-api`; the caller needs a role that may."
JWT = "A token of the configured issuer and audience. Only where the deployment has an issuer."

#: By problem slug: what to do about it.
REMEDIES: Mapping[str, str] = {
    "unknown-model": "Use one of `suggestions`, or an id, alias or family from `GET /v1/models`."
    " If the model is new, an earlier or later `pricing_version` may know it.",
    "unknown-version": "Use `active`, or the id of a version that exists.",
    "unknown-policy": "Use the `policy_id` of an answer of `POST /v1/recommend/calibrate` whose"
    " `stored` is true.",
    "not-found": "Check the path: `GET /openapi.json` lists every route.",
    "method-not-allowed": "Use a method that the `allow` header lists.",
    "malformed-json": "Send one JSON document in UTF-8. NaN, Infinity, repeated keys, half"
    " surrogate pairs, very deep nesting and very long numbers are refused.",
    "body-too-large": "Send less at once: split the work into several requests.",
    "unsupported-media-type": "Add the header `content-type: application/json`.",
    "unpriced": "Ask for another date or model: no verified price is known for this one.",
    "invalid-request": "Each entry of `errors` points at a field (RFC 6901) and says what it must"
    " be.",
    "conflict": "Read the current state again and repeat the change if it still applies.",
    "store-unavailable": "Try again after the seconds in `retry-after`, or ask for `active`, which"
    " always answers. A change may have been made all the same: read the state before you repeat"
    " it.",
    "corrupt-version": "Ask for another version, and report this one.",
    "internal-error": "Not your fault. Report it with its `request_id`.",
}

LINES = (
    "One record a line. The other fields of the document are then query parameters, with the same"
    " names; `group_by` has commas between, and `model`, `endpoint`, `team`, `start` and `end` are"
    " the filter."
)

PROBLEM = "What went wrong, and what to change: RFC 9457. It never repeats a prompt."
PROBLEM_FIELDS: Mapping[str, str] = {
    "type": "Which problem: a stable reference into `GET /docs`.",
    "title": "The problem's name; the same for every occurrence.",
    "status": "The HTTP status.",
    "detail": "What is wrong with this request, and what to change.",
    "instance": "The path that was asked for.",
    "request_id": "Names this request in the logs; also in the header `x-request-id`.",
    "errors": "One entry for each bad field.",
    "suggestions": "Known model names that are near the one asked for, nearest first.",
}
FIELD_ERROR = "One bad field."
FIELD_ERROR_FIELDS: Mapping[str, str] = {
    "pointer": "Where: an RFC 6901 pointer into the body, or `/` and the query parameter's name.",
    "detail": "What it must be. Reads on from the pointer: `/calls` `must be 1 or more`.",
}
GATEWAY_MESSAGE = "An answer of API Gateway itself, given before Tariff sees the request."
GATEWAY_STATUSES: Mapping[str, str] = {
    "401": "No token, or one that is not valid. API Gateway answers this itself.",
    "403": "The caller is not allowed to use this route. API Gateway answers this itself.",
}
THROTTLED = "Too many requests at once: wait and try again. API Gateway answers this itself."

REQUEST_ID = "Names this request in the logs."
ETAG = "Of what is known; how fresh that knowledge is does not change it."
IF_NONE_MATCH = "An `ETag` the caller already has an answer for."
IDEMPOTENCY_KEY = (
    "A name of yours for this write, of 1 to 128 visible ASCII characters without spaces (a UUID,"
    " `rollback-2026-11-24`), kept for a day: sent again with the same body it is done once and"
    " answered alike; with another body it is refused."
)
NOT_MODIFIED = "The answer with this `ETag` still holds."
RETRY_AFTER = "Seconds to wait."

#: By the path up to the parameter: what an `id` is of depends on the route.
PATH_PARAMETERS: Mapping[str, str] = {
    "/v1/models/{provider}": "Who sells the model, for example `anthropic`.",
    "/v1/models/{provider}/{id}": "The model's id or one of its aliases.",
    "/v1/pricing/versions/{id}": "A price version's id, as `GET /v1/pricing/versions` lists it.",
}
