"""The shipped vocabulary keeps the rules of docs/vocabulary.md."""

import re
from collections import Counter
from pathlib import Path

import pytest
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDF, SKOS

FILE = Path(__file__).parents[3] / "hub" / "vocabulary" / "ecommerce.ttl"
BASE = "https://open-commerce-hub.example/vocabulary/"
TOPICS, PLATFORMS = URIRef(BASE + "topics"), URIRef(BASE + "platforms")
OCH = Namespace(BASE + "terms/")
LANGUAGES = {"en", "zh-Hans"}
LABELS = (SKOS.prefLabel, SKOS.altLabel)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return Graph().parse(FILE, format="turtle")


def concepts(graph: Graph, scheme: URIRef) -> list[URIRef]:
    return [concept for concept in graph.subjects(SKOS.inScheme, scheme) if isinstance(concept, URIRef)]


def texts(graph: Graph, concept: URIRef, *properties: URIRef) -> list[Literal]:
    found = [value for name in properties for value in graph.objects(concept, name)]
    return [value for value in found if isinstance(value, Literal)]


def test_there_are_enough_concepts(graph: Graph) -> None:
    assert len(concepts(graph, TOPICS)) >= 120
    assert len(concepts(graph, PLATFORMS)) >= 35
    assert 12 <= len(list(graph.objects(TOPICS, SKOS.hasTopConcept))) <= 16


def test_every_concept_is_in_exactly_one_scheme(graph: Graph) -> None:
    for concept in graph.subjects(RDF.type, SKOS.Concept):
        assert len(list(graph.objects(concept, SKOS.inScheme))) == 1, concept


@pytest.mark.parametrize("scheme", [TOPICS, PLATFORMS])
class TestScheme:
    def test_is_named_in_both_languages(self, graph: Graph, scheme: URIRef) -> None:
        assert {title.language for title in texts(graph, scheme, DCTERMS.title)} == LANGUAGES

    def test_each_concept_has_one_label_and_definition_in_each_language(self, graph: Graph, scheme: URIRef) -> None:
        for concept in concepts(graph, scheme):
            for name in (SKOS.prefLabel, SKOS.definition):
                assert sorted(str(text.language) for text in texts(graph, concept, name)) == sorted(LANGUAGES), (concept, name)

    def test_topics_have_synonyms_in_both_languages(self, graph: Graph, scheme: URIRef) -> None:
        for concept in concepts(graph, scheme):
            spoken = {text.language for text in texts(graph, concept, SKOS.altLabel)}
            assert spoken == LANGUAGES, concept

    def test_notation_is_the_end_of_the_address_and_unique(self, graph: Graph, scheme: URIRef) -> None:
        seen: Counter[str] = Counter()
        for concept in concepts(graph, scheme):
            (notation,) = texts(graph, concept, SKOS.notation)
            assert concept == URIRef(f"{scheme}/{notation}")
            assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)?", notation)
            seen[str(notation)] += 1
        assert max(seen.values()) == 1

    def test_no_label_is_used_twice(self, graph: Graph, scheme: URIRef) -> None:
        every = [text for concept in concepts(graph, scheme) for text in texts(graph, concept, *LABELS, SKOS.hiddenLabel)]
        used = Counter((text.language, text.casefold()) for text in every)
        assert [label for label, times in used.items() if times > 1] == []

    def test_everyday_words_for_search_have_both_languages(self, graph: Graph, scheme: URIRef) -> None:
        for concept in concepts(graph, scheme):
            assert {text.language for text in texts(graph, concept, SKOS.hiddenLabel)} in (set(), LANGUAGES), concept

    def test_the_tree_has_two_levels_and_no_cycle(self, graph: Graph, scheme: URIRef) -> None:
        for concept in concepts(graph, scheme):
            broader = list(graph.objects(concept, SKOS.broader))
            top = (concept, SKOS.topConceptOf, scheme) in graph
            assert top == (not broader), concept
            for parent in broader:
                assert len(broader) == 1
                assert (parent, SKOS.topConceptOf, scheme) in graph, f"{concept} is on a third level"

    def test_both_directions_of_each_relation_are_written(self, graph: Graph, scheme: URIRef) -> None:
        for concept in concepts(graph, scheme):
            assert set(graph.objects(concept, SKOS.narrower)) == set(graph.subjects(SKOS.broader, concept))
        assert set(graph.objects(scheme, SKOS.hasTopConcept)) == set(graph.subjects(SKOS.topConceptOf, scheme))

    def test_a_label_that_needs_context_is_one_of_the_concepts_own(self, graph: Graph, scheme: URIRef) -> None:
        for concept in concepts(graph, scheme):
            assert set(graph.objects(concept, OCH.needsContext)) <= set(texts(graph, concept, *LABELS)), concept

    def test_each_concept_keeps_a_label_that_needs_no_context(self, graph: Graph, scheme: URIRef) -> None:
        for concept in concepts(graph, scheme):
            assert set(texts(graph, concept, *LABELS)) - set(graph.objects(concept, OCH.needsContext)), concept


def test_a_topic_notation_names_its_parent(graph: Graph) -> None:
    for concept in concepts(graph, TOPICS):
        parents = {str(parent) for parent in graph.objects(concept, SKOS.broader)}
        assert parents == ({str(concept).rpartition(".")[0]} if "." in str(concept).removeprefix(BASE) else set())


def test_every_text_says_its_language(graph: Graph) -> None:
    for subject, name, value in graph:
        if isinstance(value, Literal) and name != SKOS.notation:
            assert value.language in LANGUAGES, (subject, name, value)
            assert value.strip() == str(value)


def test_no_label_is_an_everyday_word(graph: Graph) -> None:
    everyday = {
        "data",
        "design",
        "law",
        "returns",
        "growth",
        "service",
        "content",
        "brand",
        "数据",
        "设计",
        "法律",
        "服务",
        "内容",
        "直播",
        "退货",
    }
    labels = {text.casefold() for scheme in (TOPICS, PLATFORMS) for c in concepts(graph, scheme) for text in texts(graph, c, *LABELS)}
    assert labels & everyday == set()
    assert min(len(label) for label in labels) >= 2
