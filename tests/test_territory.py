"""Territories: every line of ``cases/territory.tsv``, and the tables they rest on."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import pytest

from bridge.meaning import places, positions, territory
from bridge.meaning.place_names import city_of_part, key, keys, numbered, pieces, postcode, said
from bridge.meaning.territory import Evidence, Resolved, resolve
from bridge.record import Point

CASES = [
    line.split("\t")
    for line in (Path(__file__).parent / "cases" / "territory.tsv").read_text().splitlines()
    if line and not line.startswith("#")
]


def evidence(text: str) -> Evidence:
    pairs = dict(each.split("=", 1) for each in text.split(" && ")) if text != "-" else {}
    numbers = {name: float(pairs.pop(name)) for name in ("lon", "lat") if name in pairs}
    return Evidence(**pairs, **numbers)


@pytest.mark.parametrize(("said", "codes", "point", "problem"), CASES, ids=[case[0] for case in CASES])
def test_case(said: str, codes: str, point: str, problem: str) -> None:
    found = resolve(evidence(said))
    assert (" ".join(found.codes) or "-") == codes
    assert (found.problem or "-") == problem
    assert _shown(found.point) == point
    if found.point and found.point.precision == "commune":
        assert found.point == territory.centroid(found.codes[0])


def _shown(point: Point | None) -> str:
    return "-" if point is None else "commune" if point.precision == "commune" else f"{point.lon} {point.lat}"


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 200


def test_every_commune_is_found_by_its_name_and_department_or_postcode() -> None:
    for code, line in list(places.tables().communes.items())[::25]:
        name, postcodes = line.split("\t")[1], line.split("\t")[3].split()
        expected = (f"commune/{code}",)
        held = places.department(code).partition("/")[2]
        assert resolve(Evidence(name=name, departement=held)).codes in (expected, ()), name
        if postcodes:
            assert resolve(Evidence(name=name.upper(), postcode=postcodes[-1])).codes == expected, name


def test_a_name_alone_is_resolved_only_when_it_is_unique_or_a_whole_region() -> None:
    names = Counter(key(line.split("\t")[1]) for line in places.tables().communes.values())
    once = places.tables().once_named
    for code, line in list(places.tables().communes.items())[::25]:
        name = line.split("\t")[1]
        found = resolve(Evidence(text=name)).codes
        if names[key(name)] > 1 or set(once.get(key(name), "").split()) - {code}:
            assert not any(each.startswith("commune/") for each in found), name
        elif found != (f"commune/{code}",):
            assert key(name).removeprefix("la ") in {**places.tables().regions, **places.tables().departments}, name


def test_a_long_text_names_nothing() -> None:
    assert "trop long" in resolve(Evidence(text="Lyon " * 100)).problem
    assert resolve(Evidence(text="Lyon " * 100)).codes == ()


def test_what_is_kept_of_long_texts_is_short() -> None:
    story = "Il était une fois, (à Lyon) ; ou s/ un pont - " * 20_000
    for field in ("text", "name", "insee", "postcode", "departement", "region", "epci"):
        assert resolve(Evidence(**{field: story})).codes == ()
    assert len(resolve(Evidence(insee="69123 " * 2000 + "38185")).codes) == 1


def test_no_text_makes_it_fail() -> None:
    for text in (
        "(",
        ")",
        "((Lyon)",
        ",,,",
        "; ;",
        "/",
        "69003",
        "0",
        "00000",
        "Lyon (",
        " - ",
        "&",
        "s/",
        "\0",
        "2A 2B",
    ):
        for field in ("text", "name", "insee", "postcode", "departement", "region", "epci"):
            assert isinstance(resolve(Evidence(**{field: text})), Resolved)
    for number in (float("nan"), float("inf"), -1e9):
        assert resolve(Evidence(lon=number, lat=1.0)).point is None


# What is known of one territory ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("commune/69123", ("epci/200046977", "departement/69", "region/84")),
        ("commune/93066", ("epci/200057867", "epci/200054781", "departement/93", "region/11")),
        ("commune/2A004", ("epci/242010056", "departement/2A", "region/94")),
        ("commune/97411", ("epci/249740119", "departement/974", "region/04")),
        ("commune/98818", ("departement/988",)),
        ("epci/200046977", ("departement/69", "region/84")),
        ("departement/69", ("region/84",)),
        ("departement/987", ()),
        ("region/84", ()),
        ("commune/00000", ()),
        ("epci/0", ()),
        ("nonsense", ()),
    ],
)
def test_ancestors(code: str, expected: tuple[str, ...]) -> None:
    assert territory.ancestors(code) == expected


@pytest.mark.parametrize(
    ("code", "name", "short"),
    [
        ("commune/69123", "Lyon (Rhône)", "Lyon"),
        ("commune/75056", "Paris", "Paris"),
        ("commune/53147", "Mayenne (Mayenne)", "Mayenne"),
        ("epci/200000172", "Communauté de communes Faucigny - Glières", "CC Faucigny - Glières"),
        ("epci/200046977", "Métropole de Lyon", "Métropole de Lyon"),
        ("departement/69", "Rhône", "Rhône"),
        ("region/53", "Bretagne", "Bretagne"),
        ("commune/00000", "commune/00000", "commune/00000"),
    ],
)
def test_names(code: str, name: str, short: str) -> None:
    assert (territory.name(code), territory.short_name(code)) == (name, short)


def test_population_centroid_and_existence() -> None:
    assert territory.population("commune/69123") > 500_000
    assert (
        territory.population("region/84")
        > territory.population("departement/69")
        > territory.population("commune/69123")
    )
    assert territory.population("region/00") == 0
    assert territory.centroid("commune/69123") == pytest.approx((4.8364, 45.7549, "commune"))  # type: ignore[arg-type]
    assert territory.centroid("commune/98818") is None
    assert territory.centroid("departement/69") is None
    assert territory.exists("commune/69123")
    assert not territory.exists("commune/69383")
    assert len(territory.version()) == 16


def test_near_is_by_distance() -> None:
    found = territory.near(4.8364, 45.7549, 8)
    assert found[:2] == ("commune/69123", "commune/69142")
    assert "commune/69266" in found
    assert "commune/38185" not in found
    assert territory.near(4.8364, 45.7549, 0) == ("commune/69123",)
    assert territory.near(-40.0, 45.0, 20) == ()
    assert set(found) == {
        f"commune/{code}"
        for code in places.tables().communes
        if (centre := territory.centroid(f"commune/{code}")) and positions.distance(4.8364, 45.7549, centre) <= 8
    }


def test_a_point_is_held_by_all_the_communes_that_reach_it() -> None:
    assert "69123" in positions.may_hold(4.84, 45.75)
    assert "97353" in positions.may_hold(-54.0, 2.6)  # a commune of 18,000 km², whose centre is far
    assert not positions.reaches("98818", 166.45, -22.27)
    assert not positions.reaches("00000", 0.0, 0.0)


def test_search_gives_the_very_name_first_then_the_most_populated() -> None:
    assert territory.search("lyon")[0] == "commune/69123"
    assert territory.search("St-Den")[:2] == ("commune/97411", "commune/93066")
    assert territory.search("havre")[0] == "commune/76351"
    assert territory.search("rhôn")[0] == "departement/69"
    assert territory.search("département du") == ()
    assert territory.search("departement rh")[0] == "departement/69"
    assert "epci/200069110" in territory.search("grand chamb")
    assert len(territory.search("s", 3)) == 3
    assert territory.search(" ") == ()
    assert territory.search("zzzz") == ()


# Names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L’Haÿ-les-Roses", "l hay les roses"),
        ("St-Cyr s/ Loire", "saint cyr sur loire"),
        ("Ste Marie s/s Bois", "sainte marie sous bois"),
        ("STS & Co", "saints et co"),
        ("Œuilly", "oeuilly"),
        ("  ", ""),
    ],
)
def test_key(text: str, expected: str) -> None:
    assert key(text) == expected


def test_keys_of_the_tables_are_the_keys_of_queries() -> None:
    names = [line.split("\t")[1] for line in places.tables().communes.values()]
    assert keys(names) == [key(name) for name in names]


def test_what_a_name_says() -> None:
    assert said("ville du havre") == ("le havre", "commune", "")
    assert said("departement des landes") == ("les landes", "departement", "")
    assert said("ca du grand chambery") == ("grand chambery", "epci", "CA")
    assert said("intercommunalite du vercors") == ("vercors", "epci", "")
    assert said("rennes metropole") == ("rennes", "epci", "")
    assert said("lyon") == ("lyon", "", "")
    assert postcode("69326 lyon cedex 03") == ("69326", "lyon")
    assert postcode("lyon") == ("", "lyon")
    assert postcode("lyon cedex 03") == ("", "lyon")
    assert numbered("bastia 2b") == ("bastia", "2B")
    assert numbered("38 vienne") == ("vienne", "38")
    assert numbered("18 36") == ("18 36", "")
    assert city_of_part("paris xviii") == "paris"
    assert city_of_part("lyon 10") == ""
    assert city_of_part("lyon iiii") == ""


def test_pieces_keep_what_is_known_whole() -> None:
    assert pieces("A et B ; C, D (E)", {"A et B"}.__contains__) == [["A et B"], ["C", "D", "E"]]
    assert pieces("69003, Lyon", set[str]().__contains__) == [["69003 Lyon"]]
    assert pieces("; ;", set[str]().__contains__) == []


# Tables ----------------------------------------------------------------------------------------------------------


def test_tables_hold_together() -> None:
    held = places.tables()
    assert len(held.communes) == 34_969
    assert sum(1 for codes in held.postcodes.values() if " " in codes) / len(held.postcodes) == pytest.approx(
        0.67, abs=0.01
    )
    assert not held.replaced.keys() & held.communes.keys()
    assert set(held.replaced.values()) <= held.communes.keys()
    for code in held.communes:
        found = places.commune(code)
        assert found is not None
        assert places.department(code) in held.areas
        assert not found.epci or f"epci/{found.epci}" in held.areas
        assert found.point is None or (-180 < found.point.lon < 180 and found.reach > 0)
    for area in held.areas.values():
        assert all(code in held.areas for code in area.above)
    for index in (held.departments, held.regions, held.groups, held.group_cores):
        assert all(code in held.areas for codes in index.values() for code in codes.split())


def test_tables_are_the_same_bytes_whenever_they_are_made() -> None:
    for path in (Path(places.__file__).parent.parent / "data").glob("*.tsv.gz"):
        raw = path.read_bytes()
        assert raw[4:8] == b"\0\0\0\0", path.name
        assert gzip.compress(gzip.decompress(raw), 9, mtime=0)[:8] == raw[:8]
