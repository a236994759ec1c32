"""One answerer over the shipped documents, with the encoder that ships."""

from __future__ import annotations

import pytest

from corpus.catalog import Catalog
from index.encoder import load_encoder
from index.provision_index import ProvisionIndex
from retrieval.answerer import Answerer, assemble


@pytest.fixture(scope="session")
def answerer(catalog: Catalog) -> Answerer:
    encoder = load_encoder(None)
    return assemble(catalog, lambda _, passages: ProvisionIndex.build(passages, encoder))
