"""The models, so that one import knows every table."""

from hub.models.account import Identity, Person, SignIn, SignInFailure, Throttle, Ticket
from hub.models.adjustment import Adjustment
from hub.models.adoption import Adoption
from hub.models.audit import AuditEvent
from hub.models.curation import Curation
from hub.models.demand import Demand
from hub.models.index_task import IndexKeeper, IndexTask
from hub.models.institution import Exemplar, Institution, InstitutionDomain, InstitutionName, Invitation, Logo, Membership, Partnership
from hub.models.judgement import JudgedQuery, Judgement
from hub.models.link import Link
from hub.models.lti import LaunchNonce, Platform, SigningKey
from hub.models.mail import Mail
from hub.models.match import Match
from hub.models.outbox import Outbox
from hub.models.record import SourceRecord
from hub.models.resource import Offering, Resource, ResourceKey
from hub.models.review import Complaint, Criterion, Cycle, Decision, HelpfulVote, Reply, Review, ReviewScore, Rubric
from hub.models.run import Failure, PreviewItem, Run, Validator
from hub.models.shelf import Comment, Shelf, ShelfEditor, ShelfItem
from hub.models.source import Source
from hub.models.study import Bookmark, Dismissal, Enrolment, Follow, RemovedBookmark, SavedSearch, StepDone
from hub.models.tag import Tag, Tagging
from hub.models.token import AccessToken
from hub.models.topic import Assignment, Concept, ConceptLabel, ConceptText, RemovedLabel
from hub.models.webhook import Delivery, Webhook
from hub.models.worker import Worker

__all__ = [
    "AccessToken",
    "Adjustment",
    "Adoption",
    "Assignment",
    "AuditEvent",
    "Bookmark",
    "Comment",
    "Complaint",
    "Concept",
    "ConceptLabel",
    "ConceptText",
    "Criterion",
    "Curation",
    "Cycle",
    "Decision",
    "Delivery",
    "Demand",
    "Dismissal",
    "Enrolment",
    "Exemplar",
    "Failure",
    "Follow",
    "HelpfulVote",
    "Identity",
    "IndexKeeper",
    "IndexTask",
    "Institution",
    "InstitutionDomain",
    "InstitutionName",
    "Invitation",
    "JudgedQuery",
    "Judgement",
    "LaunchNonce",
    "Link",
    "Logo",
    "Mail",
    "Match",
    "Membership",
    "Offering",
    "Outbox",
    "Partnership",
    "Person",
    "Platform",
    "PreviewItem",
    "RemovedBookmark",
    "RemovedLabel",
    "Reply",
    "Resource",
    "ResourceKey",
    "Review",
    "ReviewScore",
    "Rubric",
    "Run",
    "SavedSearch",
    "Shelf",
    "ShelfEditor",
    "ShelfItem",
    "SignIn",
    "SignInFailure",
    "SigningKey",
    "Source",
    "SourceRecord",
    "StepDone",
    "Tag",
    "Tagging",
    "Throttle",
    "Ticket",
    "Validator",
    "Webhook",
    "Worker",
]
