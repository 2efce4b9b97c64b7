"""Who works in the library: only the worker needs them, and what they read with."""

import ssl
from dataclasses import dataclass
from pathlib import Path

from leadengine.database import Database
from leadengine.knowledge.crawling.guard import Guard, networks
from leadengine.knowledge.library import Library
from leadengine.knowledge.reading_sites import Surveyor
from leadengine.knowledge.taking_in import Librarian
from leadengine.settings import KnowledgeSettings


@dataclass(frozen=True)
class Staff:
    """One takes files in, one reads websites."""

    librarian: Librarian
    surveyor: Surveyor


def hire(settings: KnowledgeSettings, database: Database, library: Library) -> Staff:
    """Both, for one process.

    Raises:
        ValueError: CRAWL_NETWORKS has something that is no network.
        OSError: CRAWL_AUTHORITIES cannot be read.
    """
    guard = Guard(networks(settings.crawl_networks))
    context = ssl.create_default_context()
    if settings.crawl_authorities and Path(settings.crawl_authorities).stat().st_size:
        context.load_verify_locations(settings.crawl_authorities)
    librarian = Librarian(database, library.model, library.index)
    return Staff(librarian, Surveyor(database, guard, context))
