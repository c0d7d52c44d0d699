"""What a new hub begins with: the vocabulary, from its SKOS file into the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from importlib import resources

from rdflib import RDF, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.plugins.parsers.notation3 import BadSyntax
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.models.topic import Concept, ConceptLabel, ConceptText, RemovedLabel
from hub.services import stamping
from search.analysis import fold

OCH = Namespace("https://open-commerce-hub.example/vocabulary/terms/")


class BadVocabulary(Exception):
    """The file is not a vocabulary; the message says where."""


def load_vocabulary(session: Session, turtle: str | None = None) -> int:
    """Bring a SKOS file (Turtle; default: the one we ship) into the database; answers how many concepts it has. The caller commits.

    A concept that is there keeps its id and so its assignments; its labels become those of the file, but for what people changed in the
    site: their labels stay, and those that they took away stay away; so do the places that they gave to concepts. No concept is removed.
    Only `skos:notation`, `prefLabel`, `altLabel`, `hiddenLabel` (for search alone), `definition`, `broader` and `inScheme` are read (SKOS
    Reference, sections 4 to 8), and our own `och:needsContext`.
    """
    graph = Graph()
    turtle = turtle or shipped()
    try:
        graph.parse(data=turtle, format="turtle")
    except BadSyntax as error:
        raise BadVocabulary(f"line {error.lines + 1} is not Turtle") from error
    if next(concepts(graph), None) is None:
        raise BadVocabulary("it has no skos:Concept with a skos:notation")
    before = shown(session)
    there = {(c.scheme, c.notation): c for c in session.scalars(select(Concept))}
    made: dict[URIRef, Concept] = {}
    for position, uri in enumerate(sorted(concepts(graph), key=lambda uri: place_of(graph, uri, turtle))):
        scheme, notation = scheme_of(graph, uri), str(graph.value(uri, SKOS.notation))
        concept = there.get((scheme, notation)) or Concept(scheme=scheme, notation=notation)
        concept.uri, concept.position = str(uri), position
        session.add(concept)
        made[uri] = concept
    session.flush()
    for uri, concept in made.items():
        if concept.placed_by_person:
            continue
        broader = graph.value(uri, SKOS.broader)
        concept.broader_id = made[broader].id if isinstance(broader, URIRef) and broader in made else None
    ids = [concept.id for concept in made.values()]
    session.execute(delete(ConceptLabel).where(ConceptLabel.concept_id.in_(ids), ~ConceptLabel.by_person))
    session.execute(delete(ConceptText).where(ConceptText.concept_id.in_(ids)))
    edits = edited(session)
    session.add_all(text for uri, concept in made.items() for text in texts(graph, uri, concept.id) if edits.admit(text))
    session.flush()
    after = shown(session)
    stamping.touch(session, {id for id, facts in after.items() if before.get(id) != facts})
    return len(made)


def shown(session: Session) -> dict[int, tuple[str, frozenset[int], frozenset[tuple[str, str]]]]:
    """What the world is told of each concept: its address, all that is above it, its names."""
    above = {id: broader for id, broader in session.execute(select(Concept.id, Concept.broader_id))}
    names: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for id, language, text in session.execute(
        select(ConceptLabel.concept_id, ConceptLabel.language, ConceptLabel.text).where(ConceptLabel.preferred)
    ):
        names[id].add((language, text))
    return {id: (uri, upwards(id, above), frozenset(names[id])) for id, uri in session.execute(select(Concept.id, Concept.uri))}


def upwards(id: int, above: Mapping[int, int | None]) -> frozenset[int]:
    """A concept and all above it."""
    found: set[int] = set()
    at: int | None = id
    while at is not None and at not in found:
        found.add(at)
        at = above.get(at)
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Edits:
    """What people changed: labels that the file must not bring again, and where they named a concept themselves."""

    settled: Set[tuple[int, str, str]]  # concept, language, text folded: added or taken away by a person
    named: Set[tuple[int, str]]  # concept, language

    def admit(self, text: ConceptLabel | ConceptText) -> bool:
        """Does this text of the file come in? As a synonym, where a person chose another name."""
        if isinstance(text, ConceptText):
            return True
        text.preferred = text.preferred and (text.concept_id, text.language) not in self.named
        return (text.concept_id, text.language, fold(text.text)) not in self.settled


def edited(session: Session) -> Edits:
    """What people changed."""
    kept = session.execute(
        select(ConceptLabel.concept_id, ConceptLabel.language, ConceptLabel.text, ConceptLabel.preferred).where(ConceptLabel.by_person)
    ).all()
    removed = session.execute(select(RemovedLabel.concept_id, RemovedLabel.language, RemovedLabel.text)).all()
    return Edits(
        settled={(row.concept_id, row.language, fold(row.text)) for row in (*kept, *removed)},
        named={(row.concept_id, row.language) for row in kept if row.preferred},
    )


def shipped() -> str:
    """The vocabulary that comes with the product."""
    return resources.files("hub").joinpath("vocabulary/ecommerce.ttl").read_text(encoding="utf-8")


def concepts(graph: Graph) -> Iterator[URIRef]:
    """The concepts that have a notation."""
    for uri in set(graph.subjects(RDF.type, SKOS.Concept)):
        if isinstance(uri, URIRef) and graph.value(uri, SKOS.notation) is not None:
            yield uri


def place_of(graph: Graph, uri: URIRef, turtle: str) -> tuple[int, str]:
    """Where a concept stands in the file: the order in which its authors wrote is the order in which it is shown."""
    return turtle.find(f'skos:notation "{graph.value(uri, SKOS.notation)}"'), str(uri)


def scheme_of(graph: Graph, uri: URIRef) -> str:
    """`platform` for concepts of the scheme of that name, else `topic`."""
    return (
        "platform"
        if any("platform" in str(scheme).rstrip("/").rpartition("/")[2] for scheme in graph.objects(uri, SKOS.inScheme))
        else "topic"
    )


def texts(graph: Graph, uri: URIRef, concept_id: int) -> Iterator[ConceptLabel | ConceptText]:
    """Labels and definitions of a concept, preferred labels first."""
    doubtful = set(graph.objects(uri, OCH.needsContext))
    for predicate, preferred in ((SKOS.prefLabel, True), (SKOS.altLabel, False), (SKOS.hiddenLabel, False)):
        for label in sorted(graph.objects(uri, predicate), key=str):
            if isinstance(label, Literal) and label.language:
                yield ConceptLabel(
                    concept_id=concept_id,
                    language=tag(label.language),
                    preferred=preferred,
                    needs_context=label in doubtful,
                    search_only=predicate == SKOS.hiddenLabel,
                    text=str(label),
                )
    for text in graph.objects(uri, SKOS.definition):
        if isinstance(text, Literal) and text.language:
            yield ConceptText(concept_id=concept_id, language=tag(text.language), text=str(text))


def tag(language: str) -> str:
    """rdflib gives tags in lower case; ours are written as BCP 47 recommends (RFC 5646, section 2.1.1)."""
    first, *rest = language.split("-")
    return "-".join([first.lower(), *(part.title() if len(part) == 4 else part.upper() for part in rest)])
