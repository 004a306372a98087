"""Who may write: people with a name, a password and a role. The first one is made at the command line.

Passwords are kept as scrypt (RFC 7914) with a salt of their own; each hash tells its cost, which can be raised.
A name that does not exist costs as much time as a wrong password: how long an answer takes tells nothing.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
import secrets
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import timedelta
from hmac import compare_digest
from typing import Any, NamedTuple

from bridge.collective import Collective
from bridge.errors import BridgeError
from bridge.instants import from_now, shifted
from bridge.store import Snapshot, Writing
from bridge.store.accounts import Account, Accounts, Attempts

ROLES = {"administrator": 3, "coordinator": 2, "partner": 1}
"""Whoever has a role may do what the lower ones do; a partner, for its own sources only."""
PASSWORD_MIN, PASSWORD_MAX = 12, 1000
NAME = re.compile(r"\w[\w.@' -]{0,58}[\w.]|\w")
SPAN = timedelta(minutes=15)
FAILURES_OF_NAME, FAILURES_OF_ADDRESS = 5, 20


class Cost(NamedTuple):
    """16 MiB for each of five passes: among the pairs that OWASP names as a least."""

    log2_n: int = 14
    r: int = 8
    p: int = 5


COST = Cost()


class TooMany(BridgeError):
    """Too many failures of late: nothing is tried."""


def add(here: Collective, name: str, role: str, sources: Sequence[str], password: str, who: str) -> None:
    """Make an account.

    Raises:
        BridgeError: the name, the role, the sources or the password will not do, or it would be the first account
            without being an administrator's.
    """
    name = _name(name)
    chosen = _sources(here, role, sources)
    hashed = _new(name, password)
    with here.store.writing() as writing:
        accounts = Accounts(writing)
        if accounts.named(name):
            raise BridgeError(f"Le compte « {name} » existe déjà.", "Choisissez un autre nom.")
        if role != "administrator" and not accounts.administrators():
            raise BridgeError("Le premier compte doit être celui d'un administrateur.", "Ajoutez-le d'abord.")
        accounts.add(name, role, chosen, hashed, _stamp())
        writing.journal(who, "account add", name, _json({}))


def set_password(here: Collective, name: str, password: str, who: str) -> Account:
    """Another password: every session of the account ends, and its failures are forgotten. The account as it is then.

    Raises:
        BridgeError: there is no such account, or the password will not do.
    """
    hashed = _new(_name(name), password)
    with here.store.writing() as writing:
        account = find(writing, name)
        Accounts(writing).change(account.id, password=hashed, stamp=_stamp())
        Attempts(writing).forgive(_key(here, "name", account.name.casefold()))
        writing.journal(who, "account password", account.name)
        return find(writing, name)


def set_role(here: Collective, name: str, role: str, sources: Sequence[str], who: str) -> None:
    """Another role, or other sources for a partner.

    Raises:
        BridgeError: there is no such account or role, or no administrator would be left.
    """
    chosen = _sources(here, role, sources)
    with here.store.writing() as writing:
        account = find(writing, name)
        Accounts(writing).change(account.id, role=role, sources=chosen)
        _one_left(writing)
        before = {"role": account.role, "sources": account.sources}
        writing.journal(who, "account role", account.name, _json(before))


def disable(here: Collective, name: str, who: str) -> None:
    """Nobody signs in with it any more, and every session of it ends.

    Raises:
        BridgeError: there is no such account, or no administrator would be left.
    """
    with here.store.writing() as writing:
        account = find(writing, name)
        Accounts(writing).change(account.id, disabled=True, stamp=_stamp())
        _one_left(writing)
        writing.journal(who, "account disable", account.name, _json({"disabled": account.disabled}))


def enable(here: Collective, name: str, who: str) -> None:
    """It may be used again.

    Raises:
        BridgeError: there is no such account.
    """
    with here.store.writing() as writing:
        account = find(writing, name)
        Accounts(writing).change(account.id, disabled=False)
        writing.journal(who, "account enable", account.name, _json({"disabled": account.disabled}))


def remove(here: Collective, name: str, who: str) -> None:
    """The account goes; what it did stays in the journal.

    Raises:
        BridgeError: there is no such account, or no administrator would be left.
    """
    with here.store.writing() as writing:
        account = find(writing, name)
        Accounts(writing).remove(account.id)
        _one_left(writing)
        writing.journal(who, "account remove", account.name)


def sign_in(here: Collective, name: str, password: str, client: str) -> Account | None:
    """The account of this name and password, or None; ``client`` is the address it is asked from.

    Raises:
        TooMany: this name, or this address, failed too often of late. Nothing is tried then, right or wrong.
    """
    by_name, by_address = _key(here, "name", _same(name).casefold()), _key(here, "address", _network(client))
    at = from_now(timedelta(0))
    since = shifted(at, -SPAN)
    with here.store.writing() as writing:
        # Counted before it is tried: many at once are not more than one after the other.
        limits = {by_name: FAILURES_OF_NAME, by_address: FAILURES_OF_ADDRESS}
        allowed = Attempts(writing).take(limits, at, since)
    if not allowed:
        minutes = int(SPAN.total_seconds()) // 60
        raise TooMany("Trop d'essais ont échoué.", f"Réessayez dans {minutes} minutes.")
    with here.store.snapshot() as snapshot:
        account = Accounts(snapshot).named(_same(name))
    right = is_right(password, account.password if account else _nobody())
    if account is None or account.disabled or not right:
        return None
    with here.store.writing() as writing:
        attempts = Attempts(writing)
        attempts.forgive(by_name)
        attempts.give_back(by_address)
    return account


def of_session(here: Collective, id: object, stamp: object) -> Account | None:
    """The account that a session bears, if it is still what it was when the session began."""
    if not (isinstance(id, int) and isinstance(stamp, str)):
        return None
    with here.store.snapshot() as snapshot:
        account = Accounts(snapshot).one(id)
    same = account is not None and compare_digest(account.stamp.encode(), stamp.encode())
    return account if account and same and not account.disabled else None


def may(account: Account, least: str, source: str | None = None) -> bool:
    """Whether an account has this role or a higher one; a partner's, for one of its sources when one is meant."""
    if ROLES[account.role] < ROLES[least]:
        return False
    return account.role != "partner" or source is None or source in account.sources


def find(view: Snapshot | Writing, name: str) -> Account:
    """The account of this name.

    Raises:
        BridgeError: there is none.
    """
    account = Accounts(view).named(_same(name))
    if account is None:
        known = ", ".join(each.name for each in Accounts(view).all()) or "aucun"
        raise BridgeError(f"Aucun compte ne s'appelle « {_same(name)[:60]} ».", f"Comptes : {known}.")
    return account


def generated() -> str:
    """A password nobody has thought of: 20 letters and figures that cannot be taken for one another, in four groups."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


def hashed(password: str, cost: Cost | None = None, salt: bytes = b"") -> str:
    """``scrypt$log2(N)$r$p$salt$hash`` of a password."""
    cost, salt = cost or COST, salt or secrets.token_bytes(16)
    return "$".join(["scrypt", *map(str, cost), _text(salt), _text(_scrypt(password, salt, cost))])


def is_right(password: str, kept: str) -> bool:
    """Whether a password is the one whose hash this is."""
    _, *numbers, salt, wanted = kept.split("$")
    given = _scrypt(password[:PASSWORD_MAX], b64decode(salt), Cost(*map(int, numbers)))
    return compare_digest(given, b64decode(wanted))


def _scrypt(password: str, salt: bytes, cost: Cost) -> bytes:
    n, memory = 1 << cost.log2_n, 1 << 26
    text = _same(password).encode("utf-8", "replace")
    return hashlib.scrypt(text, salt=salt, n=n, r=cost.r, p=cost.p, maxmem=memory, dklen=32)


def _nobody() -> str:
    """The hash that the password of an unknown name is compared with: no password is right, at the usual cost."""
    return "$".join(["scrypt", *map(str, COST), _text(b"\0" * 16), _text(b"\0" * 32)])


def _new(name: str, password: str) -> str:
    """The hash of a password that will do."""
    told = f"Le mot de passe doit avoir au moins {PASSWORD_MIN} caractères"
    if not PASSWORD_MIN <= len(_same(password)) <= PASSWORD_MAX:
        raise BridgeError(f"{told}, et {PASSWORD_MAX} au plus.", "Une phrase de plusieurs mots convient.")
    if len(set(password.casefold())) < 5 or name.casefold() in password.casefold() and len(password) < 2 * len(name):
        raise BridgeError(
            "Ce mot de passe se devine : il répète quelques caractères, ou le nom du compte.",
            "Une phrase de plusieurs mots convient.",
        )
    return hashed(password)


def _name(name: str) -> str:
    name = _same(name)
    if not NAME.fullmatch(name) or name.casefold() == "cli":
        raise BridgeError(
            "Ce nom de compte ne convient pas.", "Attendu : 60 lettres, chiffres, espaces ou . @ ' - au plus."
        )
    return name


def _same(text: str) -> str:
    """One way to write what is read the same (NFC), without the spaces around."""
    return unicodedata.normalize("NFC", text).strip()


def _sources(here: Collective, role: str, sources: Sequence[str]) -> tuple[str, ...]:
    if role not in ROLES:
        raise BridgeError(f"Le rôle « {role} » n'existe pas.", f"Rôles : {', '.join(ROLES)}.")
    known = dict.fromkeys([*here.sources, *here.targets])
    if role != "partner":
        if sources:
            raise BridgeError("Seul un compte « partner » est lié à des sources.", "Enlevez-les, ou changez de rôle.")
        return ()
    if not sources:
        raise BridgeError("Un compte « partner » est lié à une source au moins.", "Dites lesquelles.")
    if unknown := [id for id in sources if id not in known]:
        raise BridgeError(f"La source « {unknown[0]} » n'existe pas.", f"Sources : {', '.join(known) or 'aucune'}.")
    return tuple(dict.fromkeys(sources))


def _one_left(writing: Writing) -> None:
    """Refuse what leaves nobody to let others in; the transaction is given up."""
    if not Accounts(writing).administrators():
        raise BridgeError("Il ne resterait aucun administrateur.", "Faites-en un autre d'abord.")


def _key(here: Collective, kind: str, value: str) -> str:
    """A keyed hash: what was tried, and from where, is not to be read in the database."""
    key = hashlib.blake2b(b"attempts\0" + here.secret).digest()
    return hashlib.blake2b(f"{kind}\0{value}".encode("utf-8", "replace"), key=key, digest_size=16).hexdigest()


def _network(client: str) -> str:
    """The address, or the /64 of an IPv6 one: whoever has one has them all."""
    try:
        address = ipaddress.ip_address(client.partition("%")[0])
    except ValueError:
        return client
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network(f"{address}/64", strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)


def _stamp() -> str:
    return secrets.token_urlsafe(16)


def _text(value: bytes) -> str:
    return b64encode(value).decode()


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
