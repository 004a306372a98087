"""Deliveries: the answers of a feed that the bridge cannot reach, brought by its own site, kept until the next ones.

A delivery is a walk of the feed, part after part: part 1 is what the feed answers to Identify, the next ones what it
answers to ListRecords and to each resumption token. A whole walk tells what is gone; a walk of changes begins where the
bridge says, so that one which is lost, or comes twice, costs nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import delete, func, select, update

from bridge.errors import BridgeError, FetchError
from bridge.instants import shifted
from bridge.record import Request, Response
from bridge.store import Store, cache
from bridge.store.reading import Snapshot
from bridge.store.writing import Writing

PARTS_MAX = 1000
PART_BYTES = 8 << 20
DELIVERY_BYTES = 512 << 20
STALE = timedelta(days=1)
"""After which an unfinished delivery is dropped; and after which a feed that forgets deletions is wanted whole."""
SILENT = timedelta(days=7)
"""After which a site that delivers nothing any more counts as unreachable."""

WalkKind = Literal["whole", "changes"]
_P = cache.pushed.c


class Wanted(NamedTuple):
    """What a site is to deliver: everything, or what changed since an instant (its ``from``)."""

    walk: WalkKind
    since: str = ""


class Part(NamedTuple):
    """One part of a delivery; ``since`` is where a walk of changes begins, empty for a whole one."""

    number: int
    of: int
    walk: WalkKind
    since: str
    body: bytes


class DeliveryError(BridgeError):
    """A part that cannot be taken. ``next`` is the number of the one that can."""

    def __init__(self, message: str, remedy: str = "", next: int = 1) -> None:
        super().__init__(message, remedy)
        self.next = next


class Pushed:
    """The deliveries in a view of the store; ``take`` needs a ``Writing``."""

    def __init__(self, view: Snapshot | Writing) -> None:
        self._connection = view.connection
        self._now = view.datestamp if isinstance(view, Writing) else ""

    def wanted(self, source: str, version: str) -> Wanted:
        """What the source is to deliver, for this version of its mapping."""
        c = cache.source.c
        query = select(c.watermark, c.last_full, c.keeps_deleted).where(c.id == source, c.version == version)
        row = self._connection.execute(query).one_or_none()
        if not row or not (row.watermark and row.last_full):
            return Wanted("whole")
        if not row.keeps_deleted and _age(row.last_full) >= STALE:
            return Wanted("whole")
        return Wanted("changes", row.watermark)

    def take(self, source: str, version: str, part: Part, name: str) -> bool:
        """Keep a part; whether the delivery is now complete, in the place of the one before. Parts come in order; the
        last one that came may come again, and the first one begins anew.

        Args:
            name: tells this delivery from another; that of its first part is kept.

        Raises:
            DeliveryError: it is not the one expected, too much was delivered, or only a whole walk is of use.
        """
        old = shifted(self._now, -STALE)
        self._connection.execute(delete(cache.pushed).where(~_P.whole, _P.at < old))
        coming = (_P.source == source, ~_P.whole)
        if part.number == 1:
            self._accept(self.wanted(source, version), part)
            self._connection.execute(delete(cache.pushed).where(*coming))
            name = f"{self._now} {name}"
        else:
            name = self._following(source, part)
        again = (_P.source == source, _P.delivery == name, _P.part == part.number)
        self._connection.execute(delete(cache.pushed).where(*again))
        row = {"source": source, "delivery": name, "part": part.number, "of": part.of, "walk": part.walk}
        more = {"since": part.since, "at": self._now, "whole": False, "body": part.body}
        self._connection.execute(cache.pushed.insert().values(**row, **more))
        if part.number < part.of:
            return False
        self._connection.execute(delete(cache.pushed).where(_P.source == source, _P.whole))
        self._connection.execute(update(cache.pushed).where(*coming).values(whole=True))
        return True

    def _accept(self, wanted: Wanted, part: Part) -> None:
        if part.walk == "changes" and wanted.walk == "whole":
            raise DeliveryError("Le pont attend la liste entière de cette source.", "Livrez-la avec walk=whole.")
        if part.walk == "changes" and not (part.since and part.since <= wanted.since):
            raise DeliveryError(
                f"Le pont attend ce qui a changé depuis {wanted.since}.", f"Livrez-le avec since={wanted.since}."
            )

    def _following(self, source: str, part: Part) -> str:
        """The name of the delivery that this part goes on."""
        size = func.sum(func.length(_P.body))
        query = select(_P.delivery, _P.of, _P.walk, _P.since, func.max(_P.part).label("last"), size.label("size"))
        query = query.where(_P.source == source, ~_P.whole).group_by(_P.delivery, _P.of, _P.walk, _P.since)
        row = self._connection.execute(query).one_or_none()
        if not row or (row.of, row.walk, row.since) != (part.of, part.walk, part.since):
            raise DeliveryError("Cette partie ne suit aucune livraison commencée.", "Reprenez à la partie 1.")
        if part.number not in (row.last, row.last + 1):
            raise DeliveryError(f"La partie {row.last + 1} de la livraison est attendue.", next=row.last + 1)
        if row.size + len(part.body) > DELIVERY_BYTES:
            raise DeliveryError(f"Cette livraison dépasse {DELIVERY_BYTES >> 20} Mio.", "Reprenez à la partie 1.")
        return str(row.delivery)


class Delivered:
    """The last complete delivery of a source, read as a walk reads a site; never the network. One for each walk.

    Attributes:
        full: the walk must be a whole one.
    """

    def __init__(self, store: Store, source: str) -> None:
        self._store = store
        self._source = source
        self._asked = 0
        with store.snapshot() as snapshot:
            query = select(_P.delivery, _P.of, _P.walk, _P.since, _P.at).where(
                _P.source == source, _P.whole, _P.part == _P.of
            )
            self._delivery = snapshot.connection.execute(query).one_or_none()
        self.full = self._delivery is not None and self._delivery.walk == "whole"

    def get(self, request: Request, *, etag: str = "", last_modified: str = "") -> Response:
        """The next part, whatever is asked.

        Raises:
            FetchError: nothing was delivered, or not lately, or not what this walk needs.
        """
        if self._delivery is None:
            raise FetchError(
                "Cette source livre elle-même son contenu, et n'a encore rien livré.",
                "Sur son site : « Tout renvoyer au pont ».",
            )
        if _age(self._delivery.at) > SILENT:
            raise FetchError(
                f"Cette source livre elle-même son contenu, et n'a rien livré depuis le {self._delivery.at[:10]}.",
                "Vérifiez sur son site que l'extension de Partageons vert est encore active.",
            )
        since = str(request.carry.get("since", ""))
        if self._asked == 0 and self._delivery.walk == "changes" and not (since and since >= self._delivery.since):
            raise FetchError(
                "Cette source n'a livré que ses changements : le pont attend sa liste entière.",
                "Elle l'enverra d'elle-même à son prochain signal.",
            )
        self._asked += 1
        if self._asked > self._delivery.of:
            raise FetchError(
                f"La livraison de cette source s'arrête à la partie {self._delivery.of} : la suite de sa liste manque.",
                "Sur son site : « Tout renvoyer au pont ».",
            )
        with self._store.snapshot() as snapshot:
            named = (_P.source == self._source, _P.delivery == self._delivery.delivery, _P.part == self._asked)
            body = snapshot.connection.scalar(select(_P.body).where(*named))
        if body is None:
            raise FetchError("Une autre livraison est arrivée pendant la lecture.", "La prochaine visite la lira.")
        return Response(request.url, 200, {"content-type": "text/xml; charset=utf-8"}, bytes(body), request.carry)


def _age(instant: str) -> timedelta:
    return datetime.now(UTC) - datetime.fromisoformat(instant)
