"""Limits for each client: nobody polite meets them, nobody else goes on for ever."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from bridge.collective import Collective
from bridge.web import create_app, limits
from bridge.web.limits import RATES, Buckets, client_of, family_of
from bridge.web.page_cache import PageCache

OUTSIDE = {"REMOTE_ADDR": "192.0.2.7"}


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_burst_is_taken_then_a_steady_pace(clock: Clock) -> None:
    buckets, rate = Buckets(clock), RATES["search"]
    assert [buckets.take("a", "search") for _ in range(rate.burst)] == [0] * rate.burst
    assert buckets.take("a", "search") == 1
    for _ in range(100):
        clock.now += 1 / rate.each_second + 1e-6
        assert buckets.take("a", "search") == 0
    assert buckets.take("a", "search") == 1
    clock.now += 3600
    assert [buckets.take("a", "search") for _ in range(rate.burst + 1)] == [0] * rate.burst + [1]


def test_to_insist_does_not_make_one_wait_longer(clock: Clock) -> None:
    buckets, rate = Buckets(clock), RATES["export"]
    for _ in range(rate.burst + 500):
        wait = buckets.take("a", "export")
    clock.now += wait
    assert buckets.take("a", "export") == 0


def test_clients_and_families_are_apart(clock: Clock) -> None:
    buckets = Buckets(clock)
    while not buckets.take("a", "write"):
        pass
    assert buckets.take("b", "write") == buckets.take("a", "search") == 0


def test_memory_is_bounded_and_the_busiest_are_not_forgotten(clock: Clock) -> None:
    buckets = Buckets(clock, most=100)
    while not buckets.take("tireless", "write"):
        pass
    for number in range(1000):
        buckets.take(f"{number}", "write")
        assert buckets.take("tireless", "write") > 0
    assert len(buckets) == 100


def test_a_clock_that_stands_still_or_goes_back_gives_nothing_more(clock: Clock) -> None:
    buckets = Buckets(clock)
    while not buckets.take("a", "write"):
        pass
    clock.now -= 50
    assert buckets.take("a", "write") > 0


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("2001:db8:1:2::1", "2001:0db8:0001:0002"),
        ("2001:db8:1:3::1", "2001:0db8:0001:0003"),
        ("127.0.0.1", ""),
        ("127.8.8.8", ""),
        ("::1", ""),
        ("::ffff:127.0.0.1", ""),
        ("n'importe quoi", "?"),
        ("", "?"),
    ],
)
def test_who_a_client_is(address: str, client: str) -> None:
    assert client_of(address) == client


def test_every_address_is_in_a_family(collective: Collective) -> None:
    """Those that cost nothing are listed here: another one must say which it is."""
    free, families = set(), {}
    for rule in create_app(collective).url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            family = family_of(rule.endpoint, method)
            families.setdefault(family, set()).add(str(rule))
            assert family in ("", *RATES)
            if not family:
                free.add(str(rule))
    assert free == {"/static/<path:filename>", "/healthz", "/healthz/live", "/healthz/ready", "/metrics"}
    assert families["oai"] == {"/oai", "/pour/<id>/oai", "/passerelle/<path:file>"}
    assert families["export"] == {"/feed.<extension>", "/pour/<id>/feed.<extension>"}
    assert {"/coordination", "/sources/<id>/mots"} <= families["write"]
    assert {"/ping/<id>", "/push/<id>", "/pairing"} <= families["told"]
    assert {"/", "/api/v1/records", "/carte.json", "/pour/<id>/"} <= families["search"]


@pytest.fixture
def limited(collective: Collective, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setattr(limits, "RATES", {name: limits.Rate(0.1, 3) for name in RATES})
    app = create_app(collective)
    limits.settle(app)
    return app


Ask = Callable[..., list[int]]


@pytest.fixture
def ask(limited: Flask) -> Ask:
    def ask(path: str, times: int, method: str = "GET", **environ: str) -> list[int]:
        client = limited.test_client()
        answers = [client.open(path, method=method, environ_base={**OUTSIDE, **environ}) for _ in range(times)]
        return [answer.status_code for answer in answers]

    return ask


@pytest.mark.parametrize("path", ["/", "/api/v1/records", "/feed.json", "/en/", "/introuvable"])
def test_too_much_is_refused_in_one_sentence(ask: Ask, limited: Flask, path: str) -> None:
    assert ask(path, 4)[3] == 429 and 429 not in ask("/healthz/live", 9)
    refused = limited.test_client().get(path, environ_base=OUTSIDE)
    assert refused.headers["Retry-After"] == "10" and refused.headers["Cache-Control"] == "no-store"
    assert refused.get_data(as_text=True) == "Trop de demandes à la fois : revenez dans 10 s.\n"
    assert 429 not in ask(path, 3, REMOTE_ADDR="192.0.2.8")
    assert 429 not in ask(path, 9, REMOTE_ADDR="127.0.0.1")


def test_harvesters_are_told_as_they_know_it(ask: Ask, limited: Flask) -> None:
    assert ask("/oai?verb=Identify", 5)[3:] == [503, 503]
    assert limited.test_client().get("/oai?verb=Identify", environ_base=OUTSIDE).headers["Retry-After"] == "10"


def test_writes_have_their_own_limit(ask: Ask) -> None:
    assert ask("/coordination", 4, "POST")[3] == 429
    assert ask("/ping/a", 4, "POST")[3] == 429
    assert 429 not in ask("/", 3)


def test_nothing_is_limited_without_serve(collective: Collective) -> None:
    client = create_app(collective).test_client()
    assert {client.get("/healthz", environ_base=OUTSIDE).status_code for _ in range(300)} == {200}
    assert 429 not in {client.get("/introuvable", environ_base=OUTSIDE).status_code for _ in range(250)}


def test_kept_pages_count_for_nothing(limited: Flask) -> None:
    from werkzeug.test import Client

    client = Client(PageCache(limited, lambda: 1))
    assert {client.get("/a-propos", environ_base=OUTSIDE).status_code for _ in range(50)} == {200}


def test_behind_a_proxy_clients_are_told_apart(tmp_path, monkeypatch) -> None:
    from bridge.config import load

    monkeypatch.setattr(limits, "RATES", {name: limits.Rate(0.1, 3) for name in RATES})
    (tmp_path / "mappings").mkdir()
    here = Collective(load(tmp_path, {"PARTAGEONS_TRUSTED_PROXIES": "1"}))
    try:
        app = create_app(here)
        limits.settle(app)
        client = app.test_client()

        def status(forwarded: str) -> int:
            return client.get("/a-propos", headers={"X-Forwarded-For": forwarded}).status_code

        assert [status(f"203.0.113.{n}, 192.0.2.7") for n in range(4)] == [200, 200, 200, 429], "what it claims is not"
        assert status("192.0.2.7, 192.0.2.8") == 200
    finally:
        here.close()
