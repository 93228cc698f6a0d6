"""Read the version store for the pages about versions; the bundled versions answer without it."""

from pricing.errors import StoreUnavailable
from pricing.store import bundled
from pricing.store.history import VersionHistory
from pricing.store.repository import Pointer
from pricing.versions.proposals import Proposal
from pricing.versions.views import VersionStoreView


class VersionViews:
    """Reads for the pages about versions. They are few, so nothing is cached between calls."""

    def __init__(self, history: VersionHistory | None) -> None:
        self._history = history

    def view(self, *, audited: bool = True) -> VersionStoreView:
        """Read the store's versions and pointer; the bundled versions alone if it does not answer.

        Without ``audited`` the audit is not read, which grows every day.
        """
        books = [book for one in bundled.ids() if (book := bundled.load(one))]
        if self._history is None:
            return VersionStoreView((), books, None, None, (), stale=True)
        try:
            pointer = self._history.active()
            return VersionStoreView(
                stored=self._history.versions(),
                bundled=books,
                active=pointer.version if pointer else None,
                revision=pointer.revision if pointer else 0,
                audit=self._history.audit_rows() if audited else (),
                stale=False,
            )
        except StoreUnavailable:
            return VersionStoreView((), books, None, None, (), stale=True)

    def active(self) -> Pointer | None:
        """The active version; None if there is none, or if the store does not answer."""
        try:
            return self._history.active() if self._history else None
        except StoreUnavailable:
            return None

    def proposal(self, version_id: str) -> Proposal | None:
        """A stored version's proposal; None also if the store does not answer."""
        try:
            return self._history.proposal(version_id) if self._history else None
        except StoreUnavailable:
            return None
