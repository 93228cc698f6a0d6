"""Do work once for each key, with Powertools' idempotency on the table.

``<partition>`` / ``RESULT#<hash>``, one item a key, which DynamoDB deletes when it expires. Work
that raises leaves no item behind: corrected, the request may use its key again.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyInconsistentStateError,
    IdempotencyPersistenceLayerError,
    IdempotencyValidationError,
)
from aws_lambda_powertools.utilities.idempotency.serialization.custom_dict import (
    CustomDictSerializer,
)

from pricing.errors import Conflict, InvalidRequest
from pricing.store.writes import writing

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

Answer = TypeVar("Answer")


class InProgress(Conflict):
    """The work for this key has started and not ended yet."""


class Once:
    """Do work once per key, and store its answer. ``client`` is boto3's.

    An answer is kept for ``kept_seconds``. Work that neither answered nor raised (its function was
    ended) may begin again after ``held_seconds``.
    """

    def __init__(
        self, table: str, client: Any, *, partition: str, kept_seconds: int, held_seconds: int
    ) -> None:
        self._store = DynamoDBPersistenceLayer(
            table_name=table,
            boto3_client=client,
            key_attr="pk",
            static_pk_value=partition,
            sort_key_attr="sk",
            expiry_attr="expires_at",
        )
        self._config = IdempotencyConfig(
            event_key_jmespath="key",
            payload_validation_jmespath="request",
            expires_after_seconds=kept_seconds,
            hash_function="sha256",
            lambda_context=cast("LambdaContext", _Holder(held_seconds)),
        )

    def do(
        self,
        key: str,
        request: Mapping[str, Any],
        work: Callable[[], Answer],
        *,
        kept: Callable[[Answer], Any],
        again: Callable[[Any], Answer],
    ) -> Answer:
        """The answer of ``work``; where it was done before, ``again`` of what was ``kept`` of it.

        ``key`` names the caller too, where callers choose their keys. Raises InvalidRequest when
        the key was used for another request, InProgress while that one is not done, Conflict when
        it was refused at this moment, and StoreUnavailable.
        """
        once = idempotent_function(
            lambda **_sent: work(),
            data_keyword_argument="sent",
            persistence_store=self._store,
            config=self._config,
            output_serializer=CustomDictSerializer(kept, again),
            key_prefix="RESULT",
        )
        try:
            answer: Answer = once(sent={"key": key, "request": request})
        except IdempotencyValidationError:
            detail = "was used for another request; use a new one"
            raise InvalidRequest.at("/Idempotency-Key", detail) from None
        except IdempotencyAlreadyInProgressError:
            raise InProgress(
                "The request with this Idempotency-Key is not done yet; wait for it."
            ) from None
        except IdempotencyInconsistentStateError:
            raise Conflict(
                "The request with this Idempotency-Key was just refused; send it again."
            ) from None
        except IdempotencyPersistenceLayerError as error:
            with writing():
                raise error.__cause__ or error from None
        return answer


class _Holder:
    """How long a key is held, in the form in which Powertools asks for it.

    The rest of the function's own time would not do: an effect that may have happened just before
    the function was ended must not be repeated as soon as it is.
    """

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return self._seconds * 1000
