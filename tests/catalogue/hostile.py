"""A catalogue whose every text was written by somebody who means harm, brought in by real harvests of five kinds of source.

fill(app)  ->  an admin may sign in (courses.py has the name), and every page shows what came
"""

from __future__ import annotations

import csv
import html
import importlib.util
import io
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import select

from harvesters.clean.text import scrub
from hub.db import db, now
from hub.models import (
    Adoption,
    Bookmark,
    Comment,
    Enrolment,
    Institution,
    InstitutionName,
    Match,
    Membership,
    Person,
    Reply,
    Resource,
    SavedSearch,
    Shelf,
    ShelfItem,
    Source,
    Tag,
)
from hub.services import (
    acting,
    adopting,
    allying,
    auditing,
    complaining,
    critiquing,
    cycling,
    determining,
    evaluating,
    featuring,
    founding,
    governing,
    harvesting,
    identifying,
    indexing,
    inviting,
    joining,
    pointing,
    running,
    scoring,
    sourcing,
    sprinkling,
    standardising,
    sweeping,
    tagging,
    tidying,
    vouching,
)

ADMIN, PASSWORD = "ada@hub.example", "correct horse battery"
MARK = "xssmark"  # a page where this is part of a tag's or an attribute's name, or of a program, has been broken into
PRODUCT = "5332114"  # of {{1234*4321}}: a page that has it has calculated what a source wrote
PAYLOADS = (
    f"<script>{MARK}()</script>",
    f"</script><script>{MARK}()</script>",
    f"</title></head><body onload={MARK}()>",
    f"<img src=x onerror={MARK}()>",
    f"<svg/onload={MARK}()><animate onbegin={MARK}() attributeName=x dur=1s>",
    f'" onmouseover="{MARK}()" x="',
    f"' onfocus='{MARK}()' autofocus tabindex=1 '",
    f"&lt;script&gt;{MARK}()&lt;/script&gt;",
    f"&amp;lt;img src=x onerror={MARK}()&amp;gt;",
    f"<a href=javascript:{MARK}()>go</a>",
    f"<a href='jav&#x09;ascript:{MARK}()'>go</a> <a href=' java\nscript:{MARK}()'>go</a>",
    "{{1234*4321}} ${1234*4321} {%print(1234*4321)%} <%=1234*4321%> #{1234*4321}",
    f"<!--><img src=x onerror={MARK}()>--> <![CDATA[<script>{MARK}()</script>]]>",
    f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror={MARK}()&gt;'>",
    f"<noscript><p title='</noscript><img src=x onerror={MARK}()>'>",
    f"<iframe srcdoc='<script>{MARK}()</script>'></iframe><base href=//evil.example/>",
    "<meta http-equiv=refresh content=0;url=//evil.example><link rel=stylesheet href=//evil.example/x.css>",
    f"\u202e\u2066gnp.\u2069{MARK} \ufeff\u200b\u2028\u2029",
    f"<form action=//evil.example><input name=csrf_token><button formaction=javascript:{MARK}()>x</button></form>",
    '=HYPERLINK("http://evil.example","x")',
    f"<x-evil onclick={MARK}()>\uff1cscript\uff1e{MARK}()\uff1c/script\uff1e",
    f"<a href='https://ok.example/\" onclick={MARK}()'>x</a><a href='https://ok.example/' style='background:url({MARK})'>y</a>",
)
ADDRESSES = (
    f"javascript:{MARK}()",
    f"JaVaScRiPt:{MARK}()",
    f" java\tscript:{MARK}()",
    f"data:text/html,<script>{MARK}()</script>",
    f"vbscript:{MARK}()",
    f'https://ok.example/"><script>{MARK}()</script>',
    f"https://ok.example/' onclick='{MARK}()",
    "https://user:secret@ok.example/course",
    f"//evil.example/{MARK}",
    f"http://[::1]/{MARK}",
    "file:///etc/passwd",
    f"https://ok.example\\@evil.example/{MARK}",
)


def numbered() -> Iterator[tuple[int, str, str]]:
    """Number, text, address."""
    for number in range(max(len(PAYLOADS), len(ADDRESSES))):
        yield number, PAYLOADS[number % len(PAYLOADS)], ADDRESSES[number % len(ADDRESSES)]


def oai() -> bytes:
    """A page of records, and one without a title."""
    records = []
    for number, payload, address in numbered():
        text, link = html.escape(payload), html.escape(address)
        fields = "".join(
            f"<dc:{name}>{text}</dc:{name}>" for name in ("creator", "publisher", "subject", "description", "rights", "language", "type")
        )
        records.append(
            f"<record><header><identifier>oai:{number}:{text}</identifier><datestamp>2026-01-01</datestamp></header><metadata>"
            '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<dc:title>commerce {number} {text}</dc:title>{fields}<dc:identifier>{link}</dc:identifier><dc:rights>{link}</dc:rights>"
            "</oai_dc:dc></metadata></record>"
        )
    bad = html.escape("".join(PAYLOADS))
    records.append(f"<record><header><identifier>{bad}</identifier></header><metadata><x>{bad}</x></metadata></record>")
    return (
        '<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-01-02T00:00:00Z'
        f"</responseDate><request>x</request><ListRecords>{''.join(records)}</ListRecords></OAI-PMH>"
    ).encode()


def rss() -> bytes:
    """A feed."""
    items = "".join(
        f"<item><title>commerce {number} {html.escape(payload)}</title><link>{html.escape(address)}</link><guid>g{number}</guid>"
        f"<description>{html.escape(payload)}</description><author>{html.escape(payload)}</author><category>{html.escape(payload)}</category>"
        f'<enclosure url="{html.escape(address)}" type="image/png" length="1"/></item>'
        for number, payload, address in numbered()
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{html.escape(PAYLOADS[0])}</title>{items}</channel></rss>'.encode()


def moochub() -> bytes:
    """A list of courses."""
    items = []
    for number, payload, address in numbered():
        attributes: dict[str, Any] = {
            "name": f"commerce {number} {payload}", "url": address, "description": payload, "abstract": payload, "languages": [payload],
            "image": {"contentUrl": address, "description": payload}, "keywords": [payload], "workload": payload, "startDate": [payload],
            "creator": [{"type": "Person", "name": payload, "url": address, "image": {"contentUrl": address}}],
            "courseLicenses": [{"id": payload, "name": payload, "url": address}], "moocProvider": {"name": payload, "url": address},
            "offers": [{"price": payload, "priceCurrency": payload}],
        }  # fmt: skip
        items.append({"id": f"m{number}{payload}", "type": "courses", "attributes": attributes})
    items.append(
        {"id": "long", "type": "courses", "attributes": {"name": f"commerce {PAYLOADS[0]}" * 20_000, "url": "https://ok.example/long"}}
    )
    return json.dumps({"links": {}, "data": items}).encode()


def table() -> bytes:
    """A table of rows."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["id", "title", "description", "url", "language", "provider", "license", "keywords"])
    for number, payload, address in numbered():
        rows.writerow([f"t{number}", f"commerce {number} {payload}", payload, address, payload, payload, address, payload])
    return out.getvalue().encode()


def page() -> bytes:
    """A page with courses for machines in it, written so that none of it ends the block too early."""
    courses = [
        {
            "@context": "https://schema.org", "@type": "Course", "name": f"commerce {number} {payload}", "description": payload,
            "url": address, "image": address, "license": address, "inLanguage": payload, "courseCode": payload, "keywords": [payload],
            "provider": {"@type": "Organization", "name": payload, "url": address}, "teaches": payload,
            "author": {"@type": "Person", "name": payload, "url": address},
            "hasCourseInstance": {"@type": "CourseInstance", "url": address, "courseMode": payload, "startDate": payload, "name": payload},
            "offers": {"@type": "Offer", "price": payload, "priceCurrency": payload, "url": address},
        }
        for number, payload, address in numbered()
    ]  # fmt: skip
    block = json.dumps(courses).replace("<", "\\u003c")
    return f'<!doctype html><html><head><script type="application/ld+json">{block}</script></head></html>'.encode()


SOURCES = {  # kind -> what it answers, as what
    "oai-pmh": (oai, "text/xml"),
    "rss": (rss, "application/rss+xml"),
    "moochub": (moochub, "application/json"),
    "csv": (table, "text/csv"),
    "jsonld": (page, "text/html"),
}


def servers() -> ModuleType:
    """tests/servers/hostile.py, which is no package."""
    spec = importlib.util.spec_from_file_location("tests_hostile_server", Path(__file__).parents[1] / "servers" / "hostile.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def fill(app: Flask) -> dict[str, int]:
    """Harvest all of it; answers how many records of each kind are live. The settings must allow 127.0.0.1."""
    module = servers()
    kept = {}
    with module.HostileServer() as server, app.app_context():
        session = db.session()
        joining.add(session, ADMIN, PASSWORD, name="Ada", admin=True)
        session.commit()
        for kind, (body, media_type) in SOURCES.items():
            place = server.page(f"/{kind}", module.answer(body=body(), headers={"Content-Type": media_type}))
            server.page("/oai-pmh?verb=ListRecords&metadataPrefix=oai_dc", module.answer(body=oai(), headers={"Content-Type": "text/xml"}))
            source = sourcing.add(session, kind, kind, place, title=f"{kind} {PAYLOADS[0]}")
            session.commit()
            run = running.prepare(session, source)
            harvesting.work(session, app.extensions["hub"].fetching, run.id)
            session.expire_all()
            kept[kind] = sum(state == "live" for _, _, state in sourcing.records(session, session.get_one(Source, source.id)))
        look_at_once_more(app, session)
        found_institutions(session)
        study(session)
        crowd(session)
        reviewed(session)
        tagged(session)
        kept_words(session)
        indexing.drain(session, app.extensions["hub"].index)
        db.session.remove()
    return kept


def crowd(session: Any) -> None:
    """People as a hostile provider names them."""
    for number, payload in enumerate(PAYLOADS):
        local = "".join(letter for letter in payload if "!" <= letter <= "~" and letter != "@")[:40]
        claims = {"iss": "https://id.example/" + local, "sub": f"{number} {local}", "name": payload, "email": f"{number}{local}@x.example"}
        identifying.enter(session, vouching.known({**claims, "email_verified": True}))
    session.commit()


def look_at_once_more(app: Flask, session: Any) -> None:
    """What else can be seen of it: a preview, two pages that are perhaps one, an edit of many."""
    source = session.scalars(select(Source).where(Source.kind == "oai-pmh")).one()
    run = running.prepare(session, source, task="preview")
    harvesting.work(session, app.extensions["hub"].fetching, run.id)
    left, right = session.scalars(select(Resource.id).order_by(Resource.id).limit(2))
    session.add(Match(left_id=left, right_id=right, score=0.7, reasons=[], state="suggested", created_at=now()))
    change = sweeping.Change("level", "advanced")
    for _ in sweeping.sweep(session, auditing.Actor(None, PAYLOADS[0]), [left, right], change):
        session.commit()
    session.commit()


def found_institutions(session: Any) -> None:
    """Institutions whose every text means harm, with partners, members, invitations and recommendations."""
    admin = joining.by_email(session, ADMIN)
    assert admin is not None
    made = []
    for number, payload, address in numbered():
        facts = founding.Facts(
            name=f"{number} commerce {payload}"[:200], name_zh=payload, kind="agency", place=payload, about=payload,
            url=address if address.startswith("https://ok.example/c") else None,
        )  # fmt: skip
        made.append(founding.found(session, auditing.Actor(admin.id, PAYLOADS[0]), facts, admin_id=admin.id, verified=number % 2 == 0))
        member = joining.add(session, f"p{number}@ok.example", PASSWORD, name=tidying.one_line(payload, 200))
        session.add(Membership(person_id=member.id, institution_id=made[0].id, role="teacher", created_at=now()))
    who = acting.viewer(session, admin)
    pages = session.scalars(select(Resource.public_id).where(Resource.withdrawn_at.is_(None)).limit(5)).all()
    for number, payload, _address in numbered():
        other = made[number]
        governing.claim(session, who, other, f"{payload}"[:300] + f" {number}")
        inviting.invite(session, who, made[0], f"i{number}@ok.example", "teacher", name=payload)
        if number:
            allying.request(session, who, made[0], other, payload) if number < 15 else allying.request(
                session, who, other, made[0], payload
            )
        if 2 <= number < 6:
            allying.answer(session, who, other, made[0], "accept")
    for payload, public_id in zip(PAYLOADS, pages, strict=False):
        featuring.feature(session, who, made[0], payload, resource=public_id)


def study(session: Any) -> None:
    """Ada's bookmarks, a learning path that she follows, and what her institution uses: hostile words in every text."""
    ada, moment = session.scalars(select(Person)).first(), now()
    house = session.scalars(select(Institution)).first()
    if house is None:
        house = Institution(slug="hostile", name=PAYLOADS[0], name_zh=PAYLOADS[1], kind="university", created_at=moment, updated_at=moment)
        session.add(house)
        session.flush()
        session.add(Membership(person_id=ada.id, institution_id=house.id, role="admin", created_at=moment))
    wanted = select(Resource).where(Resource.merged_into_id.is_(None), Resource.hidden_at.is_(None), Resource.withdrawn_at.is_(None))
    pages = session.scalars(wanted.order_by(Resource.id)).all()
    path = Shelf(
        public_id="hostilepath", kind="path", title=PAYLOADS[0], about=PAYLOADS[2], person_id=ada.id, institution_id=house.id,
        visibility="public", created_at=moment, updated_at=moment,
    )  # fmt: skip
    session.add(path)
    session.flush()
    session.add(Enrolment(person_id=ada.id, shelf_id=path.id, created_at=moment, updated_at=moment))
    for place, (page, payload) in enumerate(zip(pages, PAYLOADS, strict=False)):
        where = {"resource_id": page.id, "first_id": page.id, "created_at": moment}
        said = adopting.words(course=payload, term=payload, students=1, changes=payload, outcome=payload, visibility="public")
        session.add(Bookmark(person_id=ada.id, note=said.changes, status="studying", updated_at=moment, **where))
        session.add(ShelfItem(shelf_id=path.id, position=place, note=said.changes, person_id=ada.id, **where))
        session.add(
            Adoption(
                institution_id=house.id,
                person_id=ada.id,
                course=said.course,
                term=said.term,
                students=1,
                changes=said.changes,
                outcome=said.outcome,
                updated_at=moment,
                **where,
            )
        )


def tagged(session: Any) -> None:
    """Tags whose name and text mean harm, of the institution that Ada acts for, on one resource and on several at once."""
    ada = joining.by_email(session, ADMIN)
    assert ada is not None
    who = acting.viewer(session, ada)
    assert who.seat is not None
    wanted = select(Resource.id).where(Resource.merged_into_id.is_(None), Resource.hidden_at.is_(None), Resource.withdrawn_at.is_(None))
    pages = session.scalars(wanted.order_by(Resource.id).limit(3)).all()
    names = list(dict.fromkeys(tidying.one_line(payload.replace(",", " ").replace(";", " "), 80) for payload in PAYLOADS))
    tagging.put(session, who, pages[:1], names)
    for tag in session.scalars(select(Tag)):
        tag.about = PAYLOADS[0] + PAYLOADS[5]
    for _ in sprinkling.sprinkle(session, who, pages[1:], names[:3]):
        session.commit()


def kept_words(session: Any) -> None:
    """What Ada looks for again and again, and what people say of her path, of all of it and of one item; whose it was, too."""
    ada = joining.by_email(session, ADMIN)
    path = session.scalars(select(Shelf).where(Shelf.public_id == "hostilepath")).one()
    item = session.scalars(select(ShelfItem).where(ShelfItem.shelf_id == path.id)).first()
    assert ada is not None and item is not None
    path.credit, moment = tidying.one_line(PAYLOADS[0] + PAYLOADS[5], 300), now()
    for number, payload in enumerate(PAYLOADS):
        said = adopting.words(course="-", term="-", students=1, changes=payload, outcome="", visibility="public").changes
        session.add(Comment(shelf_id=path.id, item_id=item.id if number % 2 else None, person_id=ada.id, text=said, created_at=moment))
        search = SavedSearch(
            person_id=ada.id, name=tidying.one_line(payload, 200), query=urlencode({"q": payload[:60]}), token=f"evil{number}",
            checked_at=moment, created_at=moment,
        )  # fmt: skip
        session.add(search)
    session.commit()


def reviewed(session: Any) -> None:
    """A review, a reply, a decision, a rubric, a cycle, a report: every text of them; Ada is a curator of who made the resource."""
    evil, day = PAYLOADS[0] + PAYLOADS[5] + PAYLOADS[11] + PAYLOADS[17], evaluating.today()
    ada = session.scalars(select(Person).where(Person.email == ADMIN)).one()
    other = joining.add(session, "eve@hub.example", PASSWORD, name=scrub(evil)[:200])
    resource = session.scalars(select(Resource).where(Resource.merged_into_id.is_(None)).order_by(Resource.id)).first()
    called = {"name": scrub(evil)[:200], "name_zh": scrub(evil)[:200]}
    house = Institution(slug="evil-reviews", **called, kind="agency", created_at=now(), updated_at=now())
    house = Institution(
        slug="evil-reviews", name=scrub(evil)[:200], name_zh=scrub(evil)[:200], kind="agency", created_at=now(), updated_at=now()
    )
    session.add(house)
    session.flush()
    for name in {resource.institution or resource.provider or ""} - {""}:
        session.add(InstitutionName(institution_id=house.id, name=name[:300]))
    for person in (ada, other):
        session.add(Membership(person_id=person.id, institution_id=house.id, role="curator", created_at=now()))
        person.acting_for_id = house.id
    session.commit()
    who = {person.id: acting.viewer(session, person) for person in (ada, other)}
    of = pointing.by_id(session, who[ada.id], resource.id)
    cycling.add(session, who[ada.id], house.id, evil[:100], day, day)
    meanings = {language: [evil[:200]] * 5 for language in ("en", "zh-Hans")}
    words = dict.fromkeys(("en", "zh-Hans"), evil[:80])
    standardising.save(session, who[ada.id], house.id, words, evil, (scoring.Standard("evil", words, meanings, 1),), 0)
    draft = critiquing.Draft(values={"evil": 3}, evidence=evil, comment=evil)
    numbers = [critiquing.write(session, one, of, draft, day) for one in who.values()]
    moment = {"created_at": now(), "updated_at": now()}
    session.add(Reply(review_id=numbers[1], person_id=other.id, institution_id=house.id, text=scrub(evil), **moment))
    determining.decide(session, who[ada.id], of, "reject", evil, "public", 0, day)
    for number, one in zip(numbers, reversed(who.values()), strict=True):
        complaining.complain(session, one, "review", number, "other", evil)
    session.commit()
