"""``/coordination``: what waits for a person, the most urgent first; the journal, and the way back; keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response as Answer

from bridge import delivering, pairing, undoing
from bridge.errors import BridgeError
from bridge.instants import from_now
from bridge.refresh import fetcher
from bridge.signing import shown
from bridge.store.copies import Copies
from bridge.store.deliveries import Deliveries, Delivery
from bridge.store.journal import Journal
from bridge.store.notices import Notice, Notices
from bridge.store.pairings import Pairings
from bridge.store.reading import Snapshot
from bridge.web import facts, sources
from bridge.web.coordination import allowed, door, may, me, signed_in
from bridge.web.current import collective, to

blueprint = Blueprint("desk", __name__)

PER_PAGE = 100
ACTS = {
    "accept": _l("Mot compris"),
    "add": _l("Source ajoutée"),
    "assign": _l("Champ rangé"),
    "deliver": _l("Envoi fait à la main"),
    "distinct": _l("Fiche qui n’est pas une copie"),
    "forget": _l("Source oubliée"),
    "oppose": _l("Fiche retirée à la demande d’une personne"),
    "pairing accept": _l("Site accepté dans le réseau"),
    "pairing refuse": _l("Demande d’un site refusée"),
    "proposal": _l("Proposition close"),
    "proposal keep": _l("Version du destinataire gardée"),
    "proposal replace": _l("Version du destinataire remplacée"),
    "refuse": _l("Disparitions refusées : fiches gardées"),
    "release": _l("Disparitions confirmées : fiches retirées"),
    "wipe": _l("Copies vidées"),
    "replay": _l("Envois relancés"),
    "seen": _l("Avis vu"),
    "account add": _l("Compte fait"),
    "account disable": _l("Compte fermé"),
    "account enable": _l("Compte rouvert"),
    "account password": _l("Mot de passe changé"),
    "account remove": _l("Compte supprimé"),
    "account role": _l("Rôle changé"),
    "key revoke": _l("Clé révoquée"),
    "key rotate": _l("Clé renouvelée"),
}
ROLES = {
    "administrator": _l("administrateur"),
    "coordinator": _l("coordinateur"),
    "partner": _l("partenaire"),
}
_ONE_BY_ONE = ("held", "pairing", "dead", "proposal", "unreachable")
"""Notices of what the desk shows by itself; settled by what ends it, not by being seen."""


class Held(NamedTuple):
    """A source that keeps records its site no longer lists, too many at once; since when, when that is known."""

    source: str
    title: str
    size: int
    since: str


class Dead(NamedTuple):
    """What a target did not take, and why, in the words of the last failure."""

    target: str
    title: str
    size: int
    said: str
    since: str


class Trouble(NamedTuple):
    """A source that is not read as it should be."""

    source: str
    title: str
    sentence: str


@blueprint.get("/coordination")
def desk() -> str:
    """What waits for whoever is signed in; the door for the others."""
    if signed_in() is None:
        return door()
    with collective.store.snapshot() as snapshot:
        notices = [each for each in Notices(snapshot).open() if _concerns(each)]
        held = list(_held(snapshot, notices))
        pairings = Pairings(snapshot).all("verified") if may("coordinator") else []
        dead = list(_dead(snapshot))
        proposals = [each for each in Copies(snapshot).proposals() if may("partner", each.record.partition(":")[0])]
        troubles = list(_troubles(snapshot))
        extensions = [each for each in sources.extensions(snapshot) if may("partner", each.source)]
    told = [each for each in notices if each.kind not in _ONE_BY_ONE]
    return render_template(
        "desk.html",
        held=held,
        pairings=pairings,
        dead=dead,
        proposals=proposals,
        notices=told,
        troubles=troubles,
        extensions=extensions,
        older=sum(bool(each.newer) for each in extensions),
        known=collective.sources,
        facts=facts,
        roles=ROLES,
    )


@blueprint.post("/sources/<id>/disparitions")
@allowed("partner", of="id")
def held(id: str) -> Answer:
    """What is held back has really gone, or it is a mistake and stays."""
    if id not in collective.sources:
        abort(404)
    if request.form.get("act") == "release":
        count = len(undoing.release(collective, id, me()))
        told = ngettext("%(num)s fiche retirée.", "%(num)s fiches retirées.", count)
    elif request.form.get("act") == "refuse":
        count = len(undoing.refuse(collective, id, me()))
        told = ngettext("%(num)s fiche gardée.", "%(num)s fiches gardées.", count)
    else:
        abort(400)
    if count:
        flash(told)
    else:
        flash(_("Cette source ne retient plus rien : quelqu’un a déjà répondu."), "bad")
    return redirect(to("desk.desk"))


@blueprint.post("/sources/<id>/copies")
@allowed("coordinator")
def copies(id: str) -> Answer:
    """What was taken for a copy of another partner's record is a record of its own."""
    record = request.form.get("record", "")
    if not record.startswith(f"{id}:"):
        abort(400)
    if undoing.distinct(collective, record, me()):
        flash(_("Ce n’est pas une copie : elle sera montrée dès la prochaine visite."))
    else:
        flash(_("Cette fiche n’était pas tenue pour une copie."), "bad")
    return redirect(to("sources.source", id=id))


@blueprint.post("/coordination/demandes/<id>")
@allowed("coordinator")
def asked(id: str) -> Answer:
    """A site that asks to join is accepted, or refused."""
    try:
        if request.form.get("act") == "accept":
            source = pairing.accept(collective, id, me(), fetcher(collective))
            flash(_("« %(title)s » a rejoint le réseau : ses fiches arrivent.", title=source.title))
            return redirect(to("sources.source", id=source.id))
        pairing.refuse(collective, id, me())
        flash(_("Cette demande est refusée."))
    except BridgeError as error:
        flash(str(error), "bad")
    return redirect(to("desk.desk"))


@blueprint.post("/coordination/envois/<id>")
@allowed("coordinator")
def replay(id: str) -> Answer:
    """What a target did not take is sent again; one where nothing went any more is tried again."""
    with collective.store.writing() as writing:
        known = Deliveries(writing).known(id)
        if known and known.stopped:
            Deliveries(writing).place(replace(known, stopped=""))
            writing.journal(me(), "replay", id)
        Notices(writing).settle("dead", id)
    with collective.store.snapshot() as snapshot:
        lost = Deliveries(snapshot).deliveries(id, "dead")
    for each in lost:
        delivering.replay(collective, me(), each.id)
    flash(_("C’est relancé."))
    return redirect(to("desk.desk"))


@blueprint.post("/coordination/avis/<int:number>")
@allowed("coordinator")
def seen(number: int) -> Answer:
    """A notice that somebody has read and that needs nothing more."""
    with collective.store.writing() as writing:
        notices = Notices(writing)
        found = next((each for each in notices.open() if each.id == number), None)
        if found and found.kind not in _ONE_BY_ONE:
            notices.settle(found.kind, found.about)
            writing.journal(me(), "seen", found.about)
    return redirect(to("desk.desk"))


@blueprint.get("/coordination/journal")
@allowed("coordinator")
def journal() -> str:
    """Who did what, and when; what may be undone has its button."""
    before = request.args.get("avant", 0, int)
    with collective.store.snapshot() as snapshot:
        acts = Journal(snapshot).acts(PER_PAGE + 1, max(before, 0))
    older = acts[PER_PAGE - 1].number if len(acts) > PER_PAGE else 0
    rows = [(act, undoing.why_not(act), may(undoing.needs(act))) for act in acts[:PER_PAGE]]
    return render_template("journal.html", rows=rows, older=older, later=before > 0, names=ACTS, facts=facts)


@blueprint.post("/coordination/journal/<int:number>")
@allowed("coordinator")
def undo(number: int) -> Answer:
    """Take an act back."""
    with collective.store.snapshot() as snapshot:
        act = Journal(snapshot).one(number)
    if act is None:
        abort(404)
    if not may(undoing.needs(act)):
        abort(403)
    try:
        flash(undoing.undo(collective, number, me()))
    except BridgeError as error:
        flash(str(error), "bad")
    return redirect(to("desk.journal"))


@blueprint.post("/coordination/cle/<id>")
@allowed("partner", of="id")
def key(id: str) -> str | Answer:
    """The key of a partner, shown because someone asked; an administrator makes another one, or ends it."""
    if id not in collective.sources and id not in collective.targets:
        abort(404)
    act = request.form.get("act", "show")
    if act in ("rotate", "revoke"):
        if not may("administrator"):
            abort(403)
        undoing.change_key(collective, id, act, me())
    keys = [shown(each) for each in collective.keys(id)]
    title = collective.sources[id].title if id in collective.sources else collective.targets[id].title
    back = to("sources.source" if id in collective.sources else "targets.target", id=id)
    return render_template("key.html", id=id, title=title, back=back, keys=keys, act=act)


def _concerns(notice: Notice) -> bool:
    """Whether whoever is signed in is to know: a partner, only what is about its sources."""
    return may("partner", notice.about)


def _held(snapshot: Snapshot, notices: list[Notice]) -> Iterator[Held]:
    since = {each.about: each.at for each in notices if each.kind == "held"}
    for id, state in snapshot.states().items():
        if state.held_back and id in collective.sources and may("partner", id):
            yield Held(id, collective.sources[id].title, state.held_back, since.get(id, ""))


def _dead(snapshot: Snapshot) -> Iterator[Dead]:
    """What each target did not take, all its messages together; those where nothing goes any more."""
    deliveries = Deliveries(snapshot)
    lost: dict[str, list[Delivery]] = {id: [] for id in deliveries.stopped()}
    for each in deliveries.deliveries(state="dead"):
        lost.setdefault(each.target, []).append(each)
    for id, dead in lost.items():
        target, known = collective.targets.get(id), deliveries.known(id)
        if target and may("partner", id):
            said = (known.stopped if known else "") or (dead[-1].said if dead else "")
            yield Dead(id, target.title, len(dead), said, dead[0].at if dead else "")


def _troubles(snapshot: Snapshot) -> Iterator[Trouble]:
    """The sources whose file cannot be read, or that have given nothing whole for a day: one bad hour calls nobody."""
    for name, error in collective.broken.items():
        id = name.removesuffix(".toml")
        if may("partner", id):
            yield Trouble(id, id, str(error))
    yesterday = from_now(-timedelta(days=1))
    for id, state in snapshot.states().items():
        source, failing = collective.sources.get(id), state.unreachable_since or not state.complete
        if source and failing and not state.held_back and state.last_success < yesterday and may("partner", id):
            said = next((problem.message for problem in state.problems), "")
            yield Trouble(id, source.title, f"{sources.health(state).sentence}. {said}".strip())
