"""``ledger_*``: what must never be forgotten and holds no content: identifiers, hashes, datestamps, tombstones."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, Text, false

metadata = MetaData()

record = Table(
    "ledger_record",
    metadata,
    Column("id", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("status", String, nullable=False),
    Column("datestamp", String, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("content_hash", String, nullable=False),
    Column("first_seen", String, nullable=False),
    Column("absent_since", String),
    # A person said that it stays although its source no longer lists it.
    Column("kept", Boolean, nullable=False, server_default=false()),
    # What it is recognised by under another identifier, or elsewhere (``meaning.marks``); 0 once forgotten.
    Column("mark", BigInteger, nullable=False, server_default="0"),
    Column("name", BigInteger, nullable=False, server_default="0"),
    Column("origin", BigInteger, nullable=False, server_default="0"),
    Column("hops", Integer, nullable=False, server_default="0"),
    Index("ledger_record_by_datestamp", "datestamp", "id"),
    Index("ledger_record_by_seq", "seq"),
    Index("ledger_record_by_source", "source", "status"),
    Index("ledger_record_by_name", "name"),
    Index("ledger_record_by_origin", "origin"),
    sqlite_with_rowid=False,
)

# A set a record is in, or was in: leaving a set is served as a deletion in that set.
member = Table(
    "ledger_member",
    metadata,
    Column("record", String, primary_key=True),
    Column("spec", String, primary_key=True),
    Column("present", Boolean, nullable=False),
    Index("ledger_member_by_spec", "spec", "record", "present"),
    sqlite_with_rowid=False,
)

# What a source now calls some of its records. ``name`` is that of a content (``meaning.marks``) that was looked at: it
# belongs to no other record.
alias = Table(
    "ledger_alias",
    metadata,
    Column("source", String, primary_key=True),
    Column("local", String, primary_key=True),
    Column("record", String, nullable=False),
    Column("name", BigInteger, nullable=False, server_default="0"),
    Index("ledger_alias_by_record", "record"),
    sqlite_with_rowid=False,
)

# A record of a source that is a copy of another one here, ``home`` (empty when it is not known which). ``denied``: a
# person said that it is none.
echo = Table(
    "ledger_echo",
    metadata,
    Column("id", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("home", String, nullable=False),
    Column("at", String, nullable=False),
    Column("denied", Boolean, nullable=False, server_default=false()),
    Index("ledger_echo_by_source", "source"),
    Index("ledger_echo_by_home", "home"),
    sqlite_with_rowid=False,
)

source = Table(
    "ledger_source",
    metadata,
    Column("id", String, primary_key=True),
    Column("last_visit", String, nullable=False, server_default=""),
    Column("last_success", String, nullable=False, server_default=""),
    Column("unreachable_since", String, nullable=False, server_default=""),
    Column("next_visit", String, nullable=False, server_default=""),
    Column("held_back", Integer, nullable=False, server_default="0"),
    Column("unlisted", Boolean, nullable=False, default=False),
    # Its learnt pace in seconds (0: not yet known), failed visits in a row.
    Column("pace", Integer, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False, server_default="0"),
    # The last signed ping, how many came, how many changes were found that no ping had announced.
    Column("pinged", String, nullable=False, server_default=""),
    Column("pings", Integer, nullable=False, server_default="0"),
    Column("missed", Integer, nullable=False, server_default="0"),
)

# The right of opposition: survives a wipe and a new harvest.
opposed = Table(
    "ledger_opposed",
    metadata,
    Column("id", String, primary_key=True),
    Column("at", String, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
)

# One row each: schema, seq, datestamp (the newest ever given).
state = Table(
    "ledger_state",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", String, nullable=False),
)
