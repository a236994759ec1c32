"""One answerer over the shipped documents, with the encoder that ships."""

from __future__ import annotations

import pytest

from corpus.catalog import Catalog
from index.encoder import load_encoder
from index.passages import passages_of
from index.provision_index import ProvisionIndex
from retrieval.answerer import Answerer


@pytest.fixture(scope="session")
def answerer(catalog: Catalog) -> Answerer:
    return Answerer(catalog, ProvisionIndex.build(passages_of(catalog), load_encoder(None)))
