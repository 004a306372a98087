"""A batch of articles at a target that holds copies: each one remembered as it is written."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property, partial
from threading import Event
from typing import NamedTuple
from urllib.parse import urlsplit

from bridge.collective import Collective
from bridge.delivering.selecting import feed_of
from bridge.errors import FetchError
from bridge.fetch.guard import Guard
from bridge.meaning.target import Copy, Push, Target, host_of
from bridge.push import Closed, Refused, Send, copies, wordpress, yeswiki
from bridge.push.wordpress import WordPress
from bridge.push.yeswiki import YesWiki
from bridge.record import Entry
from bridge.store import Writing
from bridge.store.copies import Copies, tell_proposals
from bridge.store.deliveries import Deliveries
from bridge.store.notices import Notices


class Done(NamedTuple):
    """What was done, or would be: ``act`` is ``ping``, ``live`` or ``withdrawn`` (told in a message), ``create``,
    ``update``, ``withdraw``, ``edited``, ``removed`` (see ``push.copies``), ``refused``, ``failed`` or ``stopped``;
    ``said`` is why, or what would change."""

    target: str
    act: str
    record: str = ""
    said: str = ""


class Articles:
    """The articles of one target."""

    def __init__(self, here: Collective, send: Send, target: Target, stop: Event) -> None:
        self._here, self._send, self._target, self._stop = here, send, target, stop

    def would(self, entry: Entry, copy: Copy) -> Done | None:
        """What would be done, after a look at what is there; None for nothing.

        Raises:
            Closed, FetchError: see ``push.ask``.
        """
        try:
            planned = copies.plan(self.site, entry, copy)
        except Refused as error:
            return Done(self._target.id, "refused", entry.id, str(error))
        if not planned.act or (planned.same and copy.state == "live"):
            return None
        told = ""
        if planned.there and planned.act in ("update", "edited"):
            found = copies.differences(self.site, planned.there.fields, planned.fields)
            told = ", ".join(dict.fromkeys(each.label for each in found)) if entry.record else ""
        return Done(self._target.id, planned.act, entry.id, told)

    def deliver(self, entries: Sequence[Entry], done: list[Done]) -> bool:
        """Write these articles, and say in ``done`` what was; False when the program ends before.

        One that the site cannot take does not hold up the others; two in a row, and it is the site that is in trouble.

        Raises:
            Closed, FetchError: see ``push.ask``.
        """
        with self._here.store.snapshot() as snapshot:
            deliveries = Deliveries(snapshot)
            held = Copies(snapshot).of(self._target.id, [entry.id for entry in entries])
            dead = {each.only for each in deliveries.deliveries(self._target.id, "dead")}
        failed: FetchError | None = None
        row = 0
        for entry in entries:
            if self._stop.is_set():
                return False
            said = ""
            try:
                act = copies.deliver(self.site, entry, held.get(entry.id, Copy()), partial(self._keep, entry.id))
            except Refused as error:
                act, said = "refused", str(error)
            except FetchError as error:
                if error.status is None or error.status == 429 or row:
                    raise
                failed, row = error, row + 1
                continue
            row = 0
            if said or entry.id in dead:
                self._note(entry.id, said)
            done += [Done(self._target.id, act, entry.id, said)] if act else []
        if failed:
            raise failed
        return True

    def _note(self, record: str, said: str) -> None:
        """A record was refused, or is no longer."""
        with self._here.store.writing() as writing:
            deliveries = Deliveries(writing)
            deliveries.revived(self._target.id, record)
            if said and (changed := deliveries.one(record)):
                deliveries.dead(self._target.id, record, changed.place, said)
            tell(writing, self._target.id)

    def _keep(self, record: str, copy: Copy) -> None:
        with self._here.store.writing() as writing:
            Copies(writing).keep(self._target.id, record, copy)
            tell_proposals(writing, self._target.id)

    @cached_property
    def site(self) -> copies.Site:
        push, feed = self._target.push, feed_of(self._here, self._target)
        assert push
        if push.to == "wordpress":
            return WordPress(self._send, push, self._password(push), feed)
        return YesWiki(self._send, push, self._password(push), self._target.form, feed)

    def _password(self, push: Push) -> str:
        """The secret that the environment holds for this target, and for no other site.

        Raises:
            Closed: there is none, or it would be heard on the way.
        """
        id, name, parts = self._target.id, push.password, urlsplit(push.url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        if parts.scheme != "https" and not Guard(self._here.settings.allow_hosts).lists(parts.hostname or "", port):
            raise Closed(f"Le mot de passe de « {id} » ne part pas sans chiffrement.", "Donnez une adresse en https.")
        others = (other.push for other in self._here.targets.values())
        if any(other and other.password == name and host_of(other.url) != host_of(push.url) for other in others):
            raise Closed(f"{name} est nommée pour deux sites : elle ne part chez aucun.", "Une variable par site.")
        if not (found := os.environ.get(name, "")):
            raise Closed(
                f"La variable {name} est vide : le mot de passe de « {id} » est inconnu.",
                "Donnez-la au service (EnvironmentFile de systemd), puis relancez-le.",
            )
        return found


def tell(writing: Writing, target: str) -> None:
    """Tell, or no longer, that something does not arrive at a target."""
    deliveries, notices = Deliveries(writing), Notices(writing)
    known, dead = deliveries.known(target), deliveries.deliveries(target, "dead")
    if known and known.stopped:
        notices.tell("dead", target, f"Plus rien ne part chez « {target} » : {known.stopped}")
    elif dead:
        told = f"{len(dead)} envoi(s) à « {target} » n'ont pas abouti : partageons deliveries --replay all les refait."
        notices.tell("dead", target, told)
    else:
        notices.settle("dead", target)


def address_of(push: Push, remote: str) -> str:
    """The page of an article, for people."""
    if push.to == "wordpress":
        return wordpress.address(push.url, remote)
    return yeswiki.address(push.url, remote)
