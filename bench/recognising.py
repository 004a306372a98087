"""Recognising a site: how long and how many requests, for each of the demo, on loopback and without pauses."""

from __future__ import annotations

from statistics import median

from bench.figure import Figure, wall
from bridge.demo.network import Network
from bridge.fetch import Fetcher
from bridge.recognise import recognise
from bridge.record import Request, Response

RUNS = 3


class Counting:
    """The door out, and how often it was knocked at; ``robots.txt`` is asked by the door itself."""

    def __init__(self, hosts: tuple[str, ...]) -> None:
        self._fetcher = Fetcher(hosts)
        self.asked = 0

    def get(self, request: Request, /) -> Response:
        self.asked += 1
        return self._fetcher.get(request)


def figures() -> list[Figure]:
    seconds: list[float] = []
    requests: list[int] = []
    with Network() as network:
        for site in network.sites.values():
            taken = []
            for _ in range(RUNS):
                door = Counting(network.hosts)
                taken.append(wall(lambda door=door, site=site: recognise(site.pasted, door)))
            seconds.append(median(taken))
            requests.append(door.asked)
    return [
        Figure("recognise-requests-most", max(requests), "", at_most=20),
        Figure("recognise-seconds-slowest", max(seconds), "s", at_most=10),
        Figure("recognise-seconds-median", median(seconds), "s", at_most=10),
    ]
