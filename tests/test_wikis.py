"""YesWiki and WordPress, visit after visit: what changed is asked alone, what left is known, nothing is made up."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from bridge.collective import Collective
from bridge.errors import FetchError, ReadError
from bridge.meaning.mapping import apply
from bridge.meaning.source import load_source
from bridge.meaning.vocabulary import load
from bridge.readers import Reader, clock, wordpress, yeswiki
from bridge.record import Item, Page, Request, Response
from bridge.refresh import Summary, refresh

MAPPINGS = Path(__file__).parents[1] / "mappings"
SINCE = "2026-11-25T08:00:00Z"
NOW = datetime.now(UTC).replace(microsecond=0)
OLD = NOW - timedelta(days=60)


def answer(request: Request, value: Any, status: int = 200, **headers: str) -> Response:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Response(request.url, status, named, json.dumps(value).encode(), request.carry)


class Site:
    """A site under the hands of a test; ``asked`` is what it was asked, ``octets`` what it answered."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.octets = 0
        self.date = format_datetime(NOW, usegmt=True)

    def get(self, request: Request, *, etag: str = "", last_modified: str = "") -> Response:
        self.asked.append(request.url)
        response = self.answer(request)
        self.octets += len(response.body)
        if response.status >= 400:
            raise FetchError(f"Le site répond {response.status}.", status=response.status, body=response.body)
        dated = {"date": self.date} if self.date else {}
        return Response(response.url, response.status, {**response.headers, **dated}, response.body, response.carry)

    def answer(self, request: Request) -> Response:
        raise NotImplementedError

    def since_then(self) -> list[str]:
        """What was asked since the last time this was asked."""
        asked, self.asked, self.octets = self.asked, [], 0
        return asked


def walk(reader: Reader, site: Site, options: dict[str, Any], since: str = "") -> Iterator[tuple[Request, Page]]:
    waiting = [reader.start("https://w.example/", options, since)]
    while waiting:
        request = waiting.pop(0)
        assert json.loads(json.dumps(request.carry)) == request.carry
        try:
            response = site.get(request)
        except FetchError as error:
            response = Response(request.url, error.status or 0, {}, error.body, request.carry)
        page = reader.read(response, options)
        waiting.extend(page.next)
        yield request, page


def present(pages: list[Page]) -> list[str] | None:
    """All the ids that the light lists of a walk gave; None when none was given."""
    lists = [page.present for page in pages if page.present is not None]
    return [name for names in lists for name in names] if lists else None


# YesWiki


def local(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


class Wiki(Site):
    """A YesWiki whose form 5 has a title and a description; ``light`` is False for a version before light lists."""

    light = True

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.entries: dict[str, dict[str, Any]] = {}
        self.down: Any = None
        for name in names:
            self.write(name, OLD)

    def write(self, name: str, moment: datetime = NOW, **fields: Any) -> None:
        entry = {"bf_titre": name, "bf_description": "x" * 500, "id_typeannonce": "5", "id_fiche": name}
        more = {"date_maj_fiche": local(moment), "statut_fiche": "1", "url": f"https://w.example/?{name}"}
        self.entries[name] = {**entry, **more, **fields}

    def answer(self, request: Request) -> Response:
        route, *rest = unquote(urlsplit(request.url).query).split("&")
        if route == "api/forms/5":
            prepared = [{"propertyname": name, "name": name, "type": "text"} for name in ("bf_titre", "bf_description")]
            return answer(request, {"bn_id_nature": "5", "prepared": prepared})
        if self.down is not None:
            return answer(request, None if self.down == "null" else self.down)
        if route == "api/forms/5/entries":
            kept = rest[0].removeprefix("fields=").split(",") if rest and self.light else None
            return answer(
                request,
                {name: {k: v for k, v in e.items() if not kept or k in kept} for name, e in self.entries.items()},
            )
        name = route.removeprefix("api/entries/json/")
        return answer(request, {name: self.entries[name]} if name in self.entries else {})


def wiki_pages(site: Wiki, since: str = SINCE) -> list[tuple[Request, Page]]:
    return list(walk(yeswiki, site, {"form": "5"}, since))


def test_yeswiki_asks_what_moved_one_by_one() -> None:
    site = Wiki("Une", "Deux")
    site.write("Neuve", datetime(2026, 11, 24, 7, tzinfo=UTC))  # 25 hours before, whatever its time zone is
    site.write("Sans date", date_maj_fiche="")
    site.write("Ancienne", datetime(2026, 11, 24, 6, 59, 59, tzinfo=UTC))
    site.write("Brouillon", statut_fiche="0")
    walked = wiki_pages(site)
    assert [(request.url, request.single) for request, _ in walked] == [
        ("https://w.example/?api/forms/5", False),
        ("https://w.example/?api/forms/5/entries&fields=id_fiche,date_maj_fiche,statut_fiche", False),
        ("https://w.example/?api/entries/json/Neuve", True),
        ("https://w.example/?api/entries/json/Sans%20date", True),
    ]
    pages = [page for _, page in walked]
    assert present(pages) == ["Une", "Deux", "Neuve", "Sans date", "Ancienne"]
    assert [item.id for page in pages for item in page] == ["Neuve", "Sans date"]
    assert all(page.whole for page in pages)


def test_yeswiki_an_entry_is_the_same_alone_and_in_its_list() -> None:
    site = Wiki("Une")
    (alone,) = [item for _, page in wiki_pages(site, "2000-01-01T00:00:00Z") for item in page]
    (listed,) = [item for _, page in wiki_pages(site, "") for item in page]
    assert alone == listed and alone.data["bf_description"]


def test_yeswiki_asks_the_whole_list_when_much_moved() -> None:
    site = Wiki(*(f"Fiche{n}" for n in range(7)))
    walked = wiki_pages(site, "2000-01-01T00:00:00Z")
    assert [request.url.partition("?")[2] for request, _ in walked][1:] == [
        "api/forms/5/entries&fields=id_fiche,date_maj_fiche,statut_fiche",
        "api/forms/5/entries",
    ]
    assert present([page for _, page in walked]) == [item.id for item in walked[-1][1]] == list(site.entries)
    assert len(wiki_pages(Wiki(*(f"Fiche{n}" for n in range(5))), "2000-01-01T00:00:00Z")) == 2 + 5


def test_yeswiki_that_knows_no_light_list_gives_the_whole_one() -> None:
    site = Wiki("Une", "Deux")
    site.light = False
    walked = wiki_pages(site)
    assert len(walked) == 2
    page = walked[-1][1]
    assert (page.present, [item.id for item in page], page.whole) == ((), ["Une", "Deux"], True)


@pytest.mark.parametrize("body", ["null", {}, []])
def test_an_empty_yeswiki_is_never_all_gone(body: Any) -> None:
    site = Wiki("Une")
    site.down = body
    for since in ("", SINCE):
        page = wiki_pages(site, since)[-1][1]
        assert (page.present, list(page), page.whole) == (None, [], False)


def test_yeswiki_light_list_with_something_else_in_it_is_not_whole() -> None:
    site = Wiki("Une")
    site.entries["Odd"] = []  # type: ignore[assignment]
    request = Request("https://w.example/", {"base": "https://w.example/", "form": "5", "fields": {}, "since": "2"})
    page = yeswiki.read(answer(request, {"Une": {"id_fiche": "Une"}, "Odd": 1}), {})
    assert (page.present, page.whole, len(page.problems)) == (("Une",), False, 1)


@pytest.mark.parametrize(
    ("value", "status", "found"),
    [
        ({"Une": {"id_fiche": "Une", "bf_titre": "x"}}, 200, ["Une"]),
        ({"Une": {"bf_titre": "x"}}, 200, ["Une"]),
        ([{"id_fiche": "Deux"}, {"id_fiche": "Une"}], 200, ["Une"]),
        ({"Une": {"id_fiche": "Une", "statut_fiche": "0"}}, 200, []),
        ({"Une": 1, "Deux": {"id_fiche": "Deux"}}, 200, []),
        ({}, 200, []),
        (None, 200, []),
        ({}, 404, []),
    ],
)
def test_yeswiki_entry_alone(value: Any, status: int, found: list[str]) -> None:
    request = Request("https://w.example/", {"base": "https://w.example/", "fields": {}, "entry": "Une"})
    page = yeswiki.read(answer(request, value, status), {})
    assert [item.id for item in page] == found
    assert page.whole and page.present is None


def test_yeswiki_form_that_went_since_the_last_visit() -> None:
    request = Request("https://w.example/", {"form": "5", "fields": {}, "since": "2026"})
    with pytest.raises(ReadError, match="n'existe pas"):
        yeswiki.read(answer(request, {}, 404), {})


def test_yeswiki_entry_alone_that_is_none() -> None:
    with pytest.raises(ReadError, match="pas une liste de fiches"):
        yeswiki.read(answer(Request("https://w.example/", {"fields": {}, "entry": "Une"}), 12), {})


def test_yeswiki_gives_a_document_through_the_page_that_serves_it() -> None:
    """A wiki puts « _ » after the name of what a server might run: by its own name, nobody could open it."""
    fields = {"fichierbf_bilan": ["fichierbf_bilan", "file", None], "imagebf_image": ["imagebf_image", "image", None]}
    request = Request("https://w.example/", {"fields": fields, "base": "https://w.example/", "form": "5"})
    entry = {"bf_titre": "Une", "fichierbf_bilan": "Une_fichierbf_bilan_Été_2026.pdf_", "imagebf_image": "Une_a.png"}
    (item,) = yeswiki.read(answer(request, {"Une": entry}), {}).items
    file = "Une_fichierbf_bilan_%C3%89t%C3%A9_2026.pdf_"
    assert item.data["fichierbf_bilan"] == f"https://w.example/?Une_fichierbf_bilan/download&file={file}"
    assert item.data["imagebf_image"] == "https://w.example/files/Une_a.png"


def test_yeswiki_walk_starts_where_its_own_clock_says() -> None:
    site = Wiki("Une")
    site.date = "Tue, 24 Nov 2026 06:53:42 GMT"
    assert [page.watermark for _, page in wiki_pages(site)] == ["2026-11-24T06:53:42Z", ""]
    site.date = ""
    assert [page.watermark for _, page in wiki_pages(site)] == ["", ""]


@pytest.mark.parametrize(
    ("entry", "expected", "said"),
    [
        ({"bf_latitude": "45.76", "bf_longitude": "45.76"}, (45.76, 45.76), "sont égales"),
        ({"bf_latitude": "45.76", "bf_longitude": "45.76", "carte_google": "45.76|4.83"}, (45.76, 4.83), ""),
        ({"bf_latitude": "0", "bf_longitude": "0"}, (0.0, 0.0), ""),
    ],
)
def test_yeswiki_latitude_written_twice(entry: dict[str, str], expected: tuple[float, float], said: str) -> None:
    request = Request("https://w.example/", {"base": "https://w.example/", "fields": {}})
    (item,) = yeswiki.read(answer(request, {"Une": {"bf_titre": "Une", **entry}}), {})
    assert (item.data["bf_latitude"], item.data["bf_longitude"]) == expected
    mapped = apply(_stock("_yeswiki"), Item(item.id, item.data, item.url))
    assert mapped.record is not None
    assert (mapped.record.point is None) is (expected[1] != 4.83)
    assert [said in problem.message for problem in mapped.problems] == [True] * bool(said)


def _stock(preset: str) -> Any:
    presets = {path.stem: path.read_text() for path in (MAPPINGS / "presets").glob("_*.toml")}
    partner = f'extends = "{preset}"\n[source]\nid = "x"\nurl = "https://w.example/"\nlicence = "CC0-1.0"\n'
    return load_source(partner, "x.toml", presets, load(MAPPINGS / "vocabulary"), "1")


# WordPress


class Press(Site):
    """A WordPress. ``bounded`` is False for a version that does not know ``modified_after``."""

    bounded = True
    allowed = 100
    between: Callable[[], None] | None = None

    def __init__(self, **types: list[int]) -> None:
        super().__init__()
        self.posts: dict[str, dict[int, dict[str, Any]]] = {base: {} for base in types}
        for base, numbers in types.items():
            for number in numbers:
                self.write(base, number, OLD)

    def write(self, base: str, number: int, moment: datetime = NOW, **fields: Any) -> None:
        known = {"id": number, "type": base.rstrip("s"), "status": "publish", "title": {"rendered": f"{base} {number}"}}
        date = moment.strftime("%Y-%m-%dT%H:%M:%S")
        text = {"content": {"rendered": "x" * 500, "protected": False}, "excerpt": {"rendered": "", "protected": False}}
        self.posts[base][number] = {**known, **text, "modified_gmt": date, **fields}

    def answer(self, request: Request) -> Response:
        parts = urlsplit(request.url)
        base, asked = parts.path.rpartition("/")[2], {k: v[0] for k, v in parse_qs(parts.query).items()}
        per, number = int(asked["per_page"]), int(asked["page"])
        if per > self.allowed:
            said = {"per_page": f"per_page must be between 1 (inclusive) and {self.allowed} (inclusive)"}
            return answer(request, {"code": "rest_invalid_param", "data": {"params": said}}, 400)
        posts = [post for _, post in sorted(self.posts[base].items())]
        if self.bounded and (after := asked.get("modified_after")):
            posts = [post for post in posts if post["modified_gmt"] > after]
        pages = -(-len(posts) // per)
        if number > max(pages, 1):
            return answer(request, {"code": "rest_post_invalid_page_number"}, 400)
        shown = posts[(number - 1) * per : number * per]
        if "_fields" in asked:
            kept = {name.partition(".")[0] for name in asked["_fields"].split(",")}
            shown = [{k: v for k, v in post.items() if k in kept and k != "rendered"} for post in shown]
            shown = [{**post, "content": {"protected": post["content"]["protected"]}} for post in shown]
        if number == 1 and self.between is not None:
            self.between()
        return answer(request, shown, x_wp_total=str(len(posts)), x_wp_totalpages=str(pages))


def press_pages(site: Press, since: str = SINCE, **options: Any) -> list[Page]:
    return [page for _, page in walk(wordpress, site, {"types": list(site.posts), **options}, since)]


EDITED = datetime(2026, 11, 24, 7, 0, 1, tzinfo=UTC)


def test_wordpress_asks_what_moved_then_what_is_left() -> None:
    site = Press(posts=[*range(1, 151)], guides=[200, 201])
    site.write("posts", 7, EDITED)
    site.write("guides", 201, EDITED, content={"rendered": "", "protected": True})
    site.write("guides", 202, EDITED, status="private")
    pages = press_pages(site)
    routes = [url.removeprefix("https://w.example/wp-json/wp/v2/") for url in site.asked]
    by_id = "&orderby=id&order=asc"
    embed = f"{by_id}&_embed=wp:term,wp:featuredmedia&modified_after=2026-11-24T07:00:00Z"
    light = f"{by_id}&_fields=id,type,status,content.protected,excerpt.protected"
    assert routes == [
        f"posts?per_page=100&page=1{embed}",
        f"posts?per_page=100&page=1{light}",
        f"posts?per_page=100&page=2{light}",
        f"guides?per_page=100&page=1{embed}",
        f"guides?per_page=100&page=1{light}",
    ]
    assert [item.id for page in pages for item in page] == ["post-7"]
    assert present(pages) == [*(f"post-{n}" for n in range(1, 151)), "guide-200"]
    assert all(page.whole for page in pages)
    assert [page.watermark for page in pages] == [NOW.strftime("%Y-%m-%dT%H:%M:%SZ"), "", "", "", ""]


def test_wordpress_before_5_7_lists_all_and_is_not_asked_twice() -> None:
    site = Press(posts=[*range(1, 151)])
    site.bounded = False
    pages = press_pages(site)
    assert len(site.asked) == 2
    assert [page.present for page in pages] == [(), ()]
    assert len([item for page in pages for item in page]) == 150


def test_wordpress_light_list_that_is_cut_is_not_whole() -> None:
    request = wordpress.start("https://w.example/", {}, SINCE)
    (light,) = wordpress.read(answer(request, [], x_wp_total="0", x_wp_totalpages="0"), {}).next
    for posts, headers in (
        ([{"id": 1}], {"x_wp_total": "2", "x_wp_totalpages": "1"}),
        ([{"id": 1}, "x"], {"x_wp_total": "2", "x_wp_totalpages": "1"}),
        ([{"id": 1}, {"type": "post"}], {"x_wp_total": "2", "x_wp_totalpages": "1"}),
    ):
        page = wordpress.read(answer(light, posts, **headers), {})
        assert (page.whole, page.present) == (False, ["posts-1"])
    for refusal in ({"code": "rest_forbidden"}, {"code": "internal_server_error"}):
        with pytest.raises(ReadError, match="refuse l'accès"):
            wordpress.read(answer(light, refusal, 401), {})


def test_wordpress_lists_that_change_while_they_are_read() -> None:
    """What one deletion pushes to a page already read is not taken for absent."""
    site = Press(posts=[*range(1, 151)])
    site.between = lambda: site.posts["posts"].pop(5, None) and None  # type: ignore[func-returns-value]
    pages = press_pages(site, "")
    assert [page.whole for page in pages] == [True, False]
    assert pages[1].problems[0].message == "La liste a changé pendant sa lecture (150 contenus, puis 149)."
    site = Press(posts=[*range(1, 102)])
    site.between = lambda: site.posts["posts"].pop(5, None) and None  # type: ignore[func-returns-value]
    pages = press_pages(site, "")
    assert [page.whole for page in pages] == [True, False]
    assert "annonçait 101 contenus et en a livré 100" in pages[1].problems[0].message
    site = Press(posts=[*range(1, 101)])
    site.bounded = False
    assert [page.whole for page in press_pages(site, "")] == [True]


@pytest.mark.parametrize("allowed", [50, 10])
def test_wordpress_that_refuses_a_hundred_a_page(allowed: int) -> None:
    site = Press(posts=[*range(1, 61)], guides=[70])
    site.allowed = allowed
    pages = press_pages(site, "")
    assert len([item for page in pages for item in page]) == 61
    assert [url for url in site.asked if "per_page=100" in url] == site.asked[:1]
    assert all(page.whole for page in pages)
    assert pages[0].watermark == "" and pages[1].watermark


def test_wordpress_that_refuses_any_number_a_page() -> None:
    refusal = {"code": "rest_invalid_param", "message": "Paramètre(s) non valide(s) : per_page"}
    request = wordpress.start("https://w.example/", {})
    (again,) = wordpress.read(answer(request, refusal, 400), {}).next
    assert "per_page=10&" in again.url
    with pytest.raises(ReadError, match="rest_invalid_param"):
        wordpress.read(answer(again, refusal, 400), {})


@pytest.mark.parametrize("date", [None, "hier", "2026-11-24T09:00:00", ""])
def test_wordpress_dates_that_say_nothing_of_modified_after(date: Any) -> None:
    request = wordpress.start("https://w.example/", {}, SINCE)
    page = wordpress.read(answer(request, [{"id": 1, "modified_gmt": date}], x_wp_total="1", x_wp_totalpages="1"), {})
    assert page.present is None and "_fields=" in page.next[0].url


# The clock


@pytest.mark.parametrize(
    ("date", "instant"),
    [
        ("Tue, 24 Nov 2026 06:53:42 GMT", "2026-11-24T06:53:42Z"),
        ("Tue, 24 Nov 2026 06:53:42 -0000", "2026-11-24T06:53:42Z"),
        ("Tue, 24 Nov 2026 07:53:42 +0100", "2026-11-24T06:53:42Z"),
        ("Mon, 01 Jan 0101 00:00:00 GMT", ""),
        ("Fri, 31 Dec 9999 23:59:59 -1200", ""),
        ("1 Jan 99999999999999999999 1:1:1 GMT", ""),
        ("hier", ""),
        ("a" * 100_000, ""),
    ],
)
def test_when_a_site_answered(date: str, instant: str) -> None:
    assert clock.served_at(Response("https://w.example/", 200, {"date": date}, b"")) == instant


def test_more_than_a_day_is_asked_again() -> None:
    assert clock.overlapping("2026-03-01T00:30:00Z") == "2026-02-27T23:30:00Z"


# Through the harvest


@pytest.fixture
def visit(collective: Collective, add_source: Callable[..., None]) -> Callable[..., Summary]:
    """``visit(kind, site)`` visits that site once."""

    def once(kind: str, site: Site, **options: bool) -> Summary:
        if kind not in collective.sources:
            more = 'options = { form = "5" }' if kind == "yeswiki" else 'options = { types = ["posts", "guides"] }'
            fields = {"title": "bf_titre"} if kind == "yeswiki" else {"title": "title.rendered"}
            add_source(kind, kind, "https://w.example/", fields, source_more=more)
        (summary,) = refresh(collective, [collective.sources[kind]], site, **options)  # type: ignore[arg-type]
        return summary

    return once


def test_yeswiki_second_visit_costs_little_and_knows_all(visit: Callable[..., Summary]) -> None:
    site = Wiki(*(f"Fiche{n}" for n in range(60)))
    assert visit("yeswiki", site).created == 60
    whole = site.octets
    site.since_then()
    summary = visit("yeswiki", site)
    assert (summary.complete, summary.changed, summary.absent, len(site.asked)) == (True, 0, 0, 2)
    assert site.octets < whole / 4
    site.since_then()
    site.write("Fiche3", bf_titre="Autre titre")
    site.write("Neuve")
    del site.entries["Fiche9"]
    summary = visit("yeswiki", site)
    assert (summary.created, summary.changed, summary.absent, summary.withdrawn) == (1, 1, 1, 0)
    assert [url.partition("?")[2] for url in site.asked[2:]] == [
        "api/entries/json/Fiche3",
        "api/entries/json/Neuve",
        "Fiche9",
    ]
    summary = visit("yeswiki", site)
    assert (summary.absent, summary.withdrawn) == (0, 1)
    site.down = {}
    summary = visit("yeswiki", site)
    assert (summary.withdrawn, summary.absent, summary.held_back) == (0, 0, 0)


def test_wordpress_second_visit_costs_little_and_knows_all(visit: Callable[..., Summary]) -> None:
    site = Press(posts=[*range(1, 60)], guides=[100])
    assert visit("wordpress", site).created == 60
    whole = site.octets
    site.since_then()
    summary = visit("wordpress", site)
    assert (summary.complete, summary.changed, summary.absent, len(site.asked)) == (True, 0, 0, 4)
    assert site.octets < whole / 4
    site.write("posts", 7, title={"rendered": "Autre titre"})
    site.write("guides", 101)
    site.write("posts", 8, content={"rendered": "", "protected": True})
    del site.posts["posts"][9]
    summary = visit("wordpress", site)
    assert (summary.created, summary.changed, summary.absent, summary.withdrawn) == (1, 1, 2, 0)
    summary = visit("wordpress", site)
    assert (summary.absent, summary.withdrawn) == (0, 2)
    # A term or a field that changes moves no date: the full walk sees it.
    site.write("posts", 10, OLD, meta={"commune": "Lyon"}, title={"rendered": "Titre sans date"})
    assert visit("wordpress", site).changed == 0
    assert visit("wordpress", site, full=True).changed == 1
