"""oEmbed 1.0: from the address of a resource or a public shelf to the widget that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, request, url_for
from lxml import etree
from markupsafe import Markup

from hub.services import acting, reading, shelving
from hub.web import context, frames

bp = Blueprint("oembeds", __name__)
FORMATS = ("json", "xml")
SIZES = {"resources": (600, 320), "shelves": (600, 480)}  # width and height, unless less is asked for
LEAST = 120  # pixels: below nothing can be read
AGE = 3_600  # seconds that a consumer may keep it
IFRAME = Markup('<iframe src="{}" width="{}" height="{}" title="{}" loading="lazy" referrerpolicy="no-referrer"></iframe>')
ADDRESS_MOST = 2_000


@bp.get("/oembed")
def show() -> Response:
    """The answer; 404 for what is not here or has no widget, 401 for a shelf that is not public, 501 for another format (section 2.3.4)."""
    wanted = request.args.get("format", "json")
    if wanted not in FORMATS:
        return refusal(501, "The formats are json and xml.")
    address, most = request.args.get("url", ""), sizes()
    if not address or most is None:
        return refusal(400, "url is missing, or maxwidth or maxheight is no number.")
    kind, name = meant(address)
    title = titled(kind, name)
    if title is None:
        return refusal(401 if hidden(kind, name) else 404, "There is nothing public at this address that can be embedded.")
    told = answer(kind, name, title, most)
    response = Response(as_xml(told), mimetype="text/xml") if wanted == "xml" else jsonify(told)
    response.headers["Cache-Control"] = f"public, max-age={AGE}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def answer(kind: str, name: str, title: str, most: tuple[int, int]) -> dict[str, str | int]:
    """A rich answer (section 2.3.4.4)."""
    width, height = (min(size, limit) for size, limit in zip(SIZES[kind], most, strict=True))
    place = frames.address(url_for("embeds.resource" if kind == "resources" else "embeds.shelf", **{ARGUMENT[kind]: name}))  # type: ignore[arg-type]
    return {
        "type": "rich", "version": "1.0", "title": title, "provider_name": str(context.setting("SITE_NAME") or "Open Commerce Hub"),
        "provider_url": frames.address("/"), "cache_age": AGE, "html": str(IFRAME.format(place, width, height, title)),
        "width": width, "height": height,
    }  # fmt: skip


ARGUMENT = {"resources": "name", "shelves": "public_id"}


def meant(address: str) -> tuple[str, str]:
    """Which of our pages an address means: kind and public id; ("", "") for any other."""
    try:
        parts = urlsplit(address[:ADDRESS_MOST])
        own = urlsplit(frames.address("/"))
        here = (parts.hostname, parts.port) in ((own.hostname, own.port), (own.hostname, 443 if own.scheme == "https" else 80))
    except ValueError:
        return "", ""
    pieces = parts.path.removeprefix("/embed").strip("/").split("/")
    if not here or parts.scheme not in ("http", "https") or len(pieces) != 2 or pieces[0] not in SIZES:
        return "", ""
    return pieces[0], pieces[1].partition("-")[0][:16]


def titled(kind: str, name: str) -> str | None:
    """Its title, when everybody may see it."""
    if kind == "shelves":
        shelf = shelving.get(context.session(), acting.ANYBODY, name)
        return shelf.title if shelf else None
    page = reading.page(context.session(), name, language=context.language()) if kind else None
    if isinstance(page, reading.Moved):
        page = reading.page(context.session(), page.public_id, language=context.language())
    return page.summary.title if isinstance(page, reading.ResourcePage) and not page.hidden_at and not page.withdrawn_at else None


def hidden(kind: str, name: str) -> bool:
    """Is it a page that we have, and do not show to everybody? Only of those that are known to whoever asks: their own."""
    return kind == "shelves" and shelving.get(context.session(), context.viewer(), name) is not None


def sizes() -> tuple[int, int] | None:
    """The largest width and height that are wanted; None when one is no number."""
    found = []
    for name, usual in (("maxwidth", 10_000), ("maxheight", 10_000)):
        text = request.args.get(name, "") or str(usual)
        if not (text.isascii() and text.isdigit() and len(text) < 7):
            return None
        found.append(max(int(text), LEAST))
    return found[0], found[1]


def as_xml(told: Mapping[str, str | int]) -> bytes:
    """The same as XML (section 2.3.4.2 of the specification's formats)."""
    root = etree.Element("oembed")
    for name, value in told.items():
        etree.SubElement(root, name).text = "".join(c for c in str(value) if c >= " " and c not in "\ufffe\uffff")
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", standalone=True)


def refusal(status: int, why: str) -> Response:
    """A short text for whoever reads the logs of a consumer."""
    return Response(f"{why}\n", status, mimetype="text/plain", headers={"Access-Control-Allow-Origin": "*"})
