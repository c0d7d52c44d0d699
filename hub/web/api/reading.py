"""A request as its operation declares it: parameters and body read and checked, or a problem that says what is wrong where."""

from __future__ import annotations

import re
from typing import Any, get_origin

from flask import request
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from werkzeug.http import parse_etags

from hub.web.api.operations import Operation, Tags
from hub.web.problems import Problem

BODY_MOST = 256_000  # bytes
ERRORS_MOST = 50  # that one answer tells
VERSION = re.compile(r"(\d{1,9})-.*")  # our own tags of what can be changed
UNFIT = re.compile("[\0\ud800-\udfff]")  # what no database keeps


def parameters(operation: Operation) -> BaseModel:
    """The parameters of the address. Raises Problem (422)."""
    said: dict[str, Any] = {}
    wrong = []
    for name, values in request.args.lists():
        known = operation.query.model_fields.get(by_alias(operation.query, name))
        if any(UNFIT.search(text) for text in (name, *values)):
            wrong.append({"parameter": name[:100], "detail": "has a character that no text has"})
        elif known is not None and is_list(known.annotation):
            said[name] = values
        elif len(values) > 1:
            wrong.append({"parameter": name[:100], "detail": "stands there more than once"})
        else:
            said[name] = values[0]
    if wrong:
        raise Problem(422, "Some parameters cannot be used.", errors=wrong[:ERRORS_MOST])
    try:
        return operation.query.model_validate(said)
    except ValidationError as error:
        told = [{"parameter": str(one["loc"][0]) if one["loc"] else "", "detail": said_of(one)} for one in error.errors()]
        raise Problem(422, "Some parameters cannot be used.", errors=told[:ERRORS_MOST]) from None


def by_alias(model: type[BaseModel], name: str) -> str:
    """The field that a parameter's name stands for."""
    return next((field for field, info in model.model_fields.items() if info.alias == name), name)


def is_list(annotation: Any) -> bool:
    """May a parameter stand there several times?"""
    return get_origin(annotation) in (list, tuple)


def body(operation: Operation) -> Any:
    """The body, by its model. Raises Problem (400, 413, 415, 422)."""
    if operation.body is None:
        return None
    if request.mimetype != "application/json":
        raise Problem(415, "Send JSON: Content-Type: application/json.", headers={"Accept-Post": "application/json"})
    most = operation.most or BODY_MOST
    request.max_content_length = most + 1  # a body of untold length is cut there, without a word
    sent = request.get_data(cache=False)
    if len(sent) > most:
        raise Problem(413, f"The body is larger than {most} bytes.")
    try:
        value = from_json(sent, allow_inf_nan=False)
    except ValueError as error:
        raise Problem(400, f"The body is no JSON: {error}.") from None
    if place := unfit(value, ""):
        raise Problem(422, "The body has a character that no text has.", errors=[{"pointer": place, "detail": "NUL, or half a character"}])
    try:
        return operation.body.model_validate(value)
    except ValidationError as error:
        told = [{"pointer": pointer(one["loc"]), "detail": said_of(one)} for one in error.errors()]
        raise Problem(422, "The body is not as it should be.", errors=told[:ERRORS_MOST]) from None


def unfit(value: Any, place: str) -> str:
    """Where a text stands that cannot be kept; empty when there is none."""
    waiting = [(place, value)]
    while waiting:
        where, one = waiting.pop()
        if isinstance(one, str) and UNFIT.search(one):
            return where or "#"
        if isinstance(one, dict):
            if any(UNFIT.search(name) for name in one):
                return where or "#"
            waiting += [(f"{where}/{name}", part) for name, part in one.items()]
        elif isinstance(one, list):
            waiting += [(f"{where}/{number}", part) for number, part in enumerate(one)]
    return ""


def pointer(place: tuple[int | str, ...]) -> str:
    """Where in the body (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in place)


def said_of(error: Any) -> str:
    """What is wrong, without repeating what was sent."""
    return str(error["msg"])[:300]


def tags(header: str) -> Tags | None:
    """The versions that If-Match or If-None-Match names; None without the header. What is weak or no tag names none (RFC 9110, section
    8.8.3.2)."""
    text = request.headers.get(header, "").strip()
    if not text:
        return None
    said = parse_etags(text)
    found = (VERSION.fullmatch(tag) for tag in said.as_set() if tag)
    return Tags(frozenset(int(one[1]) for one in found if one), said.star_tag)
