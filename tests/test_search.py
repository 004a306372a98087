"""The search index: words, facets against a recount, order, crashes, several processes."""

from __future__ import annotations

import math
import multiprocessing
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import pytest
import tantivy

from bridge.errors import BusyError, StoreError
from bridge.meaning import territory
from bridge.record import Agent, Entry, Identifier, Organisation, Point, Record
from bridge.store import search as search_module
from bridge.store.search import DEEPEST, FACETS, Cluster, Index, Query
from bridge.store.tokens import Question, ask, compounds, forms, stem


class Label(NamedTuple):
    fr: str
    en: str = ""
    alt: tuple[str, ...] = ()


class Vocabulary:
    """Concepts ``t-1-2-3`` below ``t-1-2`` below ``t-1``; those of ``labels`` have words."""

    def __init__(self, version: str = "v1", **labels: Label) -> None:
        self.version = version
        self.labels = {name.replace("_", "-"): label for name, label in labels.items()}

    def concept(self, id: str) -> Label | None:
        return self.labels.get(id)

    def ancestors(self, id: str) -> tuple[str, ...]:
        pieces = id.split("-")
        return tuple("-".join(pieces[:size]) for size in range(len(pieces) - 1, 1, -1))


class Places:
    """A commune ``commune/00012`` is in ``departement/2`` (last digit), in ``region/0`` or ``region/1`` (parity)."""

    def version(self) -> str:
        return "2025"

    def ancestors(self, code: str) -> tuple[str, ...]:
        kind, _, number = code.partition("/")
        if kind == "commune":
            return (f"epci/{number[-2:]}", f"departement/{number[-1]}", f"region/{int(number[-1]) % 2}")
        return (f"region/{int(number) % 2}",) if kind == "departement" else ()

    def name(self, code: str) -> str:
        return f"Lieu-{code.replace('/', '')}"


VOCABULARY = Vocabulary(
    t_1=Label("Zones humides", "Wetlands", ("Milieux humides",)), t_1_2=Label("Étangs"), r_1=Label("Guide", "Handbook")
)
DAY = "2024-05-06T07:08:09Z"


def entry(id: str, title: str = "Titre", datestamp: str = DAY, **fields: Any) -> Entry:
    source, _, _ = id.partition(":")
    return Entry(id, datestamp, record=Record(id=id, source=source, title=title, **fields))


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index(tmp_path / "index", VOCABULARY, Places())


def titled(index: Index, **titles: str) -> None:
    """One record for each title; the id of each is its name."""
    index.update([entry(name, title) for name, title in titles.items()], 1)


def find(index: Index, text: str, **more: Any) -> tuple[str, ...]:
    return index.search(Query(text, **more)).ids


# Words


def test_compounds_are_known_joined() -> None:
    assert compounds("l'eco-paturage en plein-air, agro ecologie ; eco") == [
        "ecopaturage",
        "pleinair",
        "agroecologie",
    ]
    assert compounds("rien a joindre - ici") == []


@pytest.mark.parametrize(
    ("word", "others"),
    [
        ("mares", {"mare"}),
        ("mare", {"mares", "marex"}),
        ("canaux", {"canau", "canal"}),
        ("canal", {"canals", "canaux"}),
        ("eaux", {"eau", "eal"}),
        ("eau", set()),
        ("2024", set()),
    ],
)
def test_forms_are_the_other_number(word: str, others: set[str]) -> None:
    assert set(forms(word)) == others


def test_stem_of_what_is_too_long_to_be_indexed() -> None:
    assert stem("mares") == stem("marais") == "mar"
    assert stem("a" * 61) == ""


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("", Question()),
        ("Les Mares de l’Œuvre", Question(("mares", "oeuvre"))),
        ("de la", Question(("de", "la"))),
        ("mares mares", Question(("mares",))),
        ("éco-pâturage", Question(("eco", "paturage"))),
        ("mares « zones humides » -poissons", Question(("mares",), (("zones", "humides"),), (("poissons",),))),
        ('-"haies vives" -arc-en-ciel', Question((), (), (("haies", "vives"), ("arc", "en", "ciel")))),
        ('la "mare', Question(("mare",))),
        ('la "mare" ""', Question((), (("mare",),))),
        ("- mares -12 a-b", Question(("mares", "12", "b"))),
        ("() : * ^ ~ [", Question()),
        ("978-2-1234-5680-3 2-1234-5680-X 2024-01-02", Question(("9782123456803", "212345680x", "2024", "01", "02"))),
        ("AND OR NOT", Question(("and", "or", "not"))),
    ],
)
def test_ask(text: str, question: Question) -> None:
    assert ask(text) == question


def test_ask_reads_a_bounded_text() -> None:
    asked = ask(" ".join(f"mot{n}" for n in range(100_000)))
    assert asked.words == tuple(f"mot{n}" for n in range(20))


# Text search


def test_every_text_of_a_record_is_found(index: Index) -> None:
    record = entry(
        "s:1",
        "Titre",
        abstract="résumé",
        content="<p>corps&nbsp;<b>gras</b></p>",
        lessons="leçon",
        keywords=("étiquette",),
        place_text="lieudit",
        department="direction",
        period_text="printemps",
        leads=(Organisation("Porteuse"),),
        partners=(Organisation("Partenaire"),),
        funders=(Organisation("Financeuse"),),
        publishers=(Organisation("Éditrice"),),
        authors=(Agent("Autrice"),),
        identifiers=(Identifier("isbn", "978-2-1234-5680-3"),),
        territories=("commune/00012",),
        type="r-1",
        themes=("t-1-2", "t-9"),
    )
    index.update([record], 1)
    words = (
        "titre resume corps gras lecon etiquette lieudit direction printemps porteuse partenaire financeuse editrice"
    )
    for word in [
        *words.split(),
        "autrice",
        "9782123456803",
        "978-2-1234-5680-3",
        "guide",
        "handbook",
        "étangs",
        "zones humides",
    ]:
        assert find(index, word) == ("s:1",), word
    for place in ("commune00012", "epci12", "departement2", "region0"):
        assert find(index, place) == ("s:1",), place
    assert find(index, "p") == find(index, "nbsp") == find(index, "wetlands") == find(index, '"milieux humides"') == ()


def test_a_phrase_does_not_span_two_texts(index: Index) -> None:
    index.update([entry("s:1", "la mare", keywords=("aux", "fées"), abstract="du bois")], 1)
    assert find(index, "mare fées bois") == ("s:1",)
    assert find(index, '"mare aux fées"') == ()


def test_the_word_itself_then_its_other_number_then_its_stem(index: Index) -> None:
    titled(index, a="Le marais, les marais, marais de marais", b="La mare", d="Rien")
    index.update([entry("c", "Titre long", abstract="mot " * 2000 + "mares")], 2)
    assert find(index, "mares") == ("c", "b", "a")
    assert find(index, "mare") == ("b", "c", "a")
    assert find(index, "marais")[0] == "a"


def test_a_title_weighs_more(index: Index) -> None:
    index.update([entry("a", "Autre", abstract="haie"), entry("b", "Haie", abstract="autre")], 1)
    assert find(index, "haie") == ("b", "a")


@pytest.mark.parametrize("asked", ["œuvre", "oeuvre", "ŒUVRE", "l’œuvre", "oeuvres"])
def test_ligatures(index: Index, asked: str) -> None:
    titled(index, a="Chef-d'œuvre", b="L'Oeuvre", c="Ouvre")
    assert set(find(index, asked)) == {"a", "b"}


@pytest.mark.parametrize("asked", ["éco-pâturage", "ecopaturage", '"éco pâturage"', "éco pâturage", "ÉCO‑PÂTURAGES"])
def test_compounds_find_each_other(index: Index, asked: str) -> None:
    titled(index, a="L'éco-pâturage", b="Écopâturage", c="Un éco pâturage", d="Éco-lieu", e="Pâture")
    assert set(find(index, asked)) == {"a", "b", "c"}


def test_all_the_words_else_most_of_them(index: Index) -> None:
    titled(index, a="Mares et haies", b="Mares et murets", c="Haies", d="Zones humides")
    hits = index.search(Query("mares de haies"))
    assert (hits.ids, hits.relaxed) == (("a",), False)
    hits = index.search(Query("mares haies tourbe"))
    assert (hits.ids, hits.relaxed) == (("a",), True)
    hits = index.search(Query("tourbe haies"))
    assert (set(hits.ids), hits.relaxed) == ({"a", "c"}, True)
    assert dict(hits.facets["source"]) == {"a": 1, "c": 1}
    # A filter that leaves nothing is no reason to look for other words.
    hits = index.search(Query("mares haies", {"source": ("b",)}))
    assert (hits.total, hits.relaxed) == (0, False)


def test_phrases_and_refusals(index: Index) -> None:
    titled(index, a="Zones très humides", b="Zones humides", c="Humides zones", d="Haies")
    assert find(index, '"zones humides"') == ("b",)
    assert set(find(index, "zones humides")) == {"a", "b", "c"}
    assert set(find(index, '"zones"')) == {"a", "b", "c"}
    assert find(index, '"zone"') == ()
    assert set(find(index, '-"zones humides"')) == {"a", "c", "d"}
    assert find(index, "-zone") == ("d",)
    assert find(index, "humides -tres -humides-zones") == ("b",)


@pytest.mark.parametrize(
    "text",
    [
        "AND OR ( ) : * ^ ~ [",
        "title:mares",
        "mares AND (haies",
        "mar*",
        "mares^8",
        '"',
        '""',
        '-"',
        "-",
        "\\",
        "\0",
        "[a TO b]",
    ]
    + [
        "😀",
        "e\u0301",
        "\u202e",
        "' OR 1=1",
        "<script>",
        "a" * 100_000,
        "- " * 9999,
        '"a' * 9999,
        "-a " * 9999,
        "ß" * 200,
    ],
)
def test_any_text_is_only_text(index: Index, text: str) -> None:
    titled(index, a="Mares et haies")
    for sort in ("pertinence", "recent", "titre"):
        assert index.search(Query(text, sort=sort)).total in (0, 1)


# Filters and facets against a recount


def random_entries(count: int, seed: int) -> list[Entry]:
    draw = random.Random(seed)

    def some(letter: str, most: int = 3) -> tuple[str, ...]:
        return tuple(
            "-".join([letter, *(str(draw.randrange(4)) for _ in range(draw.randint(1, 3)))])
            for _ in range(draw.randint(0, most))
        )

    entries = []
    for number in range(count):
        point = Point(draw.uniform(-5, 9), draw.uniform(42, 51)) if draw.random() < 0.7 else None
        record = Record(
            id=f"s{draw.randrange(9)}:{number}",
            source=f"s{draw.randrange(9)}",
            title=f"{draw.choice(['Mare', 'Haie', 'Restaurer une mare', 'Étang'])} {draw.randrange(50)}",
            territories=tuple(f"commune/{draw.randrange(3000):05}" for _ in range(draw.randint(0, 3)))
            + draw.choice([(), ("departement/3",)]),
            themes=some("t"),
            type=next(iter(some("r", 1)), ""),
            status=next(iter(some("e", 1)), ""),
            actor_types=some("a"),
            recognitions=some("k"),
            habitats=some("m"),
            scale=next(iter(some("l", 1)), ""),
            audiences=some("p"),
            licence=draw.choice(["NOASSERTION", "etalab-2.0"]),
            language=draw.choice(["", "fr"]),
            point=point,
        )
        entries.append(Entry(record.id, f"2024-01-0{draw.randint(1, 3)}T00:00:00Z", record=record))
    return entries


def values_of(record: Record, name: str) -> set[str]:
    value = getattr(record, FACETS[name].field)
    values = (value,) if isinstance(value, str) else value
    above = {"territoire": Places().ancestors, "source": None, "licence": None, "langue": None}.get(
        name, VOCABULARY.ancestors
    )
    found = {value for value in values if value}
    return found | {each for value in found for each in (above(value) if above else ())}


def recount(entries: list[Entry], matches: Callable[[Record], bool], filters: dict[str, tuple[str, ...]]) -> Any:
    """What ``Index.search`` must answer: the ids, and the counts of each facet, by the definition."""

    def kept(record: Record, but: str = "") -> bool:
        return matches(record) and all(
            values_of(record, name) & set(values) for name, values in filters.items() if name != but and values
        )

    records = [each.record for each in entries if each.record]
    counts = {}
    for name in FACETS:
        counter = Counter(value for record in records if kept(record, name) for value in values_of(record, name))
        counts[name] = sorted(counter.items(), key=lambda pair: (-pair[1], pair[0]))
    return {record.id for record in records if kept(record)}, counts


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Index, list[Entry]]]:
    """1,500 records over several segments, of which some were replaced and some withdrawn since."""
    index = Index(tmp_path_factory.mktemp("many"), VOCABULARY, Places())
    first, entries = random_entries(1500, 1), random_entries(1500, 2)
    for start in range(0, 1500, 300):
        index.update(first[start : start + 300], start + 1)
    index.update(entries[1000:], 2000)
    kept = [each for number, each in enumerate(entries) if number % 10]
    with index.writing() as writer:
        writer.update([Entry(each.id, DAY, "withdrawn") for each in first], 2001)
        writer.update(entries, 2002)
        writer.update([Entry(each.id, DAY, "withdrawn") for each in entries if each not in kept], 2003)
    yield index, kept


FILTERS: list[dict[str, tuple[str, ...]]] = [
    {},
    {"theme": ("t-1",)},
    {"theme": ("t-1-2", "t-3"), "territoire": ("region/1",)},
    {"territoire": ("departement/3", "commune/00012"), "type": ("r-1",), "source": ("s1", "s2")},
    {"langue": (), "licence": ("etalab-2.0",)},
    {"theme": ("unknown", 'x" OR *', "")},
    {name: ("fr", "NOASSERTION", "region/0", *(f"{letter}-1" for letter in "treakmlp"), "s1", "s2") for name in FACETS},
]


@pytest.mark.parametrize("filters", FILTERS)
def test_counts_are_exact(many: tuple[Index, list[Entry]], filters: dict[str, tuple[str, ...]]) -> None:
    index, entries = many
    ids, counts = recount(entries, lambda record: True, filters)
    hits = index.search(Query(filters=filters, limit=5000))
    assert hits.total == len(ids)
    assert set(hits.ids) == ids
    assert len(hits.ids) == len(ids)
    assert hits.facets == counts
    assert list(hits.facets) == list(FACETS)


def test_counts_are_exact_with_a_text_and_many_values(many: tuple[Index, list[Entry]]) -> None:
    index, entries = many
    assert len(index.search(Query()).facets["territoire"]) > 1000
    ids, counts = recount(entries, lambda record: "ar" in record.title, {"theme": ("t-1",)})
    hits = index.search(Query("mares", {"theme": ("t-1",)}, limit=5000))
    assert (set(hits.ids), hits.facets) == (ids, counts)


def test_facets_only_when_asked(many: tuple[Index, list[Entry]]) -> None:
    assert many[0].search(Query(facets=False)).facets == {}


def test_a_filter_must_be_a_facet(many: tuple[Index, list[Entry]]) -> None:
    with pytest.raises(KeyError, match="exact"):
        many[0].search(Query(filters={"exact": ("mare",)}))


def test_filters_do_not_change_the_rank(index: Index) -> None:
    index.update([entry("s:1", "Haie haie", type="r-1"), entry("s:2", "Haie", type="r-2")], 1)
    index.update([entry("s:3", "Haie et autres choses", type="r-2")], 2)
    free = find(index, "haie")
    assert find(index, "haie", filters={"type": ("r-1", "r-2")}, near=(0, 0, 1)) == ()
    assert find(index, "haie", filters={"type": ("r-1", "r-2")}) == free


# Order and pages


@pytest.mark.parametrize("text", ["", "mare"])
@pytest.mark.parametrize("sort", ["pertinence", "recent", "titre"])
@pytest.mark.parametrize("limit", [1, 7, 500])
def test_pages_follow_each_other(many: tuple[Index, list[Entry]], text: str, sort: Any, limit: int) -> None:
    index, _ = many
    whole = index.search(Query(text, sort=sort, limit=5000, facets=False))
    starts = range(0, whole.total + limit, limit) if limit > 1 else (0, 1, 200, whole.total - 1)
    for start in starts:
        page = index.search(Query(text, sort=sort, limit=limit, offset=start, facets=False))
        assert page.ids == whole.ids[start : start + limit]
        assert page.total == whole.total


@pytest.mark.parametrize("limit", [1, 50, 5000])
def test_order_of_dates_and_titles(many: tuple[Index, list[Entry]], limit: int) -> None:
    index, entries = many
    recent = sorted(
        sorted(each.id for each in entries),
        key={each.id: (each.datestamp, crc32(each.id.encode()) & 0xFFFF) for each in entries}.__getitem__,
        reverse=True,
    )
    assert find(index, "", limit=limit) == find(index, "", sort="recent", limit=limit) == tuple(recent[:limit])
    titles = {each.id: each.record.title.lower().replace("é", "e") for each in entries if each.record}
    assert find(index, "", sort="titre", limit=limit) == tuple(sorted(titles, key=lambda id: (titles[id], id))[:limit])


def test_order_does_not_depend_on_how_the_index_was_built(many: tuple[Index, list[Entry]], tmp_path: Path) -> None:
    again = Index(tmp_path, VOCABULARY, Places())
    shuffled = list(many[1])
    random.Random(3).shuffle(shuffled)
    again.update(shuffled, 1)
    for sort in ("recent", "titre"):
        query = Query(sort=sort, limit=5000)
        assert again.search(query) == many[0].search(query)


def test_equal_scores_come_newest_first_then_by_id(index: Index) -> None:
    for number, (name, day) in enumerate([("b", "03"), ("d", "01"), ("c", "03"), ("a", "02")]):
        index.update([entry(name, "Haie", f"2024-01-{day}T00:00:00Z")], number + 1)
    assert find(index, "haie") == ("b", "c", "a", "d")
    assert [find(index, "haie", limit=1, offset=start)[0] for start in range(4)] == ["b", "c", "a", "d"]


def test_pages_stop_somewhere(many: tuple[Index, list[Entry]], monkeypatch: pytest.MonkeyPatch) -> None:
    index, entries = many
    assert find(index, "", offset=DEEPEST) == find(index, "", offset=10**30) == find(index, "", limit=0) == ()
    assert find(index, "", limit=-1) == ()
    assert find(index, "", offset=-5, limit=2) == find(index, "", limit=2)
    assert index.search(Query(limit=10**30, facets=False)).total == len(entries)
    monkeypatch.setattr("bridge.store.selection.DEEPEST", 10)
    assert find(index, "", offset=8, limit=20) == find(index, "", limit=20)[8:10]
    assert len(find(index, "", limit=20)) == 20  # from its beginning a list may be taken whole


def test_titles_are_ordered_by_their_words(index: Index) -> None:
    titled(index, a="« Zoo »", b="L'eau", c="Étang", d="eau", e="", f="Œuvre", g="Ocre")
    assert find(index, "", sort="titre") == ("e", "d", "c", "b", "g", "f", "a")


# Places


def distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    (lon1, lat1), (lon2, lat2) = (tuple(map(math.radians, point)) for point in (a, b))
    inside = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(inside))


def test_box(many: tuple[Index, list[Entry]]) -> None:
    index, entries = many

    def inside(record: Record) -> bool:
        return bool(record.point) and 0 <= record.point.lon <= 5.5 and 44 <= record.point.lat <= 46.5  # type: ignore[union-attr]

    ids, counts = recount(entries, inside, {"theme": ("t-1",)})
    hits = index.search(Query(bbox=(0, 44, 5.5, 46.5), filters={"theme": ("t-1",)}, limit=5000))
    assert (set(hits.ids), hits.facets) == (ids, counts)
    assert len(ids) > 10


def test_box_across_the_antimeridian(index: Index) -> None:
    index.update([entry(name, point=Point(lon, -13.0)) for name, lon in [("a", -176.2), ("b", 179), ("c", 2)]], 1)
    assert set(find(index, "", bbox=(170, -20, -170, 0))) == {"a", "b"}
    assert set(find(index, "", near=(179.9, -13, 500))) == {"a", "b"}
    assert set(find(index, "", bbox=(-180, -90, 180, 90))) == {"a", "b", "c"}


@pytest.mark.parametrize(
    "box", [(math.nan,) * 4, (-math.inf, -math.inf, math.inf, math.inf), (5, 9, 5, -9), (9, 0, -9, 0)]
)
def test_odd_boxes_are_only_boxes(many: tuple[Index, list[Entry]], box: Any) -> None:
    assert many[0].search(Query(bbox=box)).total >= 0


@pytest.mark.parametrize("centre", [(2.35, 48.85), (-4.9, 42.1)])
@pytest.mark.parametrize("km", [0, 5, 60, 300, 3000])
def test_near(many: tuple[Index, list[Entry]], centre: tuple[float, float], km: float) -> None:
    index, entries = many
    points = {each.id: each.record.point for each in entries if each.record and each.record.point}
    far = {id: distance(centre, point[:2]) for id, point in points.items()}
    found = set(find(index, "", near=(*centre, km), limit=5000))
    assert found >= {id for id, away in far.items() if away <= km}
    assert found <= {id for id, away in far.items() if away <= km * 1.06}


@pytest.mark.parametrize(
    "near",
    [
        (0, 89.99, 30_000),
        (0, 90, 10),
        (0, -90, 100),
        (500, 0, 10),
        (0, 0, -5),
        (0, 0, 1e9),
        (math.nan,) * 3,
        (math.inf,) * 3,
    ],
)
def test_odd_circles_are_only_circles(many: tuple[Index, list[Entry]], near: Any) -> None:
    assert many[0].search(Query(near=near)).total >= 0


def test_the_whole_earth_is_near(index: Index) -> None:
    index.update([entry("a", point=Point(0, 0)), entry("b", point=Point(179, -89)), entry("c")], 1)
    assert set(find(index, "", near=(0, 0, 30_000))) == {"a", "b"}


def test_points_and_clusters(many: tuple[Index, list[Entry]]) -> None:
    index, entries = many
    expected = sorted(
        (each.id, *each.record.point[:2])
        for each in entries
        if each.record and each.record.point and "Haie" in each.record.title
    )
    assert index.points(Query("haie")) == expected
    newest = sorted((each.datestamp for each in entries if each.id in {id for id, _, _ in expected}), reverse=True)[:50]
    stamps = {each.id: each.datestamp for each in entries}
    assert sorted((stamps[id] for id, _, _ in index.points(Query("haie"), 50)), reverse=True) == newest

    squares: dict[tuple[float, float], list[tuple[float, float]]] = {}
    for _, lon, lat in expected:
        squares.setdefault((lon // 2, lat // 2), []).append((lon, lat))
    clusters = index.clusters(Query("haie"), 2.0)
    assert sum(each.size for each in clusters) == len(expected)
    assert sorted(each.size for each in clusters) == sorted(map(len, squares.values()))
    assert sum(each.size for each in index.clusters(Query("haie"), 0)) == len(expected)
    for each in clusters:
        inside = squares[each.lon // 2, each.lat // 2]
        assert each == Cluster(
            pytest.approx(sum(lon for lon, _ in inside) / len(inside)),
            pytest.approx(sum(lat for _, lat in inside) / len(inside)),
            len(inside),
        )


# Life of an index


def test_nothing_yet(tmp_path: Path) -> None:
    index = Index(tmp_path / "not" / "there", VOCABULARY, Places())
    assert index.seq == 0
    assert index.search(Query("mares")) == (0, (), {name: [] for name in FACETS}, False)
    assert index.search(Query(facets=False)).facets == {}
    assert index.points(Query()) == index.clusters(Query(), 1) == []
    index.wipe()
    assert index.search(Query("mares haies")).total == 0
    assert index.search(Query(sort="titre")) == (0, (), {name: [] for name in FACETS}, False)
    assert index.points(Query()) == index.clusters(Query(), 1) == []


def test_update_replaces_and_withdraws(index: Index) -> None:
    index.update([entry("s:1", "Mare"), entry("s:2", "Haie"), entry("s:1", "Étang")], 5)
    assert (find(index, "mare"), find(index, "etang"), index.seq) == ((), ("s:1",), 5)
    index.update([entry("s:3", "Muret"), Entry("s:3", DAY, "withdrawn"), Entry("s:1", DAY, "withdrawn")], 6)
    index.update([Entry("s:1", DAY, "withdrawn")], 7)
    assert (find(index, ""), index.seq) == (("s:2",), 7)
    index.update([], 9)
    assert (find(index, ""), index.seq) == (("s:2",), 9)


def test_the_same_batch_twice_is_the_same(index: Index) -> None:
    batch = [entry("s:1", "Mare"), Entry("s:2", DAY, "withdrawn")]
    for _ in range(2):
        index.update(batch, 1)
        assert index.search(Query()).total == 1


def test_many_batches_few_commits(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_module, "_COMMIT_EVERY", 3)
    with index.writing() as writer:
        writer.update([entry("s:1"), entry("s:2")], 1)
        assert (writer.seq, index.seq, index.search(Query()).total) == (1, 0, 0)
        writer.update([entry("s:3")], 2)
        assert (writer.seq, index.seq, index.search(Query()).total) == (2, 2, 3)
        writer.update([entry("s:4")], 3)
    assert (index.seq, index.search(Query()).total) == (3, 4)


def test_an_exception_forgets_what_was_not_committed(index: Index) -> None:
    titled(index, a="Mare")
    with pytest.raises(RuntimeError), index.writing() as writer:
        writer.update([entry("b", "Haie"), Entry("a", DAY, "withdrawn")], 2)
        raise RuntimeError
    assert (find(index, ""), index.seq) == (("a",), 1)
    index.update([entry("b", "Haie")], 2)
    assert (set(find(index, "")), index.seq) == ({"a", "b"}, 2)


def test_one_writer_at_a_time(index: Index, tmp_path: Path) -> None:
    other = Index(tmp_path / "index", VOCABULARY, Places())
    with index.writing() as writer:
        writer.update([entry("a")], 1)
        with pytest.raises(BusyError, match="autre processus"):
            other.update([entry("b")], 2)
    assert find(other, "") == ("a",)


def test_a_wipe_waits_for_the_writer(index: Index, tmp_path: Path) -> None:
    other = Index(tmp_path / "index", VOCABULARY, Places())
    with index.writing() as writer:
        wiping = threading.Thread(target=other.wipe)
        wiping.start()
        writer.update([entry("a")], 1)
        wiping.join(0.2)
        assert wiping.is_alive()
    wiping.join(10)
    assert (index.seq, find(index, "")) == (0, ())


def test_a_crash_between_commit_and_seq_costs_nothing(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    titled(index, a="Mare")

    def full(path: Path, text: str) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(search_module, "_replace", full)
        with pytest.raises(StoreError, match="No space left"):
            index.update([entry("b", "Haie"), Entry("a", DAY, "withdrawn")], 2)
        with pytest.raises(StoreError, match="No space left"):
            index.wipe()
    assert (index.seq, find(index, "")) == (1, ("b",))
    index.update([entry("b", "Haie"), Entry("a", DAY, "withdrawn")], 2)
    assert (index.seq, find(index, "")) == (2, ("b",))


def test_a_writer_that_died_is_told(index: Index) -> None:
    with pytest.raises(StoreError, match="place sur le disque"), index.writing() as writer:

        class Dead:
            def delete_documents_by_term(self, field: str, value: str) -> None:
                raise ValueError("An error occurred in a thread")

        alive, writer._raw = writer._raw, Dead()  # type: ignore[assignment]
        try:
            writer.update([entry("a")], 1)
        finally:
            writer._raw = alive
    assert index.seq == 0


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="ne peut pas être écrit"):
        Index(tmp_path / "file" / "index", VOCABULARY, Places()).update([], 1)


def test_a_writer_that_cannot_start_is_told(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_module, "_HEAP", 1)
    with pytest.raises(StoreError, match="ne peut pas être écrit"):
        index.update([], 1)


def live(folder: Path) -> Path:
    return folder / (folder / "current").read_text()


def no_meta(folder: Path) -> None:
    (live(folder) / "meta.json").unlink()


def bad_meta(folder: Path) -> None:
    (live(folder) / "meta.json").write_text("{")


def no_segments(folder: Path) -> None:
    for path in live(folder).glob("*.*"):
        if path.name != "meta.json":
            path.unlink()


def cut_segments(folder: Path) -> None:
    for path in live(folder).glob("*.*"):
        if path.suffix in {".fast", ".term", ".idx", ".store", ".pos", ".fieldnorm"}:
            path.write_bytes(path.read_bytes()[:10])


def no_state(folder: Path) -> None:
    (live(folder) / "state").unlink()


def bad_state(folder: Path) -> None:
    (live(folder) / "state").write_bytes(b"\xff\xfe\0 1")


def no_number(folder: Path) -> None:
    state = live(folder) / "state"
    state.write_text("x " + state.read_text().partition(" ")[2])


def bad_pointer(folder: Path) -> None:
    (folder / "current").write_bytes(b"\xff\0/../..")


def no_pointer(folder: Path) -> None:
    (folder / "current").unlink()


DAMAGES = [no_meta, bad_meta, no_segments, cut_segments, no_state, bad_state, no_number, bad_pointer, no_pointer]


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_broken_is_rebuilt(index: Index, tmp_path: Path, damage: Callable[[Path], None]) -> None:
    folder = tmp_path / "index"
    titled(index, a="Mare", b="Haie")
    damage(folder)
    found = Index(folder, VOCABULARY, Places())
    assert (found.seq, found.search(Query("mare")).total) == (0, 0)
    with found.writing() as writer:
        assert writer.seq == 0
        writer.update([entry("a", "Mare")], 4)
    assert (found.seq, find(found, "mare")) == (4, ("a",))
    assert (index.seq, find(index, "mare")) == (4, ("a",))
    assert len(list(folder.glob("index-*"))) == 1


@pytest.mark.parametrize("vocabulary", [Vocabulary("v2")])
def test_another_version_starts_anew(index: Index, tmp_path: Path, vocabulary: Vocabulary) -> None:
    titled(index, a="Mare")
    later = Index(tmp_path / "index", vocabulary, Places())
    assert (later.seq, find(later, "")) == (0, ())
    later.update([entry("b", "Haie")], 1)
    assert find(later, "") == ("b",)
    assert (index.seq, find(index, "")) == (0, ())


def test_wipe_while_a_reader_is_open(index: Index, tmp_path: Path) -> None:
    titled(index, a="Mare")
    reader = Index(tmp_path / "index", VOCABULARY, Places())
    assert find(reader, "mare") == ("a",)
    view = reader._view()
    index.wipe()
    assert view is not None
    assert view.searcher.num_docs == 1
    assert view.searcher.search(tantivy.Query.all_query(), 1).count == 1
    assert (reader.seq, find(reader, "")) == (0, ())
    index.update([entry("b", "Haie")], 3)
    assert (reader.seq, find(reader, "")) == (3, ("b",))


def test_a_wipe_leaves_no_byte(index: Index, tmp_path: Path) -> None:
    titled(index, a="Trèssecret")
    assert any(b"tressecret" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    index.wipe()
    assert not any(b"tressecret" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_reader_caught_by_a_wipe_follows_the_pointer(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    titled(index, a="Mare")
    reader = Index(index._folder, VOCABULARY, Places())
    read, pointers = reader._pointer, []

    def pointer() -> str:
        pointers.append(read())
        if len(pointers) == 1:  # the folder goes between the moment its name is read and the moment it is opened
            index.wipe()
            index.update([entry("b", "Haie")], 2)
        return pointers[-1]

    monkeypatch.setattr(reader, "_pointer", pointer)
    assert (find(reader, ""), len(pointers)) == (("b",), 3)


# Threads and processes


def test_threads_share_an_index(index: Index) -> None:
    titled(index, a="Mare")
    failures: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        try:
            while not stop.is_set():
                hits = index.search(Query("mare"))
                assert hits.ids
                assert dict(hits.facets["source"])["a"] == 1
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(10):
        index.update([entry("a", "Mare"), entry(f"b{number}", "Mare")], number + 2)
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []


def write_in_another_process(folder: str) -> None:
    index = Index(Path(folder), VOCABULARY, Places())
    for number in range(1, 21):
        index.update([entry(f"s:{number}", "Mare"), entry("s:last", f"Titre{number}")], number)
        if number == 10:
            index.wipe()
            index.update([entry(f"s:{n}", "Mare") for n in range(1, 11)] + [entry("s:last", "Titre10")], number)


def test_one_process_writes_another_reads(index: Index, tmp_path: Path) -> None:
    index.wipe()
    writer = multiprocessing.get_context("spawn").Process(
        target=write_in_another_process, args=(str(tmp_path / "index"),), daemon=True
    )
    writer.start()
    deadline = time.monotonic() + 60
    while index.seq < 20 and time.monotonic() < deadline:
        hits = index.search(Query(limit=100))
        assert len(hits.ids) == hits.total
    writer.join(60)
    assert writer.exitcode == 0
    assert index.search(Query("mare")).total == 20
    assert find(index, "titre20") == ("s:last",)
    assert find(index, "titre19") == ()


# With the real territories


def test_real_territories(tmp_path: Path) -> None:
    index = Index(tmp_path, VOCABULARY)
    index.update(
        [entry("s:1", "Mare", territories=("commune/69123",)), entry("s:2", territories=("departement/69",))], 1
    )
    counts = dict(index.search(Query()).facets["territoire"])
    assert counts["commune/69123"] == 1
    assert counts["departement/69"] == counts["region/84"] == 2
    assert set(counts) == {"commune/69123", "departement/69", *territory.ancestors("commune/69123")}
    assert find(index, "", filters={"territoire": ("region/84",)}) == ("s:1", "s:2")
    assert find(index, "lyon") == ("s:1",)
    assert set(find(index, "auvergne rhône alpes")) == {"s:1", "s:2"}


def test_a_record_without_a_title_of_words(index: Index) -> None:
    made = entry("s:1", "???")
    index.update([replace(made, datestamp="")], 1)
    assert find(index, "", sort="titre") == find(index, "", sort="recent") == ("s:1",)


def test_a_word_longer_than_any_is_in_no_record(many: tuple[Index, list[Entry]]) -> None:
    index, entries = many
    assert find(index, "a" * 100) == ()
    assert len(find(index, "!!!", limit=5)) == 5  # signs ask for nothing
