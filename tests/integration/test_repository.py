"""Price versions come back byte for byte, and nothing that was tampered with does."""

import hashlib
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from pricing.aws.signed_client import Credentials, DynamoReader
from pricing.catalogue.price_book import PriceBook
from pricing.errors import (
    Conflict,
    CorruptBook,
    StaleRevision,
    StoreUnavailable,
    UnknownVersion,
    VersionExists,
)
from pricing.jsonio import canonical_json
from pricing.store import bundled
from pricing.store.books import ACTIVE, Books
from pricing.store.history import HEAD_KEY, proposal_key
from pricing.store.ledger import Ledger
from pricing.store.repository import DynamoReads, Pointer
from pricing.store.writes import CONTENT_BYTES
from pricing.versions.proposals import Proposal, QuarantinedField
from tests.support.books import BY, PLAIN, book, document, incompressible_book, row
from tests.support.tables import REGION, SECRET, StoreTable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
ITEM_LIMIT = 400 * 1024
PAGE_LIMIT = 1024 * 1024


class CountedReads:
    """Reads that pass on to another client and are counted by operation."""

    def __init__(self, reads: DynamoReads) -> None:
        self._reads = reads
        self.made: Counter[str] = Counter()

    def get_item(self, **request: Any) -> Any:
        self.made["get_item"] += 1
        return self._reads.get_item(**request)

    def query(self, **request: Any) -> Any:
        self.made["query"] += 1
        return self._reads.query(**request)


@pytest.fixture
def reads(store_table: StoreTable) -> CountedReads:
    return CountedReads(
        DynamoReader(
            endpoint=store_table.endpoint,
            region=REGION,
            credentials=lambda: Credentials(SECRET, SECRET, None),
            timeout_seconds=30,
        )
    )


@pytest.fixture
def repository(store_table: StoreTable, reads: CountedReads) -> Ledger:
    return Ledger(store_table.name, reads, store_table.client)


@pytest.fixture(scope="module")
def large_book() -> PriceBook:
    """4,000 models: more than one item holds, less than one page of a query."""
    return incompressible_book("large", models=4_000, bytes_each=110)


def packed_bytes(one: PriceBook) -> int:
    return len(zlib.compress(one.to_json(), 9))


def everything(table: StoreTable) -> list[dict[str, Any]]:
    """Every item of a table, in a fixed order."""
    pages = table.client.get_paginator("scan").paginate(TableName=table.name)
    items: list[dict[str, Any]] = [dict(item) for page in pages for item in page["Items"]]
    return sorted(items, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


def chunk_keys(table: StoreTable) -> list[str]:
    keys = [item["sk"]["S"] for item in everything(table)]
    return [key for key in keys if key.startswith("DOC#")]


def test_a_new_store_is_empty(repository: Ledger) -> None:
    assert repository.active() is None
    assert repository.get("2026-11-22.1") is None
    assert [one.id for one in repository.versions()] == []


@pytest.mark.parametrize("version", bundled.ids())
def test_a_book_comes_back_byte_for_byte(repository: Ledger, version: str) -> None:
    original = bundled.load(version)
    assert original is not None
    repository.propose(original, proposal=PLAIN)
    found = repository.get(version)
    assert found is not None
    assert found.to_json() == original.to_json()
    assert hashlib.sha256(found.to_json()).hexdigest() == original.sha256 == found.sha256


def test_versions_are_listed_in_order_whatever_order_they_were_added_in(repository: Ledger) -> None:
    for version in ("2026-11-02.1", "lesson-2025", "2026-11-01.2", "2026-11-01.1"):
        repository.propose(book(version), proposal=PLAIN)
    assert [one.id for one in repository.versions()] == [
        "2026-11-01.1",
        "2026-11-01.2",
        "2026-11-02.1",
        "lesson-2025",
    ]


def test_one_version_is_not_another(repository: Ledger) -> None:
    first, second = book("v1"), book("v1.1", [row("shuttle")])
    repository.propose(first, proposal=PLAIN)
    repository.propose(second, proposal=PLAIN)
    for one in (first, second):
        found = repository.get(one.id)
        assert found is not None
        assert found.sha256 == one.sha256
    assert repository.get("v") is None


@pytest.mark.parametrize("models", [1, 5_000])
def test_adding_an_id_again_is_refused_and_changes_nothing(
    store_table: StoreTable, repository: Ledger, models: int
) -> None:
    repository.propose(book("v1"), proposal=PLAIN)
    before = everything(store_table)
    other = incompressible_book("v1", models=models, bytes_each=160)
    with pytest.raises(VersionExists, match="v1"):
        repository.propose(other, proposal=PLAIN)
    with pytest.raises(VersionExists):
        repository.propose(book("v1"), proposal=PLAIN)
    assert everything(store_table) == before


def test_a_book_over_the_item_limit_is_cut_and_read_back_with_one_query(
    store_table: StoreTable, repository: Ledger, reads: CountedReads, large_book: PriceBook
) -> None:
    assert ITEM_LIMIT < packed_bytes(large_book) <= 2 * CONTENT_BYTES < PAGE_LIMIT
    repository.propose(large_book, proposal=PLAIN)
    assert chunk_keys(store_table) == ["DOC#0000", "DOC#0001"]
    reads.made.clear()
    found = repository.get("large")
    assert reads.made == {"query": 1}
    assert found is not None
    assert found.to_json() == large_book.to_json()
    assert len(found) == 4_000


def test_a_book_over_the_page_limit_is_read_page_by_page(
    store_table: StoreTable, repository: Ledger, reads: CountedReads
) -> None:
    huge = incompressible_book("huge", models=4_000, bytes_each=400)
    assert PAGE_LIMIT < packed_bytes(huge) < 2 * PAGE_LIMIT
    repository.propose(huge, proposal=PLAIN)
    assert chunk_keys(store_table) == [f"DOC#{number:04}" for number in range(5)]
    reads.made.clear()
    found = repository.get("huge")
    assert found is not None
    assert found.to_json() == huge.to_json()
    assert reads.made["query"] in (2, 3)


def test_a_chunk_is_cut_at_its_size_and_not_before(
    store_table: StoreTable, repository: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = book("v1")
    size = packed_bytes(one)
    monkeypatch.setattr("pricing.store.ledger.CONTENT_BYTES", size)
    repository.propose(one, proposal=PLAIN)
    assert chunk_keys(store_table) == ["DOC#0000"]
    two = book("v2")
    assert packed_bytes(two) > size - 3
    monkeypatch.setattr("pricing.store.ledger.CONTENT_BYTES", packed_bytes(two) - 1)
    repository.propose(two, proposal=PLAIN)
    assert chunk_keys(store_table) == ["DOC#0000", "DOC#0000", "DOC#0001"]
    for original in (one, two):
        found = repository.get(original.id)
        assert found is not None
        assert found.sha256 == original.sha256


def test_more_than_nine_chunks_keep_their_order(
    repository: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pricing.store.ledger.CONTENT_BYTES", 20)
    one = book("v1")
    assert packed_bytes(one) > 10 * 20
    repository.propose(one, proposal=PLAIN)
    found = repository.get("v1")
    assert found is not None
    assert found.to_json() == one.to_json()


def test_a_full_chunk_fits_into_an_item_with_its_keys_and_name() -> None:
    names = len("pk" + "sk" + "content" + "DOC#0000" + "VERSION#")
    assert CONTENT_BYTES + names + 4 * 128 < ITEM_LIMIT


def test_a_book_that_could_not_be_read_back_is_not_stored(
    store_table: StoreTable, repository: Ledger
) -> None:
    spaced = PriceBook.from_json(canonical_json(document("v1")).replace(b'","', b'", "', 1))
    with pytest.raises(CorruptBook, match="canonical"):
        repository.propose(spaced, proposal=PLAIN)
    assert everything(store_table) == []


@pytest.fixture
def damaged(
    store_table: StoreTable, repository: Ledger, monkeypatch: pytest.MonkeyPatch
) -> StoreTable:
    """A table with version ``v1`` in exactly two chunks, for a test to damage."""
    half = (packed_bytes(book("v1")) + 1) // 2
    monkeypatch.setattr("pricing.store.ledger.CONTENT_BYTES", half)
    repository.propose(book("v1"), proposal=PLAIN)
    assert chunk_keys(store_table) == ["DOC#0000", "DOC#0001"]
    assert repository.get("v1") is not None
    return store_table


def key(sk: str) -> dict[str, Any]:
    return {"pk": {"S": "VERSION#v1"}, "sk": {"S": sk}}


def content(table: StoreTable, sk: str) -> bytes:
    found: bytes = table.client.get_item(TableName=table.name, Key=key(sk))["Item"]["content"]["B"]
    return found


def overwrite(table: StoreTable, sk: str, new: bytes) -> None:
    table.client.put_item(TableName=table.name, Item={**key(sk), "content": {"B": new}})


@pytest.mark.parametrize("sk", ["DOC#0000", "DOC#0001"])
def test_a_chunk_with_one_flipped_bit_is_refused(
    damaged: StoreTable, repository: Ledger, sk: str
) -> None:
    flipped = bytearray(content(damaged, sk))
    flipped[len(flipped) // 2] ^= 1
    overwrite(damaged, sk, bytes(flipped))
    with pytest.raises(CorruptBook):
        repository.get("v1")


def test_content_that_reads_well_but_was_changed_is_refused(
    damaged: StoreTable, repository: Ledger
) -> None:
    cheaper = book("v1").to_json().replace(b'"15"', b'"1.5"')
    assert cheaper != book("v1").to_json()
    overwrite(damaged, "DOC#0000", zlib.compress(cheaper, 9))
    overwrite(damaged, "DOC#0001", b"")
    with pytest.raises(CorruptBook, match="expected"):
        repository.get("v1")


def test_chunks_that_changed_places_are_refused(damaged: StoreTable, repository: Ledger) -> None:
    first, second = content(damaged, "DOC#0000"), content(damaged, "DOC#0001")
    overwrite(damaged, "DOC#0000", second)
    overwrite(damaged, "DOC#0001", first)
    with pytest.raises(CorruptBook):
        repository.get("v1")


@pytest.mark.parametrize(
    "missing",
    [["DOC#0000"], ["DOC#0001"], ["META"], ["DOC#0000", "DOC#0001"], ["DOC#0001", "META"]],
)
def test_a_version_with_a_part_missing_is_refused(
    damaged: StoreTable, repository: Ledger, missing: list[str]
) -> None:
    for sk in missing:
        damaged.client.delete_item(TableName=damaged.name, Key=key(sk))
    with pytest.raises(CorruptBook):
        repository.get("v1")


def test_activations_count_up_and_any_stored_version_may_come_back(repository: Ledger) -> None:
    first, second = book("v1"), book("v2")
    repository.propose(first, proposal=PLAIN)
    repository.propose(second, proposal=PLAIN)
    assert repository.active() is None
    history = [("v1", first), ("v2", second), ("v1", first), ("v2", second)]
    for revision, (version, one) in enumerate(history):
        made = repository.activate(version, expected_revision=revision, **BY)
        assert made == Pointer(version, one.sha256, revision + 1)
        assert repository.active() == made


def test_adding_a_version_activates_nothing(repository: Ledger) -> None:
    repository.propose(book("v1"), proposal=PLAIN)
    assert repository.active() is None


def test_a_version_that_is_not_stored_cannot_become_active(repository: Ledger) -> None:
    repository.propose(book("v1"), proposal=PLAIN)
    pointer = repository.activate("v1", expected_revision=0, **BY)
    with pytest.raises(UnknownVersion):
        repository.activate("v2", expected_revision=1, **BY)
    assert repository.active() == pointer


@pytest.mark.parametrize("expected", [0, 1, 3])
def test_an_activation_that_expects_another_revision_is_refused_and_changes_nothing(
    repository: Ledger, expected: int
) -> None:
    for version in ("v1", "v2", "v3"):
        repository.propose(book(version), proposal=PLAIN)
    repository.activate("v1", expected_revision=0, **BY)
    pointer = repository.activate("v2", expected_revision=1, **BY)
    for version in ("v2", "v3"):  # the active one too: its caller has not read that it is
        with pytest.raises(StaleRevision, match=f"no longer at revision {expected}"):
            repository.activate(version, expected_revision=expected, **BY)
    assert repository.active() == pointer


def test_what_is_active_already_is_not_activated_again(repository: Ledger) -> None:
    repository.propose(book("v1"), proposal=PLAIN)
    pointer = repository.activate("v1", expected_revision=0, **BY)
    rows = len(repository.audit_rows())
    with pytest.raises(Conflict, match="active version already"):
        repository.activate("v1", expected_revision=1, **BY)
    assert (repository.active(), len(repository.audit_rows())) == (pointer, rows)


def test_a_first_activation_expects_that_there_was_none(repository: Ledger) -> None:
    repository.propose(book("v1"), proposal=PLAIN)
    with pytest.raises(StaleRevision):
        repository.activate("v1", expected_revision=1, **BY)
    assert repository.active() is None


@pytest.mark.parametrize("version", ["bundled", "small", "large"])
def test_a_cold_start_reads_at_most_twice(
    repository: Ledger, reads: CountedReads, large_book: PriceBook, version: str
) -> None:
    one = {"bundled": bundled.current(), "small": book("v1"), "large": large_book}[version]
    repository.propose(one, proposal=PLAIN)
    repository.activate(one.id, expected_revision=0, **BY)
    reads.made.clear()
    in_force = Books(repository).in_force(ACTIVE, NOW)
    assert (in_force.book.sha256, in_force.source, in_force.stale) == (one.sha256, "store", False)
    assert reads.made == ({"get_item": 1} if version == "bundled" else {"get_item": 1, "query": 1})


@pytest.fixture
def unreachable() -> Iterator["DynamoDBClient"]:
    """A client of a port without a listener, which gives up at once."""
    client = boto3.client(
        "dynamodb",
        endpoint_url="http://127.0.0.1:1",
        region_name=REGION,
        config=Config(retries={"total_max_attempts": 1}),
    )
    yield client
    client.close()


def test_every_method_says_that_the_store_is_unavailable_when_it_is(
    unreachable: "DynamoDBClient",
) -> None:
    reader = DynamoReader(
        endpoint="http://127.0.0.1:1",
        region=REGION,
        credentials=lambda: Credentials(SECRET, SECRET, None),
    )
    lost = Ledger("tariff", reader, unreachable)
    with pytest.raises(StoreUnavailable):
        lost.active()
    with pytest.raises(StoreUnavailable):
        lost.get("v1")
    with pytest.raises(StoreUnavailable):
        lost.versions()
    with pytest.raises(StoreUnavailable):
        lost.propose(book("v1"), proposal=PLAIN)
    with pytest.raises(StoreUnavailable):
        lost.activate("v1", expected_revision=0, **BY)


class KnowsEveryVersion:
    """Reads of a store in which every version exists."""

    def get_item(self, **request: Any) -> Any:
        if request["Key"]["pk"]["S"] != "VERSIONS":
            return {}
        texts = ("sha256", "published_at", "decision", "proposer", "source", "proposed_at")
        item: dict[str, Any] = {name: {"S": "0"} for name in (*texts, "sk")}
        return {"Item": {**item, "models": {"N": "1"}, "waiting": {"N": "0"}}}

    def query(self, **_request: Any) -> Any:
        return {"Items": []}


@pytest.mark.parametrize(
    "code", ["ProvisionedThroughputExceededException", "InternalServerError", "ThrottlingException"]
)
def test_a_write_that_is_refused_for_the_stores_own_reasons_is_unavailable(
    unreachable: "DynamoDBClient", code: str
) -> None:
    refused = Ledger("tariff", KnowsEveryVersion(), unreachable)
    with Stubber(unreachable) as stub:
        stub.add_client_error("transact_write_items", code)
        with pytest.raises(StoreUnavailable):
            refused.activate("v1", expected_revision=0, **BY)
        stub.add_client_error("transact_write_items", code)
        with pytest.raises(StoreUnavailable):
            refused.propose(book("v1"), proposal=PLAIN)


@pytest.mark.parametrize(
    ("reasons", "error"),
    [
        (["ConditionalCheckFailed", "None"], VersionExists),
        (["None", "ConditionalCheckFailed"], VersionExists),
        (["TransactionConflict", "ConditionalCheckFailed"], VersionExists),
        (["TransactionConflict", "None"], StoreUnavailable),
        (["ThrottlingError", "None"], StoreUnavailable),
    ],
)
def test_a_cancelled_write_is_a_taken_id_only_when_the_condition_failed(
    unreachable: "DynamoDBClient",
    monkeypatch: pytest.MonkeyPatch,
    reasons: list[str],
    error: type[Exception],
) -> None:
    monkeypatch.setattr("pricing.store.ledger.ATTEMPTS", 1)
    cancelled = Ledger("tariff", KnowsEveryVersion(), unreachable)
    with Stubber(unreachable) as stub:
        stub.add_client_error(
            "transact_write_items",
            "TransactionCanceledException",
            modeled_fields={"CancellationReasons": [{"Code": reason} for reason in reasons]},
        )
        with pytest.raises(error):
            cancelled.propose(book("v1"), proposal=PLAIN)


@pytest.mark.parametrize("gone", ["sha256", "models", "decision", "waiting", "proposed_at"])
def test_a_damaged_row_hides_that_version_and_no_other(
    store_table: StoreTable, repository: Ledger, gone: str
) -> None:
    for version in ("v1", "v2", "v3"):
        repository.propose(book(version), proposal=PLAIN)
    store_table.client.update_item(
        TableName=store_table.name,
        Key={"pk": {"S": "VERSIONS"}, "sk": {"S": "v2"}},
        UpdateExpression="REMOVE #gone",
        ExpressionAttributeNames={"#gone": gone},
    )
    assert [stored.id for stored in repository.versions()] == ["v1", "v3"]
    with pytest.raises(StoreUnavailable, match="the row of a price version"):
        repository.activate("v2", expected_revision=0, **BY)
    assert repository.activate("v3", expected_revision=0, **BY).version == "v3"


def test_rows_of_a_later_release_are_read_without_what_only_it_knows(
    store_table: StoreTable, repository: Ledger
) -> None:
    """During a deployment two releases read each other's rows."""
    pending = QuarantinedField("acme", "rocket", "standard.input", "1", "9", ("x",), "to_zero", "r")
    repository.propose(book("v1"), proposal=Proposal("refresh", "refresh", {}, (pending,)))
    document = {"summary": {}, "quarantined": [{**pending.document(), "code": "new", "more": 1}]}
    content = zlib.compress(canonical_json({**document, "approvals": []}))
    store_table.client.put_item(
        TableName=store_table.name, Item={**proposal_key("v1"), "content": {"B": content}}
    )
    for key in ({"pk": {"S": "VERSIONS"}, "sk": {"S": "v1"}}, HEAD_KEY):
        store_table.client.update_item(
            TableName=store_table.name,
            Key=key,
            UpdateExpression="SET added = :added",
            ExpressionAttributeValues={":added": {"M": {"by": {"S": "a later release"}}}},
        )
    found = repository.proposal("v1")
    assert found is not None
    assert found.quarantined == (replace(pending, code="new"),)
    assert [stored.id for stored in repository.versions()] == ["v1"]
    assert repository.checked_audit()[1] is None
    assert repository.activate("v1", expected_revision=0, **BY).revision == 1
