"""What a subscriber asks of our hub (WebSub, 5.1), checked before anyone is asked anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from bridge.errors import BridgeError
from bridge.store import Store
from bridge.store.subscriptions import Request, Subscribers

LEASE, SHORTEST, LONGEST = 10 * 86400, 300, 30 * 86400
"""Seconds that a subscription lasts when nothing is asked, and at least, and at most."""
SECRET_MAX = 199
ADDRESS_MAX = 2000
SUBSCRIPTIONS_MAX = 10_000
WAITING_MAX = 1000
TOPICS_MAX = 500
"""Different feeds that are followed: each may have to be written at each commit."""
HOST_MAX = 100
HOST_WAITING_MAX = 20


class Refused(BridgeError):
    """A request that the hub does not take; ``status`` is the HTTP status of the answer."""

    def __init__(self, status: int, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.status = status


def ask(store: Store, form: Mapping[str, str], topic_of: Callable[[str], str], home: str) -> None:
    """Note what a subscriber asks; it is then asked to confirm.

    Args:
        form: ``hub.mode``, ``hub.topic``, ``hub.callback``, ``hub.lease_seconds``, ``hub.secret``.
        topic_of: the address of a feed of ours as that feed writes it; empty for any other address.
        home: the public address of the bridge.

    Raises:
        Refused: what is wrong with it.
    """
    request = _read(form, topic_of, home)
    with store.writing() as writing:
        subscribers = Subscribers(writing)
        if not subscribers.known(request.topic, request.callback):
            if request.state == "unsubscribe":
                return  # whoever asks is not told who is subscribed
            _make_room(subscribers, request)
        subscribers.ask(request)


def _read(form: Mapping[str, str], topic_of: Callable[[str], str], home: str) -> Request:
    mode, asked = form.get("hub.mode", ""), form.get("hub.topic", "").strip()
    callback, secret = form.get("hub.callback", "").strip(), form.get("hub.secret", "")
    if mode not in ("subscribe", "unsubscribe"):
        raise Refused(400, "hub.mode doit être « subscribe » ou « unsubscribe ».")
    topic = topic_of(asked) if len(asked) <= ADDRESS_MAX else ""
    if not topic:
        raise Refused(
            404,
            "hub.topic n'est pas un flux de ce pont : ce hub n'annonce que ses propres flux Atom, RSS et JSON Feed.",
            'Donnez l\'adresse que le flux porte en rel="self".',
        )
    host = _host(callback)
    if not host:
        raise Refused(400, "hub.callback doit être une adresse http ou https complète, sans mot de passe ni « # ».")
    if urlsplit(callback).netloc.lower() == urlsplit(home).netloc.lower():
        raise Refused(400, "hub.callback est une adresse de ce pont : il ne s'abonne pas à lui-même.")
    if len(secret.encode()) > SECRET_MAX:
        raise Refused(400, f"hub.secret dépasse {SECRET_MAX} octets.")
    lease = form.get("hub.lease_seconds", "").strip() or str(LEASE)
    if not (lease.isascii() and lease.isdigit() and len(lease) < 16):
        raise Refused(400, "hub.lease_seconds doit être un nombre de secondes.")
    seconds = min(max(int(lease), SHORTEST), LONGEST)
    if mode == "unsubscribe":
        return Request(topic, callback, host, "unsubscribe", asked)
    return Request(topic, callback, host, "subscribe", asked, secret, seconds)


def _host(callback: str) -> str:
    """The host of an address that may be called back; empty for any other."""
    if len(callback) > ADDRESS_MAX or not callback.isprintable() or {" ", "#"} & set(callback):
        return ""
    try:
        parts = urlsplit(callback)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return ""
    return host.rstrip(".") if parts.scheme in ("http", "https") and "@" not in parts.netloc else ""


def _make_room(subscribers: Subscribers, request: Request) -> None:
    room = subscribers.room(request.host)
    if room.host >= HOST_MAX or room.host_waiting >= HOST_WAITING_MAX:
        raise Refused(429, f"« {request.host} » a déjà trop d'abonnements à ce hub, ou trop de demandes en attente.")
    full = room.all >= SUBSCRIPTIONS_MAX or room.waiting >= WAITING_MAX
    if full or (room.topics >= TOPICS_MAX and not subscribers.known(request.topic)):
        raise Refused(503, "Ce hub ne prend plus d'abonnement pour le moment.", "Réessayez plus tard.")
