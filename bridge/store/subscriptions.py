"""WebSub, from both sides: who is told when a feed of ours changes; the hubs that tell us of feeds of others.

Addresses, instants and hashes; of what is sent only a hash. A subscriber's secret is what its messages are signed with:
it is kept as it came, shown and logged nowhere.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Literal, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)

from bridge.store.ledger import metadata
from bridge.store.reading import Snapshot
from bridge.store.writing import Writing

State = Literal["active", "subscribe", "unsubscribe", "denied"]
"""An ``active`` subscription; a request that the subscriber has not yet confirmed; one that it must be told is over."""

subscriber = Table(
    "office_subscriber",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("topic", String, nullable=False),
    Column("callback", String, nullable=False),
    Column("host", String, nullable=False),
    Column("state", String, nullable=False),
    # The topic as the subscriber writes it; ``topic`` is as the feed itself does.
    Column("asked", String, nullable=False),
    Column("secret", String, nullable=False, server_default=""),
    # Seconds, and until when: empty for a request.
    Column("lease", Integer, nullable=False, server_default="0"),
    Column("lease_until", String, nullable=False, server_default=""),
    # Of what it was sent last; when it is to be sent what it lacks, empty when it lacks nothing.
    Column("digest", String, nullable=False, server_default=""),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_try", String, nullable=False, server_default=""),
    Column("at", String, nullable=False),
    UniqueConstraint("topic", "callback", "state"),
    Index("office_subscriber_by_next_try", "next_try"),
    Index("office_subscriber_by_host", "host"),
    sqlite_autoincrement=True,  # what is found out about a row that is gone never meets another
)
subscription = Table(
    "office_subscription",
    metadata,
    Column("source", String, primary_key=True),
    Column("hub", String, nullable=False),
    Column("topic", String, nullable=False),
    Column("state", String, nullable=False),
    Column("lease_until", String, nullable=False, server_default=""),
    Column("next_try", String, nullable=False, server_default=""),
    Column("at", String, nullable=False),
)
_B, _P = subscriber.c, subscription.c


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One row of ``office_subscriber``."""

    id: int
    topic: str
    callback: str
    host: str
    state: State
    asked: str
    secret: str = field(repr=False)
    lease: int
    lease_until: str
    digest: str
    attempts: int
    next_try: str
    at: str


@dataclass(frozen=True, slots=True)
class Request:
    """What a subscriber is to be asked or told: the first columns of a row."""

    topic: str
    callback: str
    host: str
    state: State
    asked: str
    secret: str = field(default="", repr=False)
    lease: int = 0


class Room(NamedTuple):
    """How many subscriptions there are: in all, unconfirmed, of a host, unconfirmed of that host; how many topics."""

    all: int
    waiting: int
    host: int
    host_waiting: int
    topics: int


class Subscribers:
    """The subscribers of our feeds, in a view of the store; what writes needs a ``Writing``."""

    def __init__(self, view: Snapshot | Writing) -> None:
        self._connection = view.connection
        self._now = view.datestamp if isinstance(view, Writing) else ""

    def room(self, host: str) -> Room:
        """What is taken already."""
        waiting, here = _B.state != "active", _B.host == host
        counts = [func.count(), *(func.count().filter(c) for c in (waiting, here, here & waiting))]
        row = self._connection.execute(select(*counts, func.count(_B.topic.distinct())).select_from(subscriber)).one()
        return Room(*map(int, row))

    def known(self, topic: str, callback: str = "") -> bool:
        """Whether a topic, or this callback of it, has a subscription or a request for one."""
        where = [_B.topic == topic, *([_B.callback == callback] if callback else [])]
        return self._connection.execute(select(_B.id).where(*where).limit(1)).first() is not None

    def ask(self, request: Request) -> None:
        """Note a request, in the place of any other that waits for the same callback."""
        same = (_B.topic == request.topic, _B.callback == request.callback, _B.state != "active")
        self._connection.execute(delete(subscriber).where(*same))
        moment = {"next_try": self._now, "at": self._now}
        self._connection.execute(subscriber.insert().values(**asdict(request), **moment))

    def hosts(self, clock: str) -> list[tuple[str, bool]]:
        """The hosts that have something to be sent now, and whether it is the content of a feed; those whose last
        messages arrived come first."""
        active = _B.state == "active"
        query = select(_B.host, active).where(_due(clock)).group_by(_B.host, active).order_by(func.min(_B.attempts))
        return [(host, bool(content)) for host, content in self._connection.execute(query)]

    def due(self, clock: str, host: str, content: bool) -> list[Subscriber]:
        """What is to be sent to a host now: a feed's content, or questions."""
        kind = _B.state == "active" if content else _B.state != "active"
        query = select(subscriber).where(_due(clock), _B.host == host, kind).order_by(_B.next_try, _B.id)
        return [Subscriber(*row) for row in self._connection.execute(query)]

    def topics(self) -> list[str]:
        """The topics that have subscribers."""
        return list(self._connection.scalars(select(_B.topic).where(_B.state == "active").distinct()))

    def behind(self, topic: str, digest: str) -> bool:
        """Whether a subscriber that nothing is planned for has not had this content."""
        return self._connection.execute(select(_B.id).where(*_behind(topic, digest)).limit(1)).first() is not None

    def changed(self, topic: str, digest: str) -> None:
        """A topic has this content now: whoever has another is to be sent it. Those whose messages do not arrive keep
        the moment of their next try."""
        self._connection.execute(update(subscriber).where(*_behind(topic, digest)).values(next_try=self._now))

    def confirmed(self, asked: Subscriber, digest: str, lease_until: str) -> None:
        """The subscriber wants what it asked for: begin, renew or end. Nothing if it has asked something else since."""
        request = delete(subscriber).where(_B.id == asked.id)
        if not self._connection.execute(request).rowcount:
            return
        active = (_B.topic == asked.topic, _B.callback == asked.callback, _B.state == "active")
        if asked.state == "unsubscribe":
            self._connection.execute(delete(subscriber).where(*active))
            return
        said = {"secret": asked.secret, "asked": asked.asked, "lease": asked.lease, "lease_until": lease_until}
        renewal = update(subscriber).where(*active).values(**said, attempts=0, at=self._now)
        if self._connection.execute(renewal).rowcount:
            return
        where = {"topic": asked.topic, "callback": asked.callback, "host": asked.host, "state": "active"}
        self._connection.execute(subscriber.insert().values(**where, **said, digest=digest, at=self._now))

    def delivered(self, id: int, digest: str) -> None:
        """It has this content."""
        values = {"digest": digest, "attempts": 0, "next_try": ""}
        self._connection.execute(update(subscriber).where(_B.id == id).values(values))

    def put_off(self, id: int, attempts: int, next_try: str) -> None:
        """It is tried again later."""
        values = {"attempts": attempts, "next_try": next_try}
        self._connection.execute(update(subscriber).where(_B.id == id).values(values))

    def deny(self, id: int) -> None:
        """End a subscription or refuse a request; the subscriber is told once."""
        row = self._connection.execute(select(subscriber).where(_B.id == id)).one_or_none()
        if row:
            self.ask(Request(row.topic, row.callback, row.host, "denied", row.asked))
            self.end(id)

    def end(self, id: int) -> None:
        """Forget a subscription, or a request."""
        self._connection.execute(delete(subscriber).where(_B.id == id))

    def overdue(self, clock: str) -> bool:
        """Whether the lease of a subscription is over."""
        return self._connection.execute(select(_B.id).where(*_over(clock)).limit(1)).first() is not None

    def expire(self, clock: str) -> None:
        """Forget those whose lease is over."""
        self._connection.execute(delete(subscriber).where(*_over(clock)))


def _due(clock: str) -> ColumnElement[bool]:
    live = or_(_B.state != "active", _B.lease_until > clock)
    return and_(_B.next_try != "", _B.next_try <= clock, live)


def _behind(topic: str, digest: str) -> tuple[ColumnElement[bool], ...]:
    return _B.topic == topic, _B.state == "active", _B.next_try == "", _B.digest != digest


def _over(clock: str) -> tuple[ColumnElement[bool], ...]:
    return _B.state == "active", _B.lease_until <= clock


class Subscription(NamedTuple):
    """One row of ``office_subscription``: ``state`` is ``wanted``, ``asked``, ``active`` or ``refused``; ``next_try``
    when the hub is asked, or asked again."""

    source: str
    hub: str
    topic: str
    state: str
    lease_until: str
    next_try: str
    at: str


class Subscriptions:
    """Our subscriptions to the hubs that sources name, in a view of the store; what writes needs a ``Writing``."""

    def __init__(self, view: Snapshot | Writing) -> None:
        self._connection = view.connection
        self._now = view.datestamp if isinstance(view, Writing) else ""

    def of(self, source: str) -> Subscription | None:
        """What is known of a source's hub."""
        row = self._connection.execute(select(subscription).where(_P.source == source)).one_or_none()
        return Subscription(*row) if row else None

    def note(self, source: str, hub: str, topic: str) -> None:
        """What a visit found the source to say of its hub. Nothing said (a feed that had not changed was not read
        again) changes nothing: a hub that is no longer named ends with its lease."""
        before = self.of(source)
        if not hub or not topic or (before and (before.hub, before.topic) == (hub, topic)):
            return
        self.end(source)
        values = {"source": source, "hub": hub, "topic": topic, "state": "wanted"}
        self._connection.execute(subscription.insert().values(**values, next_try=self._now, at=self._now))

    def due(self, clock: str) -> list[Subscription]:
        """Those whose hub is to be asked now."""
        query = select(subscription).where(_P.next_try <= clock).order_by(_P.next_try)
        return [Subscription(*row) for row in self._connection.execute(query)]

    def asking(self, one: Subscription, again: str) -> bool:
        """The hub is about to be asked; ``again`` is when, if it stays silent. False when the source has left it."""
        state = "active" if one.state == "active" and one.lease_until > self._now else "asked"
        return self._set(one, state=state, next_try=again)

    def unanswered(self, one: Subscription) -> None:
        """The request was not taken. A lease that it would have renewed goes on, as one that began meanwhile does."""
        same = (_P.source == one.source, _P.hub == one.hub, _P.topic == one.topic, _P.state == "asked")
        self._connection.execute(update(subscription).where(*same).values(state="refused", lease_until=""))

    def active(self, one: Subscription, lease_until: str, renewal: str) -> bool:
        """The hub has begun or renewed the subscription."""
        return self._set(one, state="active", lease_until=lease_until, next_try=renewal)

    def refused(self, one: Subscription, again: str) -> bool:
        """The hub says that it does not tell, or no longer."""
        return self._set(one, state="refused", lease_until="", next_try=again)

    def end(self, source: str) -> None:
        """Forget it; its hub learns so at its next message."""
        self._connection.execute(delete(subscription).where(_P.source == source))

    def sources(self) -> list[str]:
        """The sources whose hub is known."""
        return list(self._connection.scalars(select(_P.source)))

    def _set(self, one: Subscription, **values: str) -> bool:
        same = (_P.source == one.source, _P.hub == one.hub, _P.topic == one.topic)
        return bool(self._connection.execute(update(subscription).where(*same).values(**values, at=self._now)).rowcount)
