"""The SQL of a report, which runs unchanged on DuckDB in a function and on Athena over S3.

It uses only what both engines have: CASE, remainders, sums of integers, DECIMAL(38). The table
``calls`` has one row a call (``CALL_COLUMNS``). ``prices`` has integer rates by ``PriceKey``
(``PRICE_COLUMNS``) in units of 10^-places USD, with every modifier applied.
"""

from collections.abc import Sequence

from pricing.reports.dimensions import HOUR_US
from pricing.reports.rates import BUCKETS, DAY_US, PROMPT_BUCKETS, Cuts
from pricing.usage.buckets import TERM_CHOICES

TERMS = tuple(TERM_CHOICES)
#: Five minutes, a slot in which calls are gathered.
SLOT_US = 300_000_000
#: A call with at most so many output tokens has a short answer.
SHORT_ANSWER_TOKENS = 300
#: ``labels`` is a JSON list of the further labels that a request asks for, or NULL. ``stated`` is
#: the USD that the record states as its cost, of ``STATED_TYPE``, or NULL; 0 states nothing.
NAMES = ("request_id", "model", "endpoint", "team", "labels")
CALL_COLUMNS = ("line", "moment", *NAMES, *TERMS, *BUCKETS, "stated")
STATED_PLACES = 20
STATED_TYPE = f"DECIMAL(38, {STATED_PLACES})"
#: Whether a call states its cost: a further column of the key of ``cube``.
STATES = "states_cost"
KEY_COLUMNS = ("model", *TERMS, "day", "part", "tier")
PRICE_COLUMNS = (
    *("model", *TERMS, "first_day", "last_day", "part", "tier", "label", "reason", "fee"),
    *(f"{bucket}_rate" for bucket in BUCKETS),
)
PRICE_TYPES = {
    **dict.fromkeys(PRICE_COLUMNS, "VARCHAR"),
    **dict.fromkeys(("first_day", "last_day", "part", "tier"), "BIGINT"),
    **dict.fromkeys(("fee", *(f"{bucket}_rate" for bucket in BUCKETS)), "DECIMAL(38, 0)"),
}
CUBE_KEY = ("model", *TERMS, "endpoint", "team", "day", "part", "tier")
PROMPT = " + ".join(PROMPT_BUCKETS)
CACHE_WRITES = "cache_write_5m + cache_write_1h"
READ = "cache_read + audio_cache_read + image_cache_read"
CACHED = f"{READ} + cache_write_5m + cache_write_1h"
#: What tells how large the calls of a group are: how it is summed, and of what.
SIZES = {
    "least_plain_input": ("MIN", f"CASE WHEN {CACHED} = 0 THEN input END"),
    "plain_input": ("SUM", f"CASE WHEN {CACHED} = 0 THEN input ELSE 0 END"),
    "short_calls": ("SUM", f"CASE WHEN output <= {SHORT_ANSWER_TOKENS} THEN 1 ELSE 0 END"),
    "writes_5m": ("SUM", "CASE WHEN cache_write_5m > 0 THEN 1 ELSE 0 END"),
    "writes_1h": ("SUM", "CASE WHEN cache_write_1h > 0 THEN 1 ELSE 0 END"),
    "longest": ("MAX", "input + cache_read + cache_write_5m + cache_write_1h + output"),
}


def _steps(value: str, bounds: tuple[int, ...], comparison: str) -> str:
    """An expression that counts the bounds that a value has passed."""
    steps = (f"CASE WHEN {value} {comparison} {bound} THEN 1 ELSE 0 END" for bound in bounds)
    return " + ".join(steps) or "0"


def cube(calls: str, cuts: Cuts, also: tuple[str, ...] = ()) -> str:
    """Sum the calls by everything that decides their price, by endpoint and by team.

    Within such a group cost is linear in the sums, so no row needs a multiplication of its own.
    """
    key = ", ".join((*CUBE_KEY, *also))
    also = (*also, "stated") if STATES in also else also
    sums = ",\n  ".join(f"CAST(SUM({bucket}) AS DECIMAL(38, 0)) AS {bucket}" for bucket in BUCKETS)
    sizes = "".join(f"{how}({of}) AS {name},\n  " for name, (how, of) in SIZES.items())
    stated = f"CAST(SUM(stated) AS {STATED_TYPE}) AS stated,\n  " if "stated" in also else ""
    return f"""SELECT {key},
  COUNT(*) AS calls,
  SUM(CASE WHEN {CACHED} = 0 THEN 1 ELSE 0 END) AS plain_calls,
  {sizes}{stated}{sums}
FROM (
  SELECT {", ".join(("model", *TERMS, "endpoint", "team", *BUCKETS, *also))},
    moment - moment % {DAY_US} AS day,
    {_steps(f"moment % {DAY_US}", cuts.times_us, ">=")} AS part,
    {_steps(f"({PROMPT})", cuts.thresholds, ">")} AS tier
  FROM {calls}
) AS timed
GROUP BY {key}"""


def priced(cube_name: str, prices: str, net_prices: str | None = None) -> str:
    """Add each group's cost, in the prices' unit, or the reason why it has none, to the cube.

    A bucket without a price (NULL) is left out of the cost and makes the group ``partial``. With
    ``net_prices``, the table of a rate card, ``net`` is the cost at the card's prices.
    """
    unknown = " OR ".join(f"(c.{name} > 0 AND p.{name}_rate IS NULL)" for name in BUCKETS)
    net = f",\n  {_cost('n')} AS net" if net_prices else ""
    net_join = f"\n{_join(net_prices, 'n')}" if net_prices else ""
    return f"""SELECT c.*, COALESCE(p.label, c.model) AS label, p.first_day AS price_from,
  CASE WHEN p.model IS NULL THEN 'has no price in the table' ELSE p.reason END AS reason,
  CASE WHEN p.reason IS NULL AND ({unknown}) THEN 1 ELSE 0 END AS partial,
  {_cost("p")} AS cost{net}
FROM {cube_name} AS c
{_join(prices, "p")}{net_join}"""


def _cost(prices: str) -> str:
    """A group's sums times the rates of its row in the prices, NULL without one."""
    products = "\n    + ".join(f"COALESCE(c.{name} * {prices}.{name}_rate, 0)" for name in BUCKETS)
    return f"""CASE WHEN {prices}.model IS NULL OR {prices}.reason IS NOT NULL THEN NULL ELSE CAST(
    c.calls * {prices}.fee
    + {products}
  AS DECIMAL(38, 0)) END"""


def _join(table: str, prices: str) -> str:
    terms = " AND ".join(f"{prices}.{term} = c.{term}" for term in TERMS)
    return f"""LEFT JOIN {table} AS {prices}
  ON {prices}.model = c.model AND {terms}
  AND {prices}.part = c.part AND {prices}.tier = c.tier
  AND c.day >= {prices}.first_day AND c.day <= {prices}.last_day"""


def summary(priced_name: str, by: Sequence[str], condition: str = "", *, net: bool = False) -> str:
    """Cost, calls and tokens of the priced calls, and the number of others, by these expressions.

    They are ``value_0``, ``value_1``, ...; a ``condition`` chooses the calls.
    """
    chosen = "".join(f"{sql} AS value_{number},\n  " for number, sql in enumerate(by))
    grouped = f"\nWHERE {condition}" if condition else ""
    grouped += f"\nGROUP BY {', '.join(by)}" if by else ""
    return f"SELECT {chosen}{summed(net=net)}\nFROM {priced_name}{grouped}"


def summed(*, net: bool) -> str:
    """What is summed of priced calls: the columns of ``report.SUMS`` and their cost."""
    at_net = "CAST(SUM(COALESCE(net, 0)) AS DECIMAL(38, 0)) AS net,\n  " if net else ""
    return f"""{at_net}SUM(CASE WHEN reason IS NULL THEN calls ELSE 0 END) AS calls,
  CAST(SUM(COALESCE(cost, 0)) AS DECIMAL(38, 0)) AS cost,
  SUM(CASE WHEN reason IS NULL THEN {PROMPT} ELSE 0 END) AS prompt_tokens,
  SUM(CASE WHEN reason IS NULL THEN {READ} ELSE 0 END) AS cache_read_tokens,
  SUM(CASE WHEN reason IS NULL THEN {CACHE_WRITES} ELSE 0 END) AS cache_write_tokens,
  SUM(CASE WHEN reason IS NULL THEN {OUTPUT} ELSE 0 END) AS output_tokens,
  SUM(CASE WHEN reason IS NULL THEN 0 ELSE calls END) AS unpriced_calls"""


OUTPUT = "output + reasoning_output + audio_output + image_output + video_output"


def slices(priced_name: str, limit: int) -> str:
    """The fully priced sums that recommendations start from, by price, endpoint and model."""
    key = ", ".join(("model", *TERMS, "endpoint", "part", "tier", "label", "price_from"))
    sums = ", ".join(f"SUM({bucket}) AS {bucket}" for bucket in BUCKETS)
    return f"""SELECT {key}, MAX(day) AS day, SUM(calls) AS calls, SUM(plain_calls) AS plain_calls,
  CAST(SUM(cost) AS DECIMAL(38, 0)) AS cost, {sums}
FROM {priced_name} WHERE cost IS NOT NULL AND partial = 0
GROUP BY {key}
ORDER BY cost DESC, {key} LIMIT {limit}"""


def sizes_of(cube_name: str, wanted: str) -> str:
    """Sum what the cube says about the sizes of calls, by each ``wanted`` pair, as VALUES.

    Batches are left out: the provider chooses their time.
    """
    sums = ", ".join(f"{how}({name}) AS {name}" for name, (how, _) in SIZES.items())
    return f"""SELECT pair, SUM(calls) AS calls, SUM(plain_calls) AS plain_calls, {sums}
FROM {cube_name} JOIN {_pairs(wanted)} WHERE processing <> 'batch' GROUP BY pair"""


def moments_of(calls: str) -> str:
    """When calls begin, as ``starts_of`` reads it."""
    return f"""SELECT model, endpoint, moment AS first_moment, moment AS last_moment
  FROM {calls} WHERE processing <> 'batch'"""


def slots_of(calls: str) -> str:
    """The same in fewer rows: the first and the last call of each slot."""
    return f"""SELECT model, endpoint, MIN(moment) AS first_moment, MAX(moment) AS last_moment
  FROM (SELECT *, moment - moment % {SLOT_US} AS slot FROM {calls} WHERE processing <> 'batch')
  AS timed GROUP BY model, endpoint, slot"""


def starts_of(moments: str, wanted: str) -> str:
    """How the calls of each ``wanted`` pair, as VALUES, follow each other.

    Gaps are exact although calls are first gathered into slots of five minutes, since no gap within
    a slot is longer than that.
    """
    return f"""WITH filled AS (
  SELECT pair, first_moment // {SLOT_US} AS number, MIN(first_moment) AS begins,
    MAX(last_moment) AS ends
  FROM ({moments}) AS timed JOIN {_pairs(wanted)} GROUP BY pair, number
), gaps AS (
  SELECT pair, begins - LAG(ends) OVER (PARTITION BY pair ORDER BY number) AS gap FROM filled
)
SELECT pair, SUM(CASE WHEN gap IS NULL OR gap > {SLOT_US} THEN 1 ELSE 0 END) AS starts_5m,
  SUM(CASE WHEN gap IS NULL OR gap > {HOUR_US} THEN 1 ELSE 0 END) AS starts_1h
FROM gaps GROUP BY pair"""


def _pairs(wanted: str) -> str:
    return (
        f"(VALUES {wanted}) AS pairs (pair, of_model, of_endpoint)"
        " ON model = of_model AND COALESCE(endpoint, '') = of_endpoint"
    )
