"""The models, so that one import knows every table."""

from hub.models.account import Person, SignInFailure
from hub.models.adjustment import Adjustment
from hub.models.audit import AuditEvent
from hub.models.curation import Curation
from hub.models.demand import Demand
from hub.models.index_task import IndexKeeper, IndexTask
from hub.models.judgement import JudgedQuery, Judgement
from hub.models.link import Link
from hub.models.mail import Mail
from hub.models.match import Match
from hub.models.outbox import Outbox
from hub.models.record import SourceRecord
from hub.models.resource import Offering, Resource, ResourceKey
from hub.models.run import Failure, PreviewItem, Run, Validator
from hub.models.source import Source
from hub.models.topic import Assignment, Concept, ConceptLabel, ConceptText, RemovedLabel
from hub.models.worker import Worker

__all__ = [
    "Adjustment",
    "Assignment",
    "AuditEvent",
    "Concept",
    "ConceptLabel",
    "ConceptText",
    "Curation",
    "Demand",
    "Failure",
    "IndexKeeper",
    "IndexTask",
    "JudgedQuery",
    "Judgement",
    "Link",
    "Mail",
    "Match",
    "Offering",
    "Outbox",
    "Person",
    "PreviewItem",
    "RemovedLabel",
    "Resource",
    "ResourceKey",
    "Run",
    "SignInFailure",
    "Source",
    "SourceRecord",
    "Validator",
    "Worker",
]
