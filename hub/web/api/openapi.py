"""The operations as an OpenAPI 3.1 document."""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from hub.web.api.operations import OPERATIONS, ROOT, TAGS, Operation
from hub.web.problems import MEDIA_TYPE

REF = "#/components/schemas/{model}"
PART = re.compile(r"\{(\w+)(?::(\w+))?\}")
ALWAYS = (400, 401, 429, 500, 503)
PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "examples": ["about:blank"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "A word for programs, where one status has several reasons."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "Where in the body (RFC 6901)."},
                    "parameter": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
INTRODUCTION = (
    "Read the catalogue without an account; write with a personal access token. Lists go on with `cursor`; errors are "
    "`application/problem+json`; answers have an `ETag`."
)


def document(*, title: str, version: str, server: str, contact: str = "") -> dict[str, Any]:
    """The whole document."""
    schemas, references = models()
    paths: dict[str, dict[str, Any]] = {}
    for one in OPERATIONS:
        paths.setdefault(plain(one.path), {})[one.method.lower()] = described(one, references)
    info: dict[str, Any] = {"title": f"{title} API", "version": version, "description": INTRODUCTION}
    if contact:
        info["contact"] = {"email": contact} if "@" in contact else {"name": contact}
    return {
        "openapi": "3.1.0",
        "info": info,
        "servers": [{"url": server + ROOT}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items() if any(one.tag == name for one in OPERATIONS)],
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Problem": PROBLEM},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "A personal access token: Account, Access tokens."}
            },
            "headers": {name: {"description": text, "schema": {"type": "integer"}} for name, text in LIMITS.items()},
        },
    }


LIMITS = {
    "RateLimit-Limit": "Requests of one window.",
    "RateLimit-Remaining": "Requests that are left in this one.",
    "RateLimit-Reset": "Seconds until the next one.",
}


def models() -> tuple[dict[str, Any], dict[type[BaseModel], dict[str, Any]]]:
    """Schemas of all bodies and answers, and the reference to each."""
    bodies = {one.body for one in OPERATIONS if one.body}
    answers = {one.answer for one in OPERATIONS if one.answer}
    wanted = [*((model, "validation") for model in named(bodies)), *((model, "serialization") for model in named(answers))]
    _places, whole = models_json_schema(wanted, ref_template=REF)  # type: ignore[arg-type]
    return whole.get("$defs", {}), {model: {"$ref": REF.format(model=model.__name__)} for model in bodies | answers}


def named(models: Iterable[type[BaseModel]]) -> list[type[BaseModel]]:
    """In one order, so that the document is the same each time."""
    return sorted(models, key=lambda model: model.__name__)


def plain(path: str) -> str:
    """A path as OpenAPI writes it."""
    return PART.sub(r"{\1}", path)


def described(one: Operation, references: dict[type[BaseModel], dict[str, Any]]) -> dict[str, Any]:
    """One operation."""
    _summary, _, text = (one.view.__doc__ or "").strip().partition("\n")
    told = " ".join(text.split())
    needs = f"Needs the scope `{one.scope}`." if one.scope else ""
    found: dict[str, Any] = {
        "operationId": one.name,
        "tags": [one.tag],
        "summary": one.summary,
        "parameters": [*places(one), *parameters(one), *conditional(one)],
        "responses": responses(one, references),
        "security": [{"bearer": []}] if one.scope else [{}, {"bearer": []}],
    }
    if said := " ".join(part for part in (told, needs) if part):
        found["description"] = said
    if one.body is not None:
        content: dict[str, Any] = {"schema": references[one.body]}
        if one.body_example is not None:
            content["example"] = one.body_example
        found["requestBody"] = {"required": True, "content": {"application/json": content}}
    return found


def places(one: Operation) -> list[dict[str, Any]]:
    """Parameters in the path."""
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 0, "maximum": 999_999_999}
            if converter == "int"
            else {"type": "string", "minLength": 1},
        }
        for name, converter in PART.findall(one.path)
    ]


def parameters(one: Operation) -> list[dict[str, Any]]:
    """Parameters in the query."""
    schema = one.query.model_json_schema(ref_template=REF)
    found = []
    for name, value in schema.get("properties", {}).items():
        value = {key: part for key, part in value.items() if key != "title"}
        text = value.pop("description", None)
        if "anyOf" in value:
            kinds = [kind for kind in value.pop("anyOf") if kind != {"type": "null"}]
            value = {**{key: part for key, part in value.items() if part is not None}, **kinds[0]}
        if isinstance(value.get("default"), list):
            value.pop("default")
        declared: dict[str, Any] = {"name": name, "in": "query", "required": name in schema.get("required", ()), "schema": value}
        if text:
            declared["description"] = text
        if name in one.example:
            number = value.get("type") == "integer"
            declared["example"] = int(one.example[name]) if number else one.example[name]
        found.append(declared)
    return found


def conditional(one: Operation) -> list[dict[str, Any]]:
    """Headers of who has seen a version."""
    if one.writes:
        text = "ETag of the version that you saw; 412 when it is another one now."
        return (
            [{"name": "If-Match", "in": "header", "required": False, "description": text, "schema": {"type": "string"}}]
            if 412 in one.errors
            else []
        )
    text = "ETag of the answer that you have; 304 when it is the same."
    return [{"name": "If-None-Match", "in": "header", "required": False, "description": text, "schema": {"type": "string"}}]


def responses(one: Operation, references: dict[type[BaseModel], dict[str, Any]]) -> dict[str, Any]:
    """What comes back."""
    right: dict[str, Any] = {"description": HTTPStatus(one.status).phrase}
    right["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in LIMITS}
    if one.answer is not None:
        right["content"] = {"application/json": {"schema": references[one.answer]}}
    found: dict[str, Any] = {str(one.status): right}
    if one.method == "PUT" and one.status == 200:
        found["201"] = {**right, "description": "Created"}
    if not one.writes:
        found["304"] = {"description": "Not Modified"}
    more = {*one.errors, *ALWAYS, *((403,) if one.scope else ()), *((413, 415, 422) if one.body else ()), 422}
    for status in sorted(more):
        found[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    return found
