"""A new partner: its site recognised, a mapping file proposed, first records shown; kept if a person agrees."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bridge.collective import Collective
from bridge.errors import BridgeError, MappingError, ReadError
from bridge.fetch import Fetcher
from bridge.harvest.sample import Sample, sample
from bridge.meaning.mapping_file import preset_of
from bridge.meaning.source import Source
from bridge.readers import decode, yeswiki
from bridge.recognise import Fetch, Proposal, proposal_toml, recognise
from bridge.record import Response, to_json
from bridge.store.office import CLI

LIST_MAX = 2000


class Arrival(NamedTuple):
    """A source that is not one yet.

    Attributes:
        text: the mapping file that would be written at ``path``.
        source: the same, read.
        sample: its first records.
    """

    proposal: Proposal
    path: Path
    text: str
    source: Source
    sample: Sample

    def to_json(self) -> dict[str, Any]:
        """What ``partageons add --json`` says."""
        return {
            "id": self.proposal.id,
            "kind": self.proposal.kind,
            "url": self.proposal.url,
            "options": dict(self.proposal.options),
            "why": list(self.proposal.why),
            "others": [{"title": title, "url": url} for title, url in self.proposal.others],
            "mapping": self.text,
            "mapping_file": str(self.path),
            "records": [to_json(mapped.record) for mapped in self.sample.mapped if mapped.record],
            "unmapped": sorted(self.sample.unplaced),
            "problems": [{"item": p.item, "message": p.message} for p in self.sample.problems],
        }


def arrival(here: Collective, url: str, fetch: Fetcher, source_id: str = "") -> Arrival:
    """What this address would become as a source. Nothing is written.

    Raises:
        BridgeError: nothing is recognised there, or this source is already known.
    """
    proposal = proposed(here, url, fetch)
    if source_id:
        proposal = proposal._replace(id=source_id)
    proposal = proposal._replace(why=(*proposal.why, *_twice(here, proposal)))
    return _seen(here, proposal_toml(proposal), fetch, proposal)


def proposed(here: Collective, url: str, fetch: Fetch) -> Proposal:
    """What is recognised at this address, with no line that its preset does not need.

    Raises:
        BridgeError: nothing is recognised there.
    """
    proposal = recognise(url, fetch, here.memory)
    return proposal._replace(fields=_beyond(here, proposal))


def _beyond(here: Collective, proposal: Proposal) -> Mapping[str, Sequence[str]]:
    """The proposed fields that the preset does not already look for where they are, nor reads as something else: it
    knows the names of its own kind better than a guess."""
    said = preset_of(proposal.extends, proposal.id, here.presets())[0].get("fields", {})

    def known(ours: str, path: str) -> bool:
        there = said.get(ours, [])
        paths = [there] if isinstance(there, str) else there
        # A quoted name is also known inside a longer expression: fields."Ville" || fields."Commune".
        return any(path == each or ('"' in path and path in each) for each in paths)

    def elsewhere(ours: str, path: str) -> bool:
        return not known(ours, path) and any(known(other, path) for other in said if other != ours)

    kept = {ours: [p for p in theirs if not elsewhere(ours, p)] for ours, theirs in proposal.fields.items()}
    return {ours: theirs for ours, theirs in kept.items() if not all(known(ours, path) for path in theirs)}


def _twice(here: Collective, proposal: Proposal) -> list[str]:
    """What to do where the site's plugin is found and its wiki is read already: two sources would give each resource
    twice."""
    source = wiki_of(here, proposal.url) if proposal.extends == "_plugin" else None
    if source is None or source.id == proposal.id:
        return []
    file = here.paths[source.id].name
    return [
        f"Ce wiki est déjà lu, comme la source « {source.id} » : ne l'ajoutez pas une seconde fois. Pour passer à son "
        f'extension, écrivez cette table dans {file} avec id = "{source.id}" : ses fiches gardent leurs adresses.'
    ]


def wiki_of(here: Collective, url: str) -> Source | None:
    """The source that reads by its own API the YesWiki that this address is of."""
    asked = _bare(yeswiki.base_of(url))
    wikis = (source for source in here.sources.values() if source.kind == "yeswiki")
    return next((source for source in wikis if _bare(yeswiki.base_of(source.url)) == asked), None)


def arrival_of(here: Collective, text: str, fetch: Fetcher) -> Arrival:
    """The same, from a mapping file that a person has corrected.

    Raises:
        BridgeError: the mapping or the site cannot be read, or this source is already known.
    """
    return _seen(here, text, fetch)


def _seen(here: Collective, text: str, fetch: Fetcher, proposal: Proposal | None = None) -> Arrival:
    source = _read(here, text)
    proposal = proposal or Proposal(source.id, source.kind, source.url, source.options, source.title, source.licence)
    return Arrival(proposal, _path(here, source), text, source, sample(source, fetch))


def _read(here: Collective, text: str) -> Source:
    """The source of a mapping file that is not one yet."""
    source = here.load(text, "mapping")
    if source is None:
        raise MappingError("Cette table de correspondance n'a pas de [source].", "Ajoutez-lui id, kind et url.")
    if source.id in here.sources:
        raise BridgeError(f"La source « {source.id} » existe déjà.", "Donnez-lui un autre nom.")
    return source


def _path(here: Collective, source: Source) -> Path:
    return here.settings.mappings / f"{source.id}.toml"


def accept(here: Collective, text: str, who: str = CLI) -> Source:
    """Make a source of a mapping file: from now on it is visited like the others.

    Raises:
        BridgeError: the mapping cannot be read, its source is already known, or the folder cannot be written.
    """
    source = _read(here, text)
    path = _path(here, source)
    with here.store.writing() as writing:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError as error:
            raise BridgeError(f"{path} existe déjà.", "Donnez un autre nom à la source.") from error
        except OSError as error:
            raise BridgeError(f"{path} ne peut pas être écrit : {error.strerror}.") from error
        writing.journal(who, "add", source.id, json.dumps({"file": path.name}))
    return source


def known(here: Collective, url: str) -> str:
    """The id of the source that this address already led to, or empty."""
    asked = _bare(url)
    return next((s.id for s in here.sources.values() if asked in (_bare(s.home), _bare(s.url))), "")


def _bare(url: str) -> str:
    return re.sub(r"^https?://", "", url.strip()).rstrip("/")


class Wanted(NamedTuple):
    """A line of a list of sites to add: its address, and the id that the list gives it, if any."""

    url: str
    id: str = ""


def wanted(path: Path) -> list[Wanted]:
    """The sites of a list: OPML (``xmlUrl`` or ``htmlUrl`` of each ``outline``), or a table or text in which each line
    holds one address; a column called ``id`` names the sources.

    Raises:
        BridgeError: the file cannot be read, or holds no address.
    """
    try:
        body = path.read_bytes()
    except OSError as error:
        raise BridgeError(f"{path} ne peut pas être lu : {error.strerror}.") from error
    found = list(dict.fromkeys(_opml(body) if body.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<" else _lines(body)))
    if not found:
        raise BridgeError(
            f"{path} ne contient aucune adresse.", "Une adresse par ligne est attendue, ou un fichier OPML."
        )
    if len(found) > LIST_MAX:
        raise BridgeError(f"{path} contient plus de {LIST_MAX} adresses.", "Ajoutez-les en plusieurs fois.")
    return found


def _opml(body: bytes) -> Iterator[Wanted]:
    try:
        root, _ = decode.xml(Response("", 200, {}, body))
    except ReadError as error:
        raise BridgeError("Cette liste n'est pas un fichier OPML lisible.", error.message) from error
    for outline in root.iter("outline"):
        if url := outline.get("xmlUrl") or outline.get("htmlUrl") or outline.get("url"):
            yield Wanted(url.strip())


_ADDRESS = re.compile(r"(?:https?://)?[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:/\S*)?")


def _lines(body: bytes) -> Iterator[Wanted]:
    text = decode.text(body)
    separator = max(";,\t", key=text.count)
    rows = csv.reader(io.StringIO(text), delimiter=separator)
    names: list[str] = []
    for row in rows:
        cells = [cell.strip() for cell in row]
        at = next((n for n, cell in enumerate(cells) if _ADDRESS.fullmatch(cell)), None)
        if at is None:
            names = names or [cell.lower() for cell in cells]
        else:
            given = cells[names.index("id")] if "id" in names and names.index("id") < len(cells) else ""
            yield Wanted(cells[at], given)
