"""WebSub (https://www.w3.org/TR/websub/): the hub of our feeds, and our subscriptions to the hubs of others.

Both live in the store and are moved on by one loop; requests come in through ``bridge.web.hub``.
"""

from __future__ import annotations

import logging
from threading import Event

from bridge.collective import Collective
from bridge.errors import BridgeError
from bridge.fetch import Fetcher
from bridge.hub.contents import Contents, Render
from bridge.hub.listening import Listening
from bridge.hub.telling import Telling

__all__ = ["Render", "run"]

log = logging.getLogger("partageons")

PAUSE = 0.1
RETRY = 30.0


def run(here: Collective, fetch: Fetcher, stop: Event, render: Render) -> None:
    """Confirm, deliver, subscribe and renew until ``stop``. Nothing without ``base_url``: nobody could call back."""
    if not here.settings.base_url:
        return
    with Telling(here, fetch, stop, Contents(render)) as telling, Listening(here, fetch) as listening:
        while not stop.wait(PAUSE):
            try:
                telling.step()
                listening.step()
            except BridgeError as error:  # a full disk, say: it may pass
                log.error("%s", error)
                stop.wait(RETRY)
