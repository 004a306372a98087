"""Answers that can be asked for again cheaply: what servers of files and WordPress's feeds send (RFC 9110, 8.8)."""

from __future__ import annotations

import hashlib
from datetime import datetime
from email.utils import format_datetime

from bridge.demo.site import Answer


def validated(body: bytes, media_type: str, updated: datetime) -> Answer:
    """A 200 with ``ETag`` and ``Last-Modified``."""
    etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
    when = format_datetime(updated, usegmt=True)
    return Answer(body, headers={"Content-Type": media_type, "ETag": f'"{etag}"', "Last-Modified": when})
