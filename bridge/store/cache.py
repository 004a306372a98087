"""``cache_*``: throw-away copies and validators. Emptying them loses nothing: the next harvest rebuilds them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from bridge.store.ledger import metadata

# Fragments are kept as the bytes that are served: turning them into texts and back costs as much as reading them.
record = Table(
    "cache_record",
    metadata,
    Column("id", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("raw_hash", LargeBinary, nullable=False),
    Column("version", String, nullable=False),
    Column("pivot", Text, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("oai_dc", LargeBinary, nullable=False),
    Column("pv", LargeBinary, nullable=False),
    Column("about", LargeBinary, nullable=False),
    Column("terms", Text, nullable=False),
    Index("cache_record_by_source", "source"),
)

# One answer of a source: what lets the next visit skip it whole.
page = Table(
    "cache_page",
    metadata,
    Column("source", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("version", String, nullable=False),
    Column("etag", String, nullable=False),
    Column("last_modified", String, nullable=False),
    Column("body_hash", String, nullable=False),
    Column("ids", Text, nullable=False),
    Column("next", Text, nullable=False),
    Column("facts", Text, nullable=False),
)

source = Table(
    "cache_source",
    metadata,
    Column("id", String, primary_key=True),
    Column("version", String, nullable=False),
    Column("watermark", String, nullable=False),
    Column("last_full", String, nullable=False),
    Column("keeps_deleted", Boolean, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("problems", Text, nullable=False),
    Column("unplaced", Text, nullable=False),
)

# What a site that the bridge cannot reach delivered itself: the answers that its feed would give, in order.
pushed = Table(
    "cache_pushed",
    metadata,
    Column("source", String, primary_key=True),
    Column("delivery", String, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("of", Integer, nullable=False),
    Column("walk", String, nullable=False),
    Column("since", String, nullable=False),
    Column("at", String, nullable=False),
    # Its last part is there; until then nothing reads it.
    Column("whole", Boolean, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
