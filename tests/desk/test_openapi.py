"""Whatever a client sends that the OpenAPI allows, and much that it forbids, no answer is an internal error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import captions_db as db
import pytest
import schemathesis
from fastapi import FastAPI, Request
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Err

from captions.cli import main
from captions.desk.api.app import ApiServices, add_api, reader_config
from captions.desk.api.dependencies import AccessScope
from captions.desk.api.problems import MEDIA_TYPE
from captions.desk.api.readers import ArticleReaders
from captions.desk.store import DeskStore
from captions.lexicon.vocabulary import default
from captions.processes.limits import Limits
from tests.support.depth import examples
from tests.support.engines import Stores
from tests.support.paths import SAMPLES

_BUSY = 503


def _allow(_request: Request, _scope: AccessScope) -> str:
    return "kim"


@pytest.fixture(scope="module")
def app(stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """Return an API on a store with the sample articles."""
    url = stores.place()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("empty"))
        assert main(["ingest", str(SAMPLES / "articles"), "--db", url]) == 0
        assert main(["agreement", "import", str(SAMPLES / "agreements.csv"), "--db", url]) == 0
    engine = db.open_store(url, create=True)
    store, app = DeskStore(engine, default()), FastAPI(openapi_url="/v1/openapi.json")
    readers = ArticleReaders(reader_config(store), 1, Limits(20.0))
    app.state.services = ApiServices(store, readers, _allow)
    add_api(app)
    yield app
    readers.close()
    engine.dispose()


def test_no_request_is_an_internal_error(app: FastAPI) -> None:
    schema = schemathesis.openapi.from_asgi("/v1/openapi.json", app)
    asked = 0
    for operation in schema.get_all_operations():
        assert not isinstance(operation, Err)
        strategy = operation.ok().as_strategy()

        @given(case=strategy)
        @settings(max_examples=examples(6), deadline=None, suppress_health_check=list(HealthCheck))
        def ask(case: Any) -> None:
            nonlocal asked
            asked += 1
            answer = case.call()
            assert answer.status_code < 500 or answer.status_code == _BUSY, (case.as_curl_command(), answer.text)
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == [MEDIA_TYPE], answer.headers

        ask()
    assert asked > 17
