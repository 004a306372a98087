"""An edit at a source that pings is seen everywhere, by the whole service on real sockets, among a thousand sources."""

from __future__ import annotations

from bench.freshness import PATIENCE, freshness

SOURCES = 1000


def test_an_edit_is_announced_and_seen_in_oai_a_feed_the_showcase_and_delivered():
    seen = freshness(SOURCES, edits=5)
    assert len(seen) == 5 and all(each.everywhere < PATIENCE for each in seen)
