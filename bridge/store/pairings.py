"""Sites that ask to join by themselves, and what a source's plugin says of itself: addresses, hashes and instants."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import delete, select, update

from bridge.errors import BridgeError
from bridge.instants import shifted
from bridge.store import office
from bridge.store.reading import Snapshot
from bridge.store.writing import Writing

ASKED_MAX = 20
"""Askings that wait to be verified, in all."""
VERIFIED_MAX = 100
REFUSED_MAX = 100
KEPT = timedelta(days=7)
"""How long an asking that nobody accepts is kept."""

State = Literal["asked", "verified", "refused", "accepted"]
_P, _G = office.pairing.c, office.plugin.c


class Pairing(NamedTuple):
    """One asking. ``said`` is one sentence, what hinders it; ``source`` is empty until it is accepted."""

    id: str
    feed: str
    challenge: str
    state: State
    said: str
    source: str
    ping: str
    version: str
    at: str

    @property
    def host(self) -> str:
        return host_of(self.feed)


_COLUMNS = [office.pairing.c[name] for name in Pairing._fields]


class Plugin(NamedTuple):
    """What a source's plugin says of itself; ``ping`` is empty when it does not want to be told, ``add`` when only its
    own people add to it; ``at`` when it is to be asked."""

    source: str
    ping: str
    version: str
    at: str
    add: str = ""


class TooManyError(BridgeError):
    """More askings than a coordinator could look at."""


class Pairings:
    """The askings in a view of the store; what changes them needs a ``Writing``."""

    def __init__(self, view: Snapshot | Writing) -> None:
        self._connection = view.connection
        self._now = view.datestamp if isinstance(view, Writing) else ""

    def all(self, *states: State) -> list[Pairing]:
        """Those in these states, or all; oldest first."""
        query = select(*_COLUMNS).order_by(_P.at, _P.id)
        if states:
            query = query.where(_P.state.in_(states))
        return [Pairing(*row) for row in self._connection.execute(query)]

    def one(self, id: str) -> Pairing | None:
        row = self._connection.execute(select(*_COLUMNS).where(_P.id == id)).one_or_none()
        return Pairing(*row) if row else None

    def ask(self, feed: str, challenge: str) -> Pairing:
        """Note an asking. One host has one that waits to be verified; asked again, it is the same.

        Raises:
            TooManyError: another one waits for this host, or too many wait for others.
        """
        waiting = self.all("asked")
        for pairing in waiting:
            if (pairing.feed, pairing.challenge) == (feed, challenge):
                return pairing
        host = host_of(feed)
        if any(pairing.host == host for pairing in waiting):
            raise TooManyError("Une demande de ce site est déjà en cours.", "Réessayez dans une minute.")
        verified = self.all("verified")
        elsewhere = [pairing for pairing in verified if pairing.host != host]
        if len(waiting) >= ASKED_MAX or len(elsewhere) >= VERIFIED_MAX:
            raise TooManyError("Trop de sites demandent à rejoindre le réseau en ce moment.", "Réessayez plus tard.")
        refused = self.all("refused")
        old = [pairing.id for pairing in refused if pairing.host == host]
        old += [pairing.id for pairing in refused[: max(0, len(refused) - REFUSED_MAX + 1)]]
        self._drop(old)
        asked = Pairing(secrets.token_hex(8), feed, challenge, "asked", "", "", "", "", self._now)
        self._connection.execute(office.pairing.insert().values(asked._asdict()))
        return asked

    def verified(self, pairing: Pairing, ping: str, version: str) -> list[str]:
        """Its site shows the challenge. The one that was verified before for its host is dropped; returns its id."""
        older = [each.id for each in self.all("verified") if each.host == pairing.host and each.id != pairing.id]
        self._drop(older)
        self._set(pairing.id, state="verified", said="", ping=ping, version=version)
        return older

    def refuse(self, id: str, said: str) -> None:
        """It is refused, for this reason."""
        self._set(id, state="refused", said=said)

    def accept(self, pairing: Pairing, source: str) -> None:
        """It is accepted as this source, whose earlier pairing no longer gives any key."""
        self._connection.execute(delete(office.pairing).where(_P.source == source, _P.id != pairing.id))
        self._set(pairing.id, state="accepted", said="", source=source)

    def purge(self) -> list[str]:
        """Drop what nobody accepted for too long; returns the ids."""
        old = shifted(self._now, -KEPT)
        gone = [pairing.id for pairing in self.all("asked", "verified", "refused") if pairing.at < old]
        self._drop(gone)
        return gone

    def _set(self, id: str, **values: str) -> None:
        self._connection.execute(update(office.pairing).where(_P.id == id).values(values))

    def _drop(self, ids: Sequence[str]) -> None:
        self._connection.execute(delete(office.pairing).where(_P.id.in_(ids)))


class Plugins:
    """What plugins say of themselves, by source; ``note`` needs a ``Writing``."""

    def __init__(self, view: Snapshot | Writing) -> None:
        self._connection = view.connection
        self._now = view.datestamp if isinstance(view, Writing) else ""

    def all(self) -> dict[str, Plugin]:
        rows = self._connection.execute(select(*(office.plugin.c[name] for name in Plugin._fields)))
        return {row.source: Plugin(*row) for row in rows}

    def note(self, source: str, ping: str, version: str, add: str = "", *, whole: bool = True) -> None:
        """Keep what was said now; when it is not ``whole``, the plugin is to be asked soon."""
        self._connection.execute(delete(office.plugin).where(_G.source == source))
        row = Plugin(source, ping, version, self._now if whole else "", add)
        self._connection.execute(office.plugin.insert().values(row._asdict()))


def host_of(address: str) -> str:
    """The host and port of an address, lower case."""
    return urlsplit(address).netloc.lower()
