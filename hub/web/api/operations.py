"""The operations of the API: what each is declared to take and to answer, in one list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from hub.web.problems import Problem

ROOT = "/api/v1"
TAGS = {  # in the order of the page
    "Search": "Find resources as the site does: words, facets, an order.",
    "Resources": "What the catalogue knows of each resource, where it knows it from, and what people say of it.",
    "Vocabulary": "Topics, providers and institutions.",
    "Shelves": "Lists that people make.",
    "Bookmarks": "What the token's person keeps.",
    "Tags": "Words that the token's institution puts on resources.",
    "Reviews": "What the token's person says of resources.",
    "Adoptions": "Where resources are used in teaching.",
    "Sources": "Where records come from; pushing records; for admins, running harvests.",
}


class Empty(BaseModel):
    """No parameters."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Tags:
    """Versions of a thing, as If-Match or If-None-Match names them; `any`: the star."""

    versions: frozenset[int]
    any: bool

    def name(self, version: int | None) -> bool:
        """Is this version meant? None: there is no such thing."""
        return version is not None and (self.any or version in self.versions)


@dataclass(frozen=True, slots=True)
class Call:
    """One request as an operation gets it: who asks, the checked parameters and body, and on what the sender makes a write depend."""

    who: Any  # acting.Viewer
    scopes: frozenset[str]
    path: Mapping[str, Any]
    query: Any
    body: Any
    match: Tags | None = None  # If-Match
    none_match: Tags | None = None  # If-None-Match

    def check(self, version: int | None) -> None:
        """May what is there now (None: nothing) be changed? Raises Problem (412; RFC 9110, section 13.1)."""
        unseen = self.match is not None and not self.match.name(version)
        if unseen or (self.none_match is not None and self.none_match.name(version)):
            raise Problem(412, "It is not as you saw it: read it again.")


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers. `version` is that of a thing which can be changed with If-Match."""

    value: Any = None  # a model, or None: no content
    status: int = 200
    version: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


View = Callable[[Call], Answer]
V = TypeVar("V", bound=View)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one address. `scope` is what a token needs; None: nobody needs a token. `curates`: a second factor is asked for, where
    the settings ask curators for one."""

    name: str  # operationId
    method: str
    path: str  # with {name} and {name:converter}
    tag: str
    summary: str
    view: View
    query: type[BaseModel] = Empty
    body: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    scope: str | None = None
    curates: bool = False
    errors: Sequence[int] = ()
    area: str | None = None  # of a read that everybody may: with this scope, or `read`, a token sees what its person sees
    example: Mapping[str, str] = field(default_factory=dict)  # of parameters, for the page
    body_example: Any = None
    most: int | None = None  # bytes of a body, when it may be larger than others

    @property
    def writes(self) -> bool:
        """Does it change anything?"""
        return self.method not in ("GET", "HEAD")

    @property
    def personal(self) -> bool:
        """Does the answer differ by token?"""
        return self.scope is not None or self.area is not None


OPERATIONS: list[Operation] = []


def operation(method: str, path: str, **declared: Any) -> Callable[[V], V]:
    """Declare a function as an operation. Its name is the function's in camel case, its summary the first sentence of the docstring."""

    def declare(view: V) -> V:
        first, *rest = view.__name__.split("_")
        summary = (view.__doc__ or "").strip().partition("\n")[0]
        name = first + "".join(word.title() for word in rest)
        OPERATIONS.append(Operation(name=name, method=method, path=path, summary=summary, view=view, **declared))
        return view

    return declare
