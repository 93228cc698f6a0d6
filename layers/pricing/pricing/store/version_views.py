"""The version store as the catalogue shows it, with the bundled versions behind it."""

from pricing.errors import StoreUnavailable
from pricing.store import bundled
from pricing.store.records import Records
from pricing.versions.proposals import Proposal
from pricing.versions.views import VersionStoreView


class Shelves:
    """Reads for the pages about versions. They are few, so nothing is kept between calls."""

    def __init__(self, records: Records | None) -> None:
        self._records = records

    def shelf(self, *, audited: bool = True) -> VersionStoreView:
        """What is known of the store; the bundled versions alone while it does not answer.

        Not ``audited``, it spares the audit, the one thing in it that grows every day.
        """
        books = [book for one in bundled.ids() if (book := bundled.load(one))]
        if self._records is None:
            return VersionStoreView((), books, None, None, (), stale=True)
        try:
            pointer = self._records.active()
            return VersionStoreView(
                stored=self._records.versions(),
                bundled=books,
                active=pointer.version if pointer else None,
                revision=pointer.revision if pointer else 0,
                audit=self._records.audit_rows() if audited else (),
                stale=False,
            )
        except StoreUnavailable:
            return VersionStoreView((), books, None, None, (), stale=True)

    def active(self) -> str | None:
        """The active version's id now; None when there is none, or the store does not say."""
        try:
            pointer = self._records.active() if self._records else None
        except StoreUnavailable:
            return None
        return pointer.version if pointer else None

    def proposal(self, version_id: str) -> Proposal | None:
        """What a stored version was proposed with; None also when the store does not answer."""
        try:
            return self._records.proposal(version_id) if self._records else None
        except StoreUnavailable:
            return None
