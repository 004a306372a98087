"""Signed messages: another implementation reads ours and we read its; keys that turn, end and come back."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from standardwebhooks import Webhook, WebhookVerificationError

from bridge.collective import Collective
from bridge.config import load
from bridge.errors import StoreError
from bridge.signing import SignatureError, check, key_of, shown, signed
from bridge.store.keys import Keys, office_key

BODY = b'{"type": "changed", "since": "2026-11-24T10:00:00Z", "mot": "\xc3\xa9tang"}'
KEY = key_of(b"secret du pont", "cpie", 1)


def seconds() -> int:
    return int(datetime.now(UTC).timestamp())


def test_another_implementation_verifies_what_we_sign():
    headers = signed([KEY], BODY, seconds())
    assert Webhook(shown(KEY)).verify(BODY, headers)["type"] == "changed"
    with pytest.raises(WebhookVerificationError):
        Webhook(shown(KEY)).verify(BODY + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(shown(key_of(b"secret du pont", "cpie", 2))).verify(BODY, headers)


def test_we_verify_what_another_implementation_signs():
    at = seconds()
    moment = datetime.fromtimestamp(at, UTC)
    headers = {
        "Webhook-Id": "msg_2abc",
        "Webhook-Timestamp": str(at),
        "Webhook-Signature": Webhook(shown(KEY)).sign("msg_2abc", moment, BODY.decode()),
    }
    assert check([KEY], headers, BODY, at) == "msg_2abc"


def test_a_receiver_that_knows_one_of_two_keys_reads_what_both_signed():
    old, new = KEY, key_of(b"secret du pont", "cpie", 2)
    headers = signed([new, old], BODY, seconds(), "msg_1")
    for key in (old, new):
        Webhook(shown(key)).verify(BODY, headers)
        assert check([key], headers, BODY, seconds()) == "msg_1"


def test_each_message_has_an_identifier_of_its_own_and_a_new_try_keeps_it():
    at = seconds()
    assert signed([KEY], BODY, at)["webhook-id"] != signed([KEY], BODY, at)["webhook-id"]
    assert signed([KEY], BODY, at, "msg_7") == signed([KEY], BODY, at, "msg_7")


@pytest.mark.parametrize("skew", [-301, 301, -86_400, 10**9])
def test_a_signature_of_another_time_is_refused(skew):
    with pytest.raises(SignatureError, match="5 minutes"):
        check([KEY], signed([KEY], BODY, 1_800_000_000 + skew), BODY, 1_800_000_000)


@pytest.mark.parametrize("skew", [-300, -1, 0, 300])
def test_clocks_may_be_five_minutes_apart(skew):
    assert check([KEY], signed([KEY], BODY, 1_800_000_000 + skew, "m"), BODY, 1_800_000_000) == "m"


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "msg_2"},
        {"webhook-timestamp": "1800000001"},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1," + b64encode(bytes(32)).decode()},
        {"webhook-signature": "v1,é\udce9"},
        {"webhook-signature": "v2,"},
        {"webhook-signature": ""},
        {"webhook-id": ""},
        {"webhook-id": "x" * 200},
        {"webhook-id": "msg\n1"},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "1800000000.0"},
        {"webhook-timestamp": "-1800000000"},
        {"webhook-timestamp": "٠" * 10},
        {"webhook-timestamp": "9" * 5000},
    ],
)
def test_what_was_touched_is_refused(change):
    headers = signed([KEY], BODY, 1_800_000_000, "msg_1") | change
    with pytest.raises(SignatureError):
        check([KEY], headers, BODY, 1_800_000_000)


def test_one_signature_never_does_for_two_messages():
    """Where the identifier ends is a full stop: it may not hold one."""
    headers = signed([KEY], b"x.corps", 1_800_000_000, "msg")
    moved = headers | {"webhook-id": "msg.1800000000"}
    for body in (b"corps", b"x.corps"):
        with pytest.raises(SignatureError):
            check([KEY], moved, body, 1_800_000_000)
    with pytest.raises(SignatureError):
        check([KEY], signed([KEY], BODY, 1_800_000_000, "a.b"), BODY, 1_800_000_000)


def test_without_any_key_nothing_is_right():
    with pytest.raises(SignatureError):
        check([], signed([KEY], BODY, 1_800_000_000), BODY, 1_800_000_000)
    with pytest.raises(SignatureError):
        check([], signed([], BODY, 1_800_000_000), BODY, 1_800_000_000)


def test_many_signatures_are_not_all_looked_at():
    headers = signed([KEY], BODY, 1_800_000_000)
    headers["webhook-signature"] = "v1,AAAA " * 5000 + headers["webhook-signature"]
    with pytest.raises(SignatureError):
        check([KEY], headers, BODY, 1_800_000_000)


def test_no_error_tells_a_key_or_a_signature():
    headers = signed([KEY], BODY, 1_800_000_000, "msg_1")
    expected = headers["webhook-signature"]
    with pytest.raises(SignatureError) as refused:
        check([KEY], headers | {"webhook-signature": "v1,AAAA"}, BODY, 1_800_000_000)
    assert expected[3:] not in str(refused.value) and shown(KEY)[6:] not in str(refused.value)


def test_keys_differ_by_partner_by_version_and_by_bridge():
    keys = {key_of(secret, id, n) for secret in (b"a", b"b") for id in ("x", "x/1", "y") for n in (1, 2, 11)}
    assert len(keys) == 18 and {len(key) for key in keys} == {32}


def test_a_partner_never_heard_of_has_the_first_version_of_its_key(collective):
    assert collective.keys("cpie") == [key_of(collective.secret, "cpie", 1)]


def aged(here: Collective, id: str, hours: float) -> None:
    at = (datetime.now(UTC) - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
    with here.store.writing() as writing:
        writing.connection.execute(update(office_key).where(office_key.c.id == id).values(at=at))


def test_two_keys_are_valid_for_a_day_after_a_rotation(collective):
    with collective.store.writing() as writing:
        assert Keys(writing).rotate("cpie") == 2
    assert collective.keys("cpie") == [key_of(collective.secret, "cpie", n) for n in (2, 1)]
    aged(collective, "cpie", 23.9)
    assert len(collective.keys("cpie")) == 2
    aged(collective, "cpie", 24.1)
    assert collective.keys("cpie") == [key_of(collective.secret, "cpie", 2)]


def test_a_key_is_revoked_for_good_in_every_process_at_once(collective, tmp_path):
    other = Collective(load(tmp_path, {"PARTAGEONS_BASE_URL": "https://pont.exemple.fr/"}))
    try:
        assert other.keys("cpie") == collective.keys("cpie") != []
        with collective.store.writing() as writing:
            Keys(writing).rotate("cpie")
            Keys(writing).revoke("cpie")
        assert other.keys("cpie") == []
        assert other.keys("autre") != []
        with other.store.writing() as writing:
            Keys(writing).rotate("cpie")
        assert collective.keys("cpie") == [key_of(collective.secret, "cpie", 3)]
    finally:
        other.close()


def test_what_was_done_to_a_key_can_be_undone_and_no_version_is_given_twice(collective):
    with collective.store.writing() as writing:
        keys = Keys(writing)
        keys.rotate("cpie")
        keys.restore("cpie", 1)
        assert keys.versions("cpie") == (1, 2)
        keys.revoke("cpie")
        keys.restore("cpie", 1)
        assert keys.versions("cpie") == (1,)
        assert keys.rotate("cpie") == 3
        for never in (0, 4):
            with pytest.raises(StoreError):
                keys.restore("cpie", never)


def test_nothing_secret_is_in_the_database(collective, tmp_path):
    with collective.store.writing() as writing:
        Keys(writing).rotate("cpie")
    held = b"".join(file.read_bytes() for file in (tmp_path / "var").glob("partageons.sqlite*"))
    assert b"office_key" in held
    for key in collective.keys("cpie"):
        assert key not in held and shown(key).encode() not in held
