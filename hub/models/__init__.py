"""The models, so that one import knows every table."""

from hub.models.account import Person, SignInFailure
from hub.models.index_task import IndexKeeper, IndexTask
from hub.models.outbox import Outbox
from hub.models.record import SourceRecord
from hub.models.resource import Offering, Resource, ResourceKey
from hub.models.run import Failure, Run
from hub.models.source import Source
from hub.models.topic import Assignment, Concept, ConceptLabel, ConceptText, RemovedLabel

__all__ = [
    "Assignment",
    "Concept",
    "ConceptLabel",
    "ConceptText",
    "Failure",
    "IndexKeeper",
    "IndexTask",
    "Offering",
    "Outbox",
    "Person",
    "RemovedLabel",
    "Resource",
    "ResourceKey",
    "Run",
    "SignInFailure",
    "Source",
    "SourceRecord",
]
