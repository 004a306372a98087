"""The API against its own description, by schemathesis: what it says of its parameters and answers is exactly true.

Requests are derived from the description, good and bad ones, always the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
import schemathesis
from fake_collective import fill
from schemathesis.core.failures import Failure
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from test_api import TARGET

from bridge.collective import Collective
from bridge.config import load
from bridge.web import create_app
from bridge.web.operations import OPERATIONS
from bridge.web.page_cache import PageCache

CHECKS = {
    "allow_header_conformance",
    "content_type_conformance",
    "negative_data_rejection",
    "not_a_server_error",
    "response_headers_conformance",
    "response_schema_conformance",
    "status_code_conformance",
    "unsupported_method",
}
CONFIG = {
    "seed": 2026,
    "headers": {"Accept-Encoding": "identity"},  # a WSGI application is asked directly, and nobody unzips
    "generation": {"deterministic": True, "max-examples": 10, "no-shrink": True, "mode": "all", "database": "none"},
    # Some limits hold between parameters (page × per_page) or inside a text (a cursor): no schema can say them.
    "checks": {"positive_data_acceptance": {"enabled": False}},
    "phases": {"stateful": {"enabled": False}},
}


@pytest.fixture
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[schemathesis.BaseSchema]:
    folder = tmp_path_factory.mktemp("collective")
    (folder / "mappings").mkdir()
    here = Collective(load(folder, {}))
    fill(here)
    (folder / "mappings" / "refuges.toml").write_text(TARGET, encoding="utf-8")
    app = PageCache(create_app(here), lambda: (here.store.seq, here.index.seq))
    config = schemathesis.Config.from_dict(CONFIG)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app, config=config)
    here.close()


def test_it_does_what_it_says(described: schemathesis.BaseSchema) -> None:
    # Its engine, not its pytest plugin: the plugin reaches into pytest, and breaks when pytest moves.
    found: dict[str, str] = {}
    done: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for event in from_schema(described).execute():
        assert not isinstance(event, FatalError | NonFatalError), event
        if isinstance(event, ScenarioFinished):
            asked[event.recorder.label] += len(event.recorder.cases)
            for case, checks in event.recorder.checks.items():
                for check in checks:
                    done[check.name] += 1
                    if check.failure_info:
                        found[_named(event.recorder.label, check.failure_info.failure)] = event.recorder.cases[
                            case
                        ].value.as_curl_command()
    assert not found, "\n".join(f"{failure}\n    {request}" for failure, request in found.items())
    assert done.keys() >= CHECKS
    assert asked.keys() == {f"GET {path}" for path in OPERATIONS} and min(asked.values()) > 5


def _named(label: str, failure: Failure) -> str:
    return f"{label}: {failure.title}: {failure.message}"
