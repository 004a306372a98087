"""``/pour/<target>/``: what a partner receives, shown to it, with how to plug it into its own site.

The same address answers as a YesWiki does (``bridge.web.yeswiki``), hence the redirection of its root.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from flask import Blueprint, Response, abort, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from bridge import delivering
from bridge.delivering import Shown
from bridge.errors import BridgeError
from bridge.meaning.mapping_file import SELECTED
from bridge.refresh import fetcher
from bridge.store.copies import Copies
from bridge.store.search import FACETS
from bridge.web import facts, yeswiki
from bridge.web.addresses import sections
from bridge.web.coordination import allowed, may, me
from bridge.web.current import absolute, collective, target_of, to
from bridge.web.plugs import plugs
from bridge.web.selection import EMPTY, label, title

if TYPE_CHECKING:
    from bridge.meaning.target import Target

blueprint = Blueprint("targets", __name__)

ROOT = "PagePrincipale"
"""The name of a YesWiki's first page, to which it redirects its visitors."""
PREVIEWED = 5
ALL = "tout"
COMPARED = 20
"""Proposals that one page compares, each of them a question to the site."""
PATIENCE = 15.0
"""Seconds after which it asks no more."""


class Choice(NamedTuple):
    """A condition that the resources fulfil: its name, the values one of which they have."""

    title: str
    values: Sequence[str]


class Name(NamedTuple):
    """What a target calls one of our columns or concepts."""

    ours: str
    theirs: str


@blueprint.get("/pour/")
def index() -> str:
    """The targets of the collective."""
    with collective.store.snapshot() as snapshot:
        listed = [
            (target, collective.members(snapshot, collective.query_of(target)).live)
            for target in sorted(collective.targets.values(), key=lambda target: target.title)
        ]
    return render_template("targets.html", listed=listed)


@blueprint.route("/pour/<id>/", methods=["GET", "POST"])
def target(id: str) -> str | AnyResponse:
    """The page of a target; any other question than for its page is one that is asked of a YesWiki."""
    chosen = target_of(id)
    asked = request.query_string.decode("latin-1")
    if request.method == "POST" or asked not in ("", ROOT):
        return yeswiki.respond(chosen)
    if not asked and not request.path.startswith("/en/"):
        return redirect(f"{absolute(to('targets.target', id=id))}?{ROOT}")
    query = collective.query_of(chosen)
    found = collective.index.search(query)
    with collective.store.snapshot() as snapshot:
        entries = snapshot.entries(found.ids[:PREVIEWED])
    return render_template(
        "target.html",
        target=chosen,
        total=found.total,
        entries=entries,
        choices=_choices(chosen),
        plugs=plugs(chosen),
        sections=sections(EMPTY, chosen),
        own_words=_own_words(chosen),
        waiting=_waiting(chosen) if may("coordinator") else 0,
        words=collective.words_of(chosen),
        facts=facts,
    )


@blueprint.get("/pour/<id>/propositions")
@allowed("coordinator")
def proposals(id: str) -> str:
    """What people of a target changed in what they received; field by field for those that are asked to be seen."""
    chosen, asked = target_of(id), request.args.get("voir", "")
    found: dict[int, Shown | BridgeError] = {}
    waiting = delivering.listed(collective, id)
    wanted = [each.number for each in waiting if asked in (ALL, str(each.number))][:COMPARED]
    if wanted:
        with closing(fetcher(collective)) as fetch:
            until = time.monotonic() + PATIENCE
            for number in wanted:
                if time.monotonic() > until:
                    break
                try:
                    found[number] = delivering.compared(collective, fetch.send, number)
                except BridgeError as error:
                    found[number] = error
                    if asked == ALL:  # what cannot be asked about one article can hardly be about the next
                        break
    return render_template(
        "proposals.html", target=chosen, waiting=waiting, found=found, facts=facts, every=asked == ALL
    )


@blueprint.post("/pour/<id>/propositions")
@allowed("coordinator")
def answer(id: str) -> AnyResponse:
    """Their version stays, or ours is written over it."""
    target_of(id)
    act, number = request.form.get("act"), request.form.get("number", 0, int)
    try:
        if act == "keep":
            delivering.keep_theirs(collective, number, me())
            flash(_("Leur version est gardée : plus rien n’est proposé tant que l’origine ne change pas."))
        elif act == "replace":
            delivering.put_ours(collective, number, request.form.get("seen", "")[:64], me())
            flash(_("La version d’origine sera remise au prochain envoi, si leur fiche n’a pas changé d’ici là."))
        else:
            abort(400)
    except BridgeError as error:
        flash(str(error), "bad")
    return redirect(to("targets.proposals", id=id))


@blueprint.get("/pour/<id>/<any(files, cache):folder>/<name>")
def image(id: str, folder: str, name: str) -> AnyResponse:
    """The image of a resource, by the name that a YesWiki knows it by, itself or made smaller."""
    return yeswiki.image(target_of(id), name)


@blueprint.after_request
def _public(response: Response) -> Response:
    """These pages change only with the store and the mapping files."""
    if response.status_code == 200 and request.method == "GET" and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "public, no-cache"
    return response


def _waiting(target: Target) -> int:
    with collective.store.snapshot() as snapshot:
        return len(Copies(snapshot).proposals(target.id))


def _choices(target: Target) -> list[Choice]:
    """What the resources of a target have in common, in plain words."""
    facets = {facet.field: key for key, facet in FACETS.items()}

    def shown(key: str, value: str) -> str:
        return target.labels.get(value) or label(key, value)

    found = [
        Choice(title(facets[field]), [shown(facets[field], value) for value in target.filters[field]])
        for field in SELECTED
        if field in target.filters
    ]
    if target.max_age:
        found.append(Choice(_("Publiées depuis moins de"), [_age(target.max_age)]))
    if target.only:
        found.append(Choice(_("Seulement"), target.only))
    if target.never:
        found.append(Choice(_("Jamais"), target.never))
    return found


def _age(text: str) -> str:
    """``10y`` in plain words."""
    number, years = int(text[:-1]), text.endswith("y")
    said: str = _("%(number)s ans", number=number) if years else _("%(number)s mois", number=number)
    return said


def _own_words(target: Target) -> list[Name]:
    """The words that it has for our concepts, where they differ from ours."""
    ours = ((concept, collective.words.label(concept)) for concept in target.labels)
    return [Name(word, target.labels[concept]) for concept, word in ours if word != target.labels[concept]]
