"""What a web page says to people: « Label : value » pairs, sections under headings, place, pictures, files. No I/O.

Labels that announce a person are not read, and what they announce is taken out of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bridge.meaning.coordinates import number
from bridge.meaning.text import clean
from bridge.readers import markup, page_lines, page_parts
from bridge.readers.page_line import Line, Run, html
from bridge.readers.page_lines import LABEL_MAX

_HEADING_MAX = 120
_PICTURES = 50
_FIELDS_MAX = 200
_VALUES_MAX = 50
_VALUE_MAX = 5_000
_HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
_PLAIN_PAIR = re.compile(r"([^\s:][^:.!?]{1,58}[^\s:\d.!?])\s?:\s+(?=\S)")
# Labels of what is about a person, lower case; « responsable du projet » goes with « responsable ».
_PERSONAL = re.compile(
    r"(?:contacts?|(?:e-?)?mails?|m[ée]l|courriels?|(?:n°|num[ée]ro)(?: de)? t[ée]l\w*|t[ée]l|t[ée]l[ée]phones?"
    r"|portable|mobile|fax|adresse|vos? (?:contacts?|interlocut\w+)|r[ée]f[ée]rente?s?|pr[ée]noms?|responsables?"
    r"|personnes?[ -](?:[àa] contacter|ressources?|r[ée]f[ée]rentes?)|interlocut(?:eur|rice)s?|animat(?:eur|rice)s?"
    r"|r[ée]dact(?:eur|rice)s?|aut(?:eur|rice)s?|charg[ée](?:e|\(e\)|[·.]e)?s? de (?:mission|projet)"
    r"|chef(?:fe)?s? de projets?|(?:r[ée]dig[ée]|[ée]crit|publi[ée]|propos[ée])e? par"
    r"|nom du (?:contact|r[ée]f[ée]rent|responsable))(?:\b.{0,60})?"
)
_FIRST_NAMES = ("prénom", "prénoms", "prenom")
_NUMBERS = r"(?P<lat>-?\d{1,2}[.,]\d{3,20}) ?°?(?:[ ,;/|]{1,4}(?P<lon>-?\d{1,3}[.,]\d{3,20}) ?°?)?"
_PLACE = re.compile(rf"(?P<name>[^\d:]{{2,100}}?) ?[,;:–|]? {_NUMBERS}")
_POSITION = re.compile(_NUMBERS)
_PLACE_WITHIN = 40
_FILE = re.compile(r"\.(?:pdf|docx?|odt|xlsx?|ods|pptx?|odp|zip|csv|epub)(?=$|[?#])", re.I)
_ICON = re.compile(r"logo|icon|picto|avatar|sprite|pixel|spacer|blank|emoji|gravatar|loader|puce|\.svg(?:$|\?)", re.I)
_LAZY = ("data-src", "data-lazy-src", "data-original", "src")


@dataclass(slots=True)
class Said:
    """``fields``: label -> value or values; ``sections``: heading -> HTML; ``text``: HTML, without the pairs that come
    before any prose; ``length``: its characters; ``lat``, ``lon``: as they are written."""

    fields: dict[str, Any] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)
    text: str = ""
    length: int = 0
    heading: str = ""
    place: str = ""
    lat: str = ""
    lon: str = ""
    image: str = ""
    documents: list[dict[str, str]] = field(default_factory=list)


class _Pair(NamedTuple):
    label: str
    values: list[Line]
    end: int


def read(element: Any, at: str, heading: str = "") -> Said:
    """What a part of a page says; ``heading`` is the page's first heading, which may be outside of it."""
    said = Said()
    found = page_lines.read(element, at)
    lines = found.lines
    said.heading = next((line.text for line in lines if line.tag == "h1"), heading)
    spent = _place(said, lines)
    starts = {start: (value, end) for start, value, end in found.pairs}
    kept: list[Line] = []
    shown: list[Line] = []
    sections: dict[str, list[Line]] = {}
    opened: Line | None = None  # the heading that the lines are under, until it is kept
    title, hidden, prose, index = "", 0, False, 0
    named = False  # a first name was said: the name beside it is that of a person
    while index < len(lines):
        line, here = lines[index], index
        index += 1
        if here in spent or line.tag == "h1" or line.text in ("", heading):
            continue
        pair = _pair(lines, here, starts)
        if pair:
            index = pair.end
            if _personal(pair.label):
                named |= pair.label.lower() in _FIRST_NAMES
                continue
            if not hidden:
                _keep(said, pair, at)
        elif told := _title(line):
            level = int(line.tag[1]) if line.tag in _HEADINGS else 7
            if not hidden or level <= hidden:
                title, hidden, opened = told, level if _personal(told) else 0, line
            continue
        if hidden:
            continue
        part = lines[here:index]
        prose = prose or not pair
        if prose:
            kept += [opened, *part] if opened else part
            opened = None
        if title:
            sections.setdefault(title, []).extend(part)
        shown += part
    if named:
        said.fields.pop("Nom", None)
    said.sections = {name: html(sections[name]) for name in list(sections)[:_FIELDS_MAX]}
    said.text = html(kept)
    said.length = sum(len(line.text) for line in kept)
    said.documents = list(_documents(shown))
    said.image = image(element, at)
    return said


def _personal(label: str) -> bool:
    return bool(_PERSONAL.fullmatch(label.lower()))


def _title(line: Line) -> str:
    """The text of a heading, or of a short paragraph that is all bold; empty when the line is neither."""
    if not line.text:
        return ""
    heading, first = line.tag in _HEADINGS, line.runs[0]
    if not heading and (line.tag != "p" or line.row or not (first.strong or first.text.isspace())):
        return ""  # as most lines are
    text = line.text.removesuffix(":").strip()
    if len(text) > _HEADING_MAX:
        return ""
    if not heading:
        if text[-1:] in ".,;!?…":
            return ""
        if not all(run.strong or run.text.isspace() for run in line.runs):
            return ""
    return _tidy(text)


def _tidy(label: str) -> str:
    """A label or heading as mappings name it: one apostrophe, no colon, no bullet."""
    return clean(label.replace("’", "'").strip(" :-–•*\t"))


def _pair(lines: Sequence[Line], at: int, starts: Mapping[int, tuple[int, int]]) -> _Pair | None:
    line = lines[at]
    if at not in starts and line.tag != "li" and not (line.runs[0].strong or line.runs[0].label):
        return None  # as most lines are
    if at in starts:
        start, end = starts[at]
        values = list(lines[start : min(end, start + _VALUES_MAX + 1)])
        if _bearable(values) and (label := _tidy(line.text)):
            return _Pair(label, values, end)
    if line.tag in _HEADINGS:
        return None
    label, rest = _leading(line)
    if not label:
        return None
    end = at + 1
    values = [rest] if rest.text else []
    if not values and end < len(lines) and lines[end].tag == "li":
        while end < len(lines) and lines[end].tag == "li" and not _leading(lines[end])[0]:
            end += 1
    else:
        while end < len(lines) and lines[end].soft and not _title(lines[end]) and not _leading(lines[end])[0]:
            end += 1
    values += lines[at + 1 : end]
    return _Pair(label, values, end) if values and _bearable(values) else None


def _bearable(values: Sequence[Line]) -> bool:
    """Whether lines may be a value: more of them are the text of a page."""
    few = 0 < len(values) <= _VALUES_MAX and sum(len(line.text) for line in values) <= _VALUE_MAX
    return few and not any(line.tag in _HEADINGS for line in values)


def _leading(line: Line) -> tuple[str, Line]:
    """The label that a line begins with, and the rest of it; the label is empty when there is none."""
    if not line.text:
        return "", line
    first = line.runs[0]
    if not (first.strong or first.label or (line.tag == "li" and _PLAIN_PAIR.match(line.text))):
        return "", line  # as most lines are
    lead = list(takewhile(lambda run: run.strong or run.label, line.runs))
    rest = line.runs[len(lead) :]
    text = clean("".join(run.text for run in lead))
    after = "".join(run.text for run in rest).lstrip()
    label = ""
    if text.endswith(":"):
        label = text[:-1]
    elif text and after.startswith(":"):
        label = text
        rest = _without_colon(rest)
    elif lead and after and all(run.label for run in lead):
        label = text
    elif (not after if lead else line.tag == "li") and (found := _PLAIN_PAIR.match(line.text)):
        label = found[1]
        rest = [Run(line.text[found.end() :])]
    label = _tidy(label)
    if len(label) < 2 or len(label) > LABEL_MAX:
        return "", line
    return label, Line(line.tag, list(rest), line.soft, line.row, line.cell)


def _without_colon(runs: Sequence[Run]) -> list[Run]:
    first = next(at for at, run in enumerate(runs) if not run.text.isspace())
    return [runs[first]._replace(text=runs[first].text.lstrip()[1:]), *runs[first + 1 :]]


def _keep(said: Said, pair: _Pair, at: str) -> None:
    """The values of a pair, and the address under one that leads to a file or to another site."""
    if len(said.fields) >= _FIELDS_MAX:
        return
    values = [value for line in pair.values if (value := clean(line.text))]
    links = [run.href for line in pair.values for run in line.runs if run.href and _leads_out(run.href, at)]
    for label, many in ((pair.label, values), (f"{pair.label} (lien)", list(dict.fromkeys(links)))):
        before = said.fields.get(label, [])
        both = [*(before if isinstance(before, list) else [before]), *many][:_VALUES_MAX]
        if both:
            said.fields[label] = both[0] if len(both) == 1 else both


def _leads_out(href: str, at: str) -> bool:
    there, here = urlsplit(href), urlsplit(at)
    return there.hostname != here.hostname or bool(_FILE.search(there.path))


def _place(said: Said, lines: Sequence[Line]) -> set[int]:
    """Read « Lyon (Rhône) 45.767335 », on one line or two; returns the lines that this took."""
    if found := _PLACE.fullmatch(said.heading):
        _locate(said, found["name"], found)
        said.heading = said.place
    for index, line in enumerate(lines[:_PLACE_WITHIN]):
        if found := _PLACE.fullmatch(line.text):
            _locate(said, found["name"], found)
            return {index}
        if found := _POSITION.fullmatch(line.text):
            named = index > 0 and lines[index - 1].tag not in ("li", "td", "th", "dd", "dt")
            _locate(said, lines[index - 1].text if named else said.heading, found)
            return {index, index - 1} if named else {index}
    return set()


def _locate(said: Said, name: str, found: re.Match[str]) -> None:
    lat, lon = number(found["lat"]) or 0.0, number(found["lon"])
    said.place = clean(name).strip(" ,;:–-|")[:200]
    if lon is not None and abs(lat) <= 90 and abs(lon) <= 180:  # one number alone is no position
        said.lat, said.lon = str(lat), str(lon)


def _documents(lines: Sequence[Line]) -> Iterator[dict[str, str]]:
    for line in lines:
        for run in line.runs:
            if run.href and _FILE.search(run.href) and _FILE.search(urlsplit(run.href).path):
                yield {"url": run.href, "title": clean(run.text)}


def image(element: Any, at: str) -> str:
    """The first picture that is of the text and not of the site's decoration."""
    for picture in islice(element.iter("img"), _PICTURES):
        source = next((picture.get(name) for name in _LAZY if picture.get(name)), "")
        width = (picture.get("width") or "").removesuffix("px")
        small = width.isdecimal() and len(width) < 6 and int(width) < 100
        if not source or source.startswith("data:") or small or _ICON.search(source):
            continue
        if (found := markup.address(source, at)) and not _decorates(picture, element):
            return found
    return ""


def _decorates(picture: Any, element: Any) -> bool:
    above = takewhile(lambda each: each is not element, picture.iterancestors())
    return any(each.tag != "picture" and page_parts.junk(each) for each in above)
