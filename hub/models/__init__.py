"""The models, so that one import knows every table."""

from hub.models.account import Person, SignInFailure
from hub.models.adjustment import Adjustment
from hub.models.demand import Demand
from hub.models.index_task import IndexKeeper, IndexTask
from hub.models.judgement import JudgedQuery, Judgement
from hub.models.outbox import Outbox
from hub.models.record import SourceRecord
from hub.models.resource import Offering, Resource, ResourceKey
from hub.models.run import Failure, Run
from hub.models.source import Source
from hub.models.topic import Assignment, Concept, ConceptLabel, ConceptText, RemovedLabel

__all__ = [
    "Adjustment",
    "Assignment",
    "Concept",
    "ConceptLabel",
    "ConceptText",
    "Demand",
    "Failure",
    "IndexKeeper",
    "IndexTask",
    "JudgedQuery",
    "Judgement",
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
