"""Slack's signature: what slack_sdk signs is accepted, and nothing else ever raises.

Signing secrets are cached, read anew in time for a rotation, and kept while the store is out.
"""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import SignatureVerifier

from pricing.errors import StoreUnavailable
from pricing.slack.signing import SecretsUnavailable, SigningSecrets, is_signed

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = 1_531_420_618
BODY = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&text=estimate+sonnet+2k+in"


def sign(body: bytes = BODY, at: int | str = NOW, secret: str = SECRET) -> str:
    message = f"v0:{at}:".encode() + body
    return "v0=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def check(
    body: bytes = BODY,
    timestamp: object = str(NOW),
    signature: object = None,
    secrets: tuple[str, ...] = (SECRET,),
    now: int = NOW,
) -> bool:
    signature = sign(body, str(timestamp)) if signature is None else signature
    return is_signed(body, timestamp, signature, secrets=secrets, now_seconds=now)


def test_slacks_own_documented_example_is_accepted() -> None:
    # The example on Slack's page about verifying requests.
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2F"
        b"commands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"

    assert check(body, "1531420618", signature)


@given(st.text(max_size=200), st.integers(1, 10**11))
def test_what_slack_sdk_signs_is_accepted(text: str, at: int) -> None:
    body = text.encode(errors="replace")
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=str(at), body=body)

    assert is_signed(body, str(at), signature, secrets=[SECRET], now_seconds=at)


@pytest.mark.parametrize(
    ("skew", "accepted"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)]
)
def test_a_timestamp_may_be_300_seconds_from_now_either_way(skew: int, accepted: bool) -> None:
    assert check(timestamp=str(NOW + skew)) is accepted


def test_either_of_two_secrets_is_accepted_during_a_rotation() -> None:
    new = "0123456789abcdef0123456789abcdef"

    assert check(signature=sign(), secrets=(new, SECRET))
    assert check(signature=sign(secret=new), secrets=(new, SECRET))
    assert not check(signature=sign(secret="another"), secrets=(new, SECRET))


def test_an_empty_secret_signs_nothing() -> None:
    assert not check(signature=sign(secret=""), secrets=("",))
    assert not check(signature=sign(), secrets=())


@pytest.mark.parametrize("at", range(len(BODY)))
def test_one_flipped_bit_of_the_body_is_noticed(at: int) -> None:
    changed = BODY[:at] + bytes([BODY[at] ^ 1]) + BODY[at + 1 :]

    assert not check(changed, signature=sign())


@pytest.mark.parametrize(
    "timestamp",
    [
        *(None, "", "abc", "1.5", "1e9", "-1", "+1531420618", " 1531420618", "1531420618 "),
        *(
            "0x5b47",
            "".join(chr(0xFF10 + int(one)) for one in str(NOW)),
            "1531420618\n",
            "01531420618",
            "9" * 5000,
            1531420618,
        ),
        *(b"1531420618", ["1531420618"], True, "1531420618,1531420618", "1_531_420_618"),
    ],
)
def test_a_timestamp_that_is_not_a_plain_integer_is_refused_without_raising(
    timestamp: object,
) -> None:
    assert check(timestamp=timestamp, signature=sign(at=str(timestamp))) is False


@pytest.mark.parametrize(
    "signature",
    [
        *("", "v0=", "v0=zz", sign()[3:], sign().upper(), "v1" + sign()[2:], sign() + "0"),
        *(sign()[:-1], f"{sign()},{sign()}", "v0=" + "é" * 64, "v0=" + "\ud800" * 64, 7, b"v0="),
        *(sign().encode(), [sign()], " " + sign(), sign() + "\n", "v0=" + "\u0660" * 64),
    ],
)
def test_a_signature_of_any_other_form_is_refused_without_raising(signature: object) -> None:
    assert check(signature=signature) is False


@given(
    st.binary(max_size=100),
    st.none() | st.text() | st.integers() | st.binary(),
    st.none() | st.text() | st.integers() | st.binary(),
)
def test_nothing_at_all_raises_or_is_accepted_by_chance(
    body: bytes, timestamp: object, signature: object
) -> None:
    assert is_signed(body, timestamp, signature, secrets=[SECRET], now_seconds=NOW) is False


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"\x00", "text=é".encode()])
def test_the_raw_bytes_are_what_is_signed(body: bytes) -> None:
    assert check(body)


class Store:
    """A secret store whose value and health a test sets; it counts reads."""

    def __init__(self, value: str) -> None:
        self.value = value
        self.up = True
        self.reads = 0
        self.now = 0.0

    def load(self) -> str:
        self.reads += 1
        if not self.up:
            raise StoreUnavailable("Systems Manager did not answer: TimeoutError")
        return self.value

    def secrets(self) -> SigningSecrets:
        return SigningSecrets(self.load, clock=lambda: self.now)


@pytest.mark.parametrize(
    ("value", "found"),
    [("one", ("one",)), ("new,old", ("new", "old")), (" new\nold ", ("new", "old"))],
)
def test_a_parameter_holds_one_secret_or_two(value: str, found: tuple[str, ...]) -> None:
    assert Store(value).secrets().current() == found


@pytest.mark.parametrize("value", ["", " ", ",", "one two three"])
def test_a_parameter_with_any_other_number_of_them_is_none(value: str) -> None:
    with pytest.raises(SecretsUnavailable):
        Store(value).secrets().current()


def test_secrets_are_read_once_in_five_minutes() -> None:
    store = Store("one")
    secrets = store.secrets()

    assert store.reads == 0
    for now, reads in ((0.0, 1), (299.9, 1), (300.0, 2)):
        store.now = now
        secrets.current()
        assert store.reads == reads


def test_a_wrong_signature_has_them_read_again_but_not_every_time() -> None:
    store = Store("old")
    secrets = store.secrets()
    secrets.current()
    store.value = "new old"

    store.now = 29.9
    assert secrets.changed() == ()
    assert store.reads == 1
    store.now = 30.0
    assert secrets.changed() == ("new", "old")
    assert secrets.changed() == ()
    assert store.reads == 2


def test_secrets_read_before_count_while_the_store_does_not_answer() -> None:
    store = Store("one")
    secrets = store.secrets()
    secrets.current()
    store.up, store.now = False, 301.0

    assert secrets.current() == ("one",)


def test_without_any_secret_the_store_is_asked_every_time() -> None:
    store = Store("one")
    store.up = False
    secrets = store.secrets()
    for _ in range(2):
        with pytest.raises(SecretsUnavailable):
            secrets.current()
    assert store.reads == 2

    store.up = True
    assert secrets.current() == ("one",)
