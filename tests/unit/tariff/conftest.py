"""The OpenAPI document, generated once: it takes seconds."""

import pytest

from tests.support.spec import Spec


@pytest.fixture(scope="session")
def spec() -> Spec:
    """The document as it is now; not to be changed by a test."""
    return Spec()
