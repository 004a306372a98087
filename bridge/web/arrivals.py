"""``/sources/nouvelle``: an address is given, the site is recognised, its first records are shown, it becomes a source.
And the corrections that a coordinator makes on the page of a source."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from bridge import adding, correcting
from bridge.errors import BridgeError
from bridge.meaning import editing
from bridge.meaning.source import Source
from bridge.refresh import fetcher
from bridge.web import facts
from bridge.web.coordination import allowed, me
from bridge.web.current import collective, to

blueprint = Blueprint("arrivals", __name__)

TEXT_MAX = 100_000


@blueprint.route("/sources/nouvelle", methods=["GET", "POST"])
@allowed("coordinator")
def new() -> str | Answer | tuple[str, int]:
    """The form; what was found at an address; what a corrected mapping file would give; the source, kept."""
    url, text = request.values.get("url", "").strip(), request.form.get("mapping", "")[:TEXT_MAX]
    said = {key: request.form.get(key, "").strip()[:200] for key in ("title", "licence")}
    found: adding.Arrival | None = None
    problem = ""
    try:
        if text:
            text = editing.describe(text, **said)
        if request.form.get("act") == "keep":
            return _keep(text)
        if request.method == "POST" and text:
            found = adding.arrival_of(collective, text, fetcher(collective))
        elif request.method == "POST" and url:
            found = adding.arrival(collective, url, fetcher(collective))
    except BridgeError as error:
        problem = str(error)
    page = render_template(
        "arrival.html",
        url=url,
        text=text,
        found=found,
        problem=problem,
        facts=facts,
        licences=collective.vocabulary.licences,
    )
    return (page, 422) if problem else page


def _keep(text: str) -> Answer:
    source = adding.accept(collective, text, me())
    flash(_("« %(title)s » est maintenant une source : elle sera visitée dans la minute.", title=source.title))
    return redirect(to("sources.source", id=source.id))


@blueprint.post("/sources/<id>/mots")
@allowed("partner", of="id")
def word(id: str) -> Answer:
    """What a word means: the concepts that were chosen, or nothing."""
    source, label = _source(id), request.form.get("label", "")
    concepts = [concept for concept in request.form.getlist("concept") if concept]
    try:
        correcting.accept_word(collective, source, request.form.get("field", ""), label, concepts, me())
    except BridgeError as error:
        flash(str(error), "bad")
    else:
        names = ", ".join(collective.vocabulary.label(concept) for concept in concepts) or _("rien")
        flash(_("« %(label)s » veut dire : %(names)s. La source sera relue dans la minute.", label=label, names=names))
    return redirect(to("sources.source", id=id) + "#mots")


@blueprint.post("/sources/<id>/champs")
@allowed("partner", of="id")
def assigned(id: str) -> Answer:
    """Which of our fields one of theirs is, or that it is not wanted."""
    source, theirs, ours = _source(id), request.form.get("theirs", ""), request.form.get("ours", "")
    try:
        correcting.accept_field(collective, source, theirs, ours, me())
    except BridgeError as error:
        flash(str(error), "bad")
    else:
        told = _("va dans « %(ours)s »", ours=ours) if ours else _("est laissé de côté")
        flash(_("« %(theirs)s » %(told)s. La source sera relue dans la minute.", theirs=theirs, told=told))
    return redirect(to("sources.source", id=id) + "#champs")


def _source(id: str) -> Source:
    found = collective.sources.get(id)
    if found is None:
        abort(404)
    return found
