"""The daily refresh: fetch the public price lists, and store the prices that pass the checks.

Started by EventBridge Scheduler, or on demand by the admin function. The scheduled instant is the
refresh's own clock, so a duplicated event makes the same versions again, which changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pricing.aws.logs import correlate, logger, write_metrics
from pricing.aws.settings import settings, source_url, source_variable
from pricing.aws.timeouts import SCHEDULED
from pricing.errors import StoreUnavailable, TariffError
from pricing.refresh.refresh import Refreshed, RefreshFailed, refresh
from pricing.slack.delivery import WebhookFailed, tell
from pricing.slack.notices import notice_of
from pricing.sources import reference_rates
from pricing.sources.aws_price_list import aws_price_list
from pricing.sources.bedrock import AWS
from pricing.sources.fetcher import Fetcher, FetchFailed
from pricing.sources.openrouter import OPENROUTER
from pricing.sources.payload import Payload
from pricing.store import bundled, connect
from pricing.store.refresh_state import SCHEDULE, RefreshStore, headline

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from pricing.catalogue.price_book import PriceBook

#: The variable with the URL of each list. The template's values are constants; tests serve lists
#: from loopback.
URLS = {source: source_variable(source) for source in ("genai-prices", "litellm", OPENROUTER)}
#: How long to wait for a source beyond its own limit.
GRACE_SECONDS = 5.0
#: How far an event's moment may be from the time of day.
CLOCK_TOLERANCE = timedelta(hours=1)
METRICS = (
    "refresh_succeeded",
    "refresh_failed",
    "prices_changed",
    "prices_waiting",
    "sources_failed",
    "notice_failed",
)


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Refresh once; raises only if another attempt may help."""
    correlate(context.aws_request_id)
    now = _instant(event)
    store = connect.refresh_store(SCHEDULED)
    payloads, failures = fetch()
    details = {
        "scheduled": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "requested_by": str(event.get("actor", SCHEDULE))[:256],
        "sources": [payload.provenance() for payload in payloads],
        "failures": failures,
    }
    logger.info("The price lists were fetched.", extra=details)
    try:
        pointer = store.ledger.active()
        active = store.ledger.get(pointer.version) if pointer else bundled.current()
        if active is None:
            raise RefreshFailed("The active pointer names a version that is not stored.")
        _check_moment(now, active)
        done = refresh(active, payloads, bundled.merge_rules(), store.memory(), now)
        pointer = store.save(done, pointer, details)
    except TariffError as error:
        failed(error, store, details)
        if not payloads or isinstance(error, StoreUnavailable):
            raise  # Lambda tries an asynchronous event again, and each is safe to run again
        return {"outcome": "failed", "reason": error.detail}
    succeeded(done, failures)
    refresh_rates()
    return {
        "outcome": "refreshed" if done.complete else "partial",
        "active": active.id if pointer is None else pointer.version,
        "changed": len(done.changes),
        "waiting": len(done.quarantined),
    }


def refresh_rates() -> None:
    """Store the daily exchange rates after those that ship with the code.

    A failure is a log line: answers go on with the last rates, and say of which day they are.
    """
    url, store = source_url(reference_rates.SOURCE), connect.stored_rates()
    if not url or store is None:
        return
    limit = settings.fetch_seconds
    fetcher = Fetcher(total_seconds=limit, allow_loopback=settings.fetch_loopback)
    try:
        content = fetcher.fetch(reference_rates.SOURCE, url).content
        newer = bundled.exchange_rates().newer(reference_rates.read(content))
        days = newer.count("\n")
        if days:
            store.put(newer)
        logger.info("The exchange rates were read.", extra={"newer_days": days})
    except (FetchFailed, StoreUnavailable) as error:
        logger.error("The exchange rates were not refreshed.", extra={"reason": error.detail})


def fetch() -> tuple[list[Payload], dict[str, str]]:
    """Fetch every configured price list at once; returns the lists, and why others are missing.

    Takes at most ``GRACE_SECONDS`` longer than the limit of one source.
    """
    limit = settings.fetch_seconds
    fetcher = Fetcher(total_seconds=limit, allow_loopback=settings.fetch_loopback)
    pool = ThreadPoolExecutor(max_workers=len(URLS) + 1)
    urls = {source: source_url(source) for source in URLS}
    answers = {
        source: pool.submit(fetcher.fetch, source, url) for source, url in urls.items() if url
    }
    if settings.source_aws:
        answers[AWS] = pool.submit(aws_price_list, limit)
    wait(answers.values(), timeout=limit + GRACE_SECONDS)
    # A source can hang where its own limit does not reach (a name look-up, a page that drips). It
    # is left behind: it must not use up the time of the others.
    pool.shutdown(wait=False, cancel_futures=True)
    payloads, failures = [], {}
    for source, answer in answers.items():
        try:
            payloads.append(answer.result(timeout=0))
        except FetchFailed as error:
            failures[source] = error.detail
        except TimeoutError:
            failures[source] = f"{source}: no answer in {limit + GRACE_SECONDS:g} s"
    return payloads, failures


def succeeded(done: Refreshed, failures: Mapping[str, str]) -> None:
    """Report a refresh, and send a notice of new prices to Slack where it is configured."""
    logger.info(
        headline(done),
        extra={
            "version": done.clean.id if done.clean else None,
            "held_version": done.held.id if done.held else None,
        },
    )
    notice_failed = 0
    try:
        tell(lambda: notice_of(done))
    except WebhookFailed as error:
        notice_failed = 1
        logger.error("The notice of new prices was not delivered.", extra={"reason": error.detail})
    report(
        # Only a refresh from both lists, read whole, counts: a missing list could go unnoticed.
        refresh_succeeded=int(done.complete),
        prices_changed=len(done.changes),
        prices_waiting=len(done.quarantined),
        sources_failed=len(failures),
        notice_failed=notice_failed,
    )


def failed(error: TariffError, store: RefreshStore, details: Mapping[str, Any]) -> None:
    """Write an audit row, if the store accepts it, and the metrics in any case."""
    found = {"reason": error.detail, "cause": getattr(error, "cause", "")}
    logger.error("The refresh could not be used.", extra=found)
    try:
        store.fail(error.detail, details)
    except TariffError as unwritten:
        found = {"reason": unwritten.detail, "cause": getattr(unwritten, "cause", "")}
        logger.error("The audit has no row of this refresh.", extra=found)
    report(refresh_failed=1, sources_failed=len(details["failures"]))


def report(**figures: int) -> None:
    """Write the metrics of a refresh; those that are not given are zero."""
    write_metrics(dict.fromkeys(METRICS, "Count"), figures, {}, {})


def clock() -> datetime:
    """The time of day."""
    return datetime.now(UTC).replace(microsecond=0)


def _instant(event: Mapping[str, Any]) -> datetime:
    """Return the event's scheduled time; now for one that was started by hand."""
    try:
        return datetime.fromisoformat(str(event.get("scheduled_time"))).astimezone(UTC)
    except (ValueError, OverflowError):
        return clock()


def _check_moment(now: datetime, active: PriceBook) -> None:
    """Raise RefreshFailed for an event of another time, whose prices would be dated back or ahead.

    New prices begin at the event's moment: days that have been reported would cost something else.
    """
    if abs(clock() - now) > CLOCK_TOLERANCE:
        raise RefreshFailed(
            f"The event is of {now:%Y-%m-%dT%H:%M:%SZ}, over an hour from now. Start a new refresh:"
            " POST /v1/pricing/refresh."
        )
    if now < datetime.fromisoformat(active.published_at):
        raise RefreshFailed(
            f"The event is of {now:%Y-%m-%dT%H:%M:%SZ}, before {active.id} was published. Start a"
            " new refresh: POST /v1/pricing/refresh."
        )
