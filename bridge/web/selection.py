"""A visitor's selection: the parameters of an address <-> a search, its chips, its facets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple
from urllib.parse import urlencode

from babel import Locale, UnknownLocaleError
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from bridge.meaning import territory
from bridge.store.search import FACETS, Query
from bridge.web.current import collective, language, to

PAGE_SIZE = 20
LAST_PAGE = 500
TOP = 7
FEW = 6
Sort = Literal["pertinence", "recent", "titre"]
_TEXT = 200  # characters of a search that are looked at
_VALUES = 50  # values of one facet that are looked at

SORTS: dict[Sort, str] = {"pertinence": _l("Pertinence"), "recent": _l("Plus récentes"), "titre": _l("Titre")}
VIEWS = ("liste", "carte")
Box = tuple[float, float, float, float]
Pairs = list[tuple[str, str]]


class Option(NamedTuple):
    """One box to tick. ``open`` when a box under it is ticked; ``left`` is how many more boxes are under it."""

    value: str
    label: str
    size: int
    checked: bool
    children: Sequence[Option] = ()
    left: int = 0

    @property
    def open(self) -> bool:
        return any(child.checked or child.open for child in self.children)


class Group(NamedTuple):
    """A facet as it is shown: the most frequent boxes, then the others, folded."""

    key: str
    title: str
    options: Sequence[Option]
    more: Sequence[Option]
    chosen: int


class Chip(NamedTuple):
    """One active filter, and the parameters of the address without it."""

    title: str
    label: str
    without: Pairs


@dataclass(frozen=True, slots=True)
class Selection:
    """What an address asks for. Values that mean nothing find nothing; they are kept, so that they can be removed."""

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: Sort = "pertinence"
    view: str = "liste"
    page: int = 1
    box: Box | None = None

    @property
    def narrowed(self) -> bool:
        return bool(self.text or self.filters)

    @property
    def order(self) -> Sort:
        """The sort in force: without a text to be relevant to, the newest come first."""
        return "recent" if self.sort == "pertinence" and not self.text else self.sort

    @property
    def sorts(self) -> dict[Sort, str]:
        """The sorts that make sense, the one that needs no parameter first."""
        return {key: text for key, text in SORTS.items() if self.text or key != "pertinence"}

    def query(self, limit: int = PAGE_SIZE, facets: bool = True) -> Query:
        """The search."""
        return Query(self.text, self.filters, self.box, self.order, limit, (self.page - 1) * PAGE_SIZE, facets)

    def pairs(self, **changes: object) -> Pairs:
        """The parameters of this selection's address, without what is the default; ``page`` only when given."""
        other = replace(self, **{"page": 1, **changes})  # type: ignore[arg-type]  # keys are ours
        found = [("q", other.text)] if other.text else []
        found += [(key, value) for key, values in other.filters.items() for value in values]
        if other.order != next(iter(other.sorts)):
            found.append(("tri", other.sort))
        if other.view != "liste":
            found.append(("vue", other.view))
        if other.page > 1:
            found.append(("page", str(other.page)))
        return found

    def without(self, key: str, value: str) -> Pairs:
        """The parameters once a value is removed."""
        left = tuple(v for v in self.filters[key] if v != value)
        filters = {k: left if k == key else v for k, v in self.filters.items()}
        return self.pairs(filters={k: v for k, v in filters.items() if v})

    def chips(self) -> list[Chip]:
        """Each active filter."""
        found = [Chip("", f"« {self.text} »", self.pairs(text=""))] if self.text else []
        for key, values in self.filters.items():
            found += [Chip(title(key), label(key, value), self.without(key, value)) for value in values]
        return found


EMPTY = Selection()


def read(arguments: MultiDict[str, str]) -> Selection:
    """The selection of an address. Unknown parameters are ignored."""
    filters = {}
    for key in FACETS:
        values = tuple(dict.fromkeys(v for v in arguments.getlist(key)[:_VALUES] if v))
        if values:
            filters[key] = values
    sort, view = arguments.get("tri", ""), arguments.get("vue", "")
    return Selection(
        text=" ".join(arguments.get("q", "").split())[:_TEXT],
        filters=filters,
        sort=next((known for known in SORTS if known == sort), "pertinence"),
        view=view if view in VIEWS else "liste",
        page=min(max(arguments.get("page", 1, int), 1), LAST_PAGE),
        box=_box(arguments.get("bbox", "")),
    )


def listing(pairs: Pairs, endpoint: str = "showcase.resources") -> str:
    """The path of the page that shows a selection."""
    return to(endpoint) + (f"?{urlencode(pairs)}" if pairs else "")


def _box(text: str) -> Box | None:
    """West, south, east, north in degrees; None when it is not that."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    return (west, south, east, north) if -180 <= west <= east <= 180 and -90 <= south <= north <= 90 else None


def title(key: str) -> str:
    """What a facet is called in the language being read."""
    facet = FACETS[key]
    return facet.en if language() == "en" else facet.fr


def label(key: str, value: str) -> str:
    """What a facet's value is called in the language being read."""
    if key == "territoire":
        return collective.words.place(value)
    if key == "source":
        return collective.words.source(value)
    if key == "licence":
        return collective.words.licence(value)[0]
    if key == "langue":
        return language_name(value)
    return collective.words.label(value, language())


def language_name(tag: str) -> str:
    """« français » for ``fr``; the tag itself when it is unknown."""
    try:
        return Locale.parse(tag, sep="-").get_display_name(language()) or tag
    except (UnknownLocaleError, ValueError):
        return tag


def _short(key: str, value: str) -> str:
    """A territory's name where its department is known from the context."""
    return territory.short_name(value)


def _parent(key: str, value: str, present: Mapping[str, int]) -> str:
    """The value another one is shown under: its nearest ancestor that is shown; an EPCI holds nothing."""
    if key == "territoire":
        above: Iterable[str] = (code for code in territory.ancestors(value) if not code.startswith("epci/"))
    elif key in ("source", "licence", "langue"):
        return ""
    else:
        above = collective.vocabulary.ancestors(value)
    return next((code for code in above if code in present), "")


def groups(selection: Selection, counts: Mapping[str, Sequence[tuple[str, int]]]) -> list[Group]:
    """The facets that offer a choice, in order."""
    found = []
    for key in FACETS:
        chosen = selection.filters.get(key, ())
        present = dict.fromkeys(chosen, 0) | {value: count for value, count in counts.get(key, ()) if count}
        if not present:
            continue
        under: dict[str, list[str]] = {}
        for value in present:
            under.setdefault(_parent(key, value, present), []).append(value)
        options = _Tree(key, under, present, frozenset(chosen)).options("", 0)
        found.append(Group(key, title(key), options[:TOP], options[TOP:], len(chosen)))
    return found


class _Tree(NamedTuple):
    """The values of a facet: what is under what, and what is ticked."""

    key: str
    under: Mapping[str, list[str]]
    present: Mapping[str, int]
    chosen: frozenset[str]

    def options(self, parent: str, depth: int) -> list[Option]:
        """The boxes under a parent: ticked ones first, then the most frequent."""
        name = _short if self.key == "territoire" else label
        found = []
        for value in self.under.get(parent, ()):
            below = self.options(value, depth + 1) if value in self.under else []
            checked = value in self.chosen
            # The communes of every department would weigh more than the page: they come once it is ticked.
            few = below and depth and not checked and not any(o.checked or o.open for o in below)
            shown = below[:FEW] if few else below
            found.append(
                Option(value, name(self.key, value), self.present[value], checked, shown, len(below) - len(shown))
            )
        return sorted(found, key=lambda o: (not (o.checked or o.open), -o.size, o.label))
