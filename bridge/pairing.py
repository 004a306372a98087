"""« Rejoindre le réseau »: a site's plugin asks, its own feed proves that it speaks for the site, a person accepts, and
both sides then hold a key that nobody copied.

The plugin keeps a nonce to itself and shows its hash, the challenge, in the description of its feed's Identify:
``<partageons xmlns="https://partageons-vert.org/ns/plugin/1.0" version="…" challenge="…" ping="…" add="…"/>``.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from itertools import chain, islice
from threading import Event
from typing import NamedTuple
from urllib.parse import urlsplit

from bridge import adding
from bridge.collective import Collective
from bridge.errors import BridgeError, ReadError
from bridge.harvest import Fetch
from bridge.instants import from_now
from bridge.meaning.source import Source
from bridge.readers import decode, oai
from bridge.recognise.proposal import Proposal, proposal_toml, proposed_id
from bridge.record import Response
from bridge.store.notices import Notices
from bridge.store.pairings import Pairing, Pairings, Plugins, host_of

NAMESPACE = "https://partageons-vert.org/ns/plugin/1.0"
LOOK_AGAIN = timedelta(days=1)
"""How often a plugin's feed is asked what it says of itself."""
AT_ONCE = 5
FEED_MAX, NONCE_MAX = 1000, 200

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_ADDRESS = re.compile(r"https?://[!-~]+")
_VERSION = re.compile(r"[0-9A-Za-z.+-]{1,40}")
_OAI = "{http://www.openarchives.org/OAI/2.0/}"

log = logging.getLogger(__name__)


class Announced(NamedTuple):
    """What a plugin says of itself in its feed, empty where it says nothing."""

    challenge: str = ""
    ping: str = ""
    version: str = ""
    add: str = ""


def ask(here: Collective, feed: str, challenge: str) -> Pairing:
    """Note that a site asks to join. Nothing is fetched yet, nothing is believed.

    Raises:
        BridgeError: an address or a challenge that is none, or too many askings.
    """
    challenge = challenge.rstrip("=")
    if not _is_address(feed):
        raise BridgeError("« feed » doit être l'adresse complète du flux OAI-PMH de ce site.")
    if not _CHALLENGE.fullmatch(challenge):
        raise BridgeError("« challenge » doit être le SHA-256 d'un nombre tiré au hasard, en base64url.")
    with here.store.writing() as writing:
        return Pairings(writing).ask(feed, challenge)


def proves(pairing: Pairing, nonce: str) -> bool:
    """Whether this is the nonce whose hash the site showed."""
    given = urlsafe_b64encode(hashlib.sha256(nonce[:NONCE_MAX].encode("utf-8", "replace")).digest()).rstrip(b"=")
    return len(nonce) <= NONCE_MAX and hmac.compare_digest(given, pairing.challenge.encode())


def run(here: Collective, fetch: Fetch, stop: Event, pause: float = 1.0) -> None:
    """Verify what is asked until ``stop``, beside the visits: a site that answers slowly must not hold them up."""
    while not stop.wait(pause):
        try:
            verify_all(here, fetch)
            look_again(here, fetch)
        except BridgeError as error:  # a full disk, say: it may pass
            log.error("%s", error)
            stop.wait(30)


def verify_all(here: Collective, fetch: Fetch) -> int:
    """Read the feed of each site that asked; returns how many were looked at."""
    with here.store.snapshot() as snapshot:
        asked = Pairings(snapshot).all("asked")
    for pairing in asked:
        verify(here, pairing, fetch)
    return len(asked)


def verify(here: Collective, pairing: Pairing, fetch: Fetch) -> None:
    """Read the site's feed: the asking becomes verified, or refused for what hinders it."""
    found, said = Announced(), ""
    try:
        found = announced(fetch.get(oai.start(pairing.feed, {})))
        if not found.challenge:
            said = (
                "Le flux de ce site ne montre aucune demande : un cache sert peut-être une ancienne version de la page."
            )
        elif not hmac.compare_digest(found.challenge.encode(), pairing.challenge.encode()):
            said = "Le flux de ce site montre une autre demande que celle qui a été reçue."
    except BridgeError as error:
        said = error.message
    with here.store.writing() as writing:
        pairings, notices = Pairings(writing), Notices(writing)
        for gone in pairings.purge():
            notices.settle("pairing", gone)
        now = pairings.one(pairing.id)
        if now is None or now.state != "asked":
            return
        if said:
            pairings.refuse(pairing.id, said)
            return
        for gone in pairings.verified(pairing, _own(found.ping, pairing.feed), found.version):
            notices.settle("pairing", gone)
        message = f"{pairing.host} demande à rejoindre le réseau. Sa demande est vérifiée ({pairing.id})."
        notices.tell("pairing", pairing.id, message)


def look_again(here: Collective, fetch: Fetch) -> None:
    """Ask the feeds of plugins once a day what they say of themselves."""
    before = from_now(-LOOK_AGAIN)
    with here.store.snapshot() as snapshot:
        known = Plugins(snapshot).all()
    due = [
        source
        for source in here.sources.values()
        if source.kind == "oai" and source.options.get("prefix") == "pv" and not source.pushed
        if source.id not in known or known[source.id].at < before
    ]
    for source in islice(due, AT_ONCE):
        last = known.get(source.id)
        try:
            found = announced(fetch.get(oai.start(source.url, {})))
            said = (_own(found.ping, source.url), found.version, _own(found.add, source.url))
        except BridgeError:  # its visits tell what is wrong; what it said last stays
            said = (last.ping, last.version, last.add) if last else ("", "", "")
        with here.store.writing() as writing:
            Plugins(writing).note(source.id, *said)


def announced(response: Response) -> Announced:
    """What the Identify of a feed says of the plugin that writes it.

    Raises:
        ReadError: it is no OAI-PMH: a page of login or maintenance, a closed API.
    """
    if response.body.lstrip()[:1] in (b"{", b"["):
        raise ReadError(
            "Le site répond un message de son API au lieu de son flux : elle est fermée, ou l'adresse n'est pas bonne."
        )
    root, _ = decode.xml(response)
    if root.tag != f"{_OAI}OAI-PMH":
        raise ReadError("La réponse de ce site n'est pas un flux OAI-PMH.")
    identify = root.find(f"{_OAI}Identify")
    if identify is None:
        raise ReadError("Le flux OAI-PMH de ce site ne dit pas qui il est (Identify).")
    said = identify.find(f"{_OAI}description/{{{NAMESPACE}}}partageons")
    if said is None:
        return Announced()
    challenge, version = said.get("challenge", "").rstrip("="), said.get("version", "")
    return Announced(
        challenge if _CHALLENGE.fullmatch(challenge) else "",
        said.get("ping", ""),
        version if _VERSION.fullmatch(version) else "",
        said.get("add", ""),
    )


def _own(said: str, feed: str) -> str:
    """An address that a plugin says: on its own site, or none."""
    return said if _is_address(said) and host_of(said) == host_of(feed) else ""


def _is_address(text: str) -> bool:
    """Whether this is a whole address of the web, without a password in it."""
    try:
        parts = urlsplit(text)
        named = parts.hostname and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        return False
    return bool(named and not parts.fragment and len(text) <= FEED_MAX and _ADDRESS.fullmatch(text))


def accept(here: Collective, id: str, who: str, fetch: Fetch) -> Source:
    """A person accepts a verified asking: its site becomes a source, or joins the one that it already is. Its feed is
    read once more, so that what the site calls its fields is understood without a line by hand.

    Raises:
        BridgeError: there is no such asking, it is not verified, or its mapping file cannot be written.
    """
    pairing = _known(here, id)
    if pairing.state != "verified":
        raise BridgeError(*_NOT_NOW[pairing.state])
    source = _already(here, pairing.feed) or adding.accept(here, _mapping(here, pairing, fetch), who)
    with here.store.writing() as writing:
        Pairings(writing).accept(pairing, source.id)
        Plugins(writing).note(source.id, pairing.ping, pairing.version, whole=False)
        Notices(writing).settle("pairing", id)
        writing.journal(who, "pairing accept", source.id)
    return source


def refuse(here: Collective, id: str, who: str) -> None:
    """A person refuses an asking.

    Raises:
        BridgeError: there is no such asking, or it was accepted.
    """
    pairing = _known(here, id)
    if pairing.state == "accepted":
        raise BridgeError(*_NOT_NOW["accepted"])
    with here.store.writing() as writing:
        Pairings(writing).refuse(id, "L'équipe du pont n'a pas retenu cette demande.")
        Notices(writing).settle("pairing", id)
        writing.journal(who, "pairing refuse", id)


_NOT_NOW = {
    "asked": ("Cette demande n'est pas encore vérifiée.", "Réessayez dans un instant."),
    "refused": ("Cette demande a été refusée.", "Sur le site : « Rejoindre le réseau », une nouvelle fois."),
    "accepted": ("Cette demande est déjà acceptée.", "Pour y mettre fin : partageons key ID --revoke."),
}


def _known(here: Collective, id: str) -> Pairing:
    with here.store.snapshot() as snapshot:
        pairings = Pairings(snapshot)
        pairing = pairings.one(id)
        if pairing is None:
            waiting = ", ".join(each.id for each in pairings.all("verified"))
            raise BridgeError(f"Aucune demande ne s'appelle « {id} ».", f"Demandes vérifiées : {waiting or 'aucune'}.")
    return pairing


def _already(here: Collective, feed: str) -> Source | None:
    """The source that reads this feed already, or the wiki that it is of: a second one would give each resource twice.
    A signal then makes the wiki be read at once; its mapping file may be changed to read the feed at any time."""
    asked = _bare(feed)
    found = next((each for each in here.sources.values() if each.kind == "oai" and _bare(each.url) == asked), None)
    return found or adding.wiki_of(here, feed)


def _bare(url: str) -> str:
    return re.sub(r"^https?://", "", oai.start(url, {}).url.rstrip("/"))


def _mapping(here: Collective, pairing: Pairing, fetch: Fetch) -> str:
    """The mapping file of a plugin's feed, as ``add`` would propose it; the usual one for a site that cannot be read
    just now: it is known by its host until somebody names it better, and its page shows what is left of its fields."""
    parts = urlsplit(pairing.feed)
    home = f"{parts.scheme}://{parts.netloc}/"
    taken = {path.stem for path in here.settings.mappings.glob("*.toml")} | {*here.sources}
    free = next(id for id in _names(home, pairing.feed) if id not in taken)
    title = (parts.hostname or "").removeprefix("www.")
    found = Proposal(free, "oai", pairing.feed, {"prefix": "pv"}, title, extends="_plugin")
    try:
        read = adding.proposed(here, pairing.feed, fetch)
    except BridgeError as error:
        log.info("%s: %s", pairing.feed, error)
    else:
        if read.extends == found.extends:
            found = read._replace(id=free, url=found.url)
    found = found._replace(home=home)
    # A destination of its own: it is told when what the others share changes.
    return f"{proposal_toml(found)}\n[target]\n"


def _names(home: str, feed: str) -> Iterator[str]:
    """Ids for a source, the shortest first, without end."""
    short = proposed_id(home)
    numbered = (f"{short[:36].rstrip('-')}-{number}" for number in range(2, 1000))
    return chain((short, proposed_id(feed)), numbered)
