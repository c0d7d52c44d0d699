"""Is an address a MOOChub list, or a platform that has one?"""

from __future__ import annotations

from harvesters.clean import json, url
from harvesters.clean.values import obj
from harvesters.errors import SourceError
from harvesters.protocol import Request, Response, Sighting

_PLACES = ("/bridges/moochub/courses", "/local/moochubs/classes/webservice.php", "/local/ildmeta/get_moochub_courses.php")
_OWN = {
    "courseMode", "moocProvider", "startDate", "endDate", "educationalAlignment", "instructors", "instructor", "inLanguage", "languages",
    "courseLicenses", "partnerInstitutes", "workload", "access", "availableUntil", "productImageUrl", "license", "publisher",
}  # fmt: skip
_ENOUGH = 3


def probe(address: str) -> tuple[Request, ...]:
    """Where the platforms that take part usually have their list."""
    headers = {"Accept": "application/vnd.api+json; moochub-version=3, application/json;q=0.5"}
    places = (url.place(address, path) for path in _PLACES)
    return tuple(Request(url=place, step="probe", headers=headers, optional=True) for place in places if place)


def recognise(request: Request, response: Response) -> Sighting | None:
    """`data` whose entries have attributes of a course."""
    try:
        value = json.parse(response.body, response.media_type, response.charset)
    except SourceError:
        return None
    data = value.get("data") if isinstance(value, dict) else None
    attributes = obj(obj(data).get("attributes"))
    if "name" not in attributes or len(_OWN & attributes.keys()) < _ENOUGH:
        return None
    return Sighting(address=request.url, confidence=0.96, reason="The answer is a list of courses as MOOChub describes it.")
