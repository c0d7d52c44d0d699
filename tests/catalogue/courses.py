"""A small catalogue for the tests of pages, brought in as a harvest brings it: records received, the outbox drained into the index.

No package: load it with `importlib.util.spec_from_file_location` (see tests/hub/web/conftest.py).
"""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.record import Agent, Offering, Raw, Record, Withdrawn
from hub.db import db, now
from hub.models import (
    Failure,
    Institution,
    InstitutionName,
    Link,
    Membership,
    Resource,
    Run,
    Source,
)
from hub.services import cataloguing, classifying, indexing, joining, leasing, linking, receiving, reporting
from hub.services.probing import Finding

ADMIN, PASSWORD = "admin@example.org", "correct-horse-battery"
JUDGE = "jun@example.org"  # a curator of Jiaxing Trade College
HOSTILE = '<script>alert("x")</script>"><img src=x onerror=alert(1)>'
LOGISTICS = "cross-border-logistics"
PLAIN_COURSES = 46
LICENCES = ("CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-ND-4.0", "CC0-1.0", "all-rights-reserved", None)
THEMES = (
    ("Payment systems for online shops", "支付系统与电子钱包"),
    ("Digital marketing and SEO basics", "网络营销与搜索引擎优化"),
    ("Live commerce: selling by live stream", "直播电商运营实务"),
    ("Warehousing and last-mile delivery", "仓储与末端配送"),
    ("Consumer law for online sellers", "电子商务法律法规"),
    ("Data analytics for e-commerce", "电商数据分析"),
)


def record(identifier: str, title: str, **values: object) -> Record:
    """One record with a payload of its own."""
    body = f"<record><title>{title}</title></record>".encode()
    values.setdefault("url", f"https://courses.example/{identifier}")
    return Record(identifier=identifier, title=title, raw=Raw(body, "text/xml", "https://source.example/list"), **values)  # type: ignore[arg-type]


def english() -> list[Record]:
    """What the English repository offers."""
    soon = datetime.now(UTC) + timedelta(days=40)
    main = record(
        LOGISTICS,
        "Cross-border e-commerce logistics: from market choice to after-sales",
        summary="A full semester on selling abroad.",
        description="<p>Weeks 5 to 8 cover <b>cross-border logistics</b>, bonded warehouses and customs codes.</p><h3>Assessment</h3>"
        "<ul><li>Case study</li><li>Exam</li></ul><p>See <a href='https://courses.example/more'>more</a>.</p>",
        resource_type="course",
        languages=("en",),
        subtitle_languages=("zh-Hans",),
        agents=(Agent(name="Li Wenjing"), Agent(name="Chen Hao", role="instructor")),
        provider="Open Course Platform",
        institution="Example University of Commerce",
        code="EC301",
        licence="CC-BY-SA-4.0",
        licence_url="https://creativecommons.org/licenses/by-sa/4.0/",
        free=True,
        certificate=True,
        duration="P12W",
        workload_min=3,
        workload_max=5,
        levels=("undergraduate",),
        keywords=("logistics", "customs", "export"),
        teaches=("Choose a market with trade data", "Calculate landed cost for three routes"),
        prerequisites=("Basics of trade",),
        modified=datetime(2026, 6, 1, tzinfo=UTC),
        offerings=(
            Offering(identifier="r1", start=soon, end=soon + timedelta(weeks=12), pace="instructor", price=Decimal(0), certificate=True),
            Offering(identifier="r2", pace="self", price=Decimal("49.00"), currency="EUR", url="https://courses.example/self"),
        ),
    )
    hostile = record(
        "hostile",
        f"Hostile {HOSTILE}",
        summary=HOSTILE,
        description="<p>kept</p>",
        url="javascript:alert(1)",
        resource_type="article",
        languages=("en",),
        agents=(Agent(name=HOSTILE, url="javascript:alert(2)"),),
        provider=HOSTILE,
        institution=HOSTILE,
        rights=HOSTILE,
        licence_url="javascript:alert(3)",
        keywords=(HOSTILE, "logistics"),
        teaches=(HOSTILE,),
        prerequisites=(HOSTILE,),
        offerings=(Offering(identifier="x", url="javascript:alert(4)", provider=HOSTILE),),
    )
    leaving = record(
        "leaving",
        "Introduction to mobile payment for small shops",
        languages=("en",),
        resource_type="course",
        provider="Open Course Platform",
    )
    bare = record("bare", "A record with a title only", url=None)
    return [main, hostile, leaving, bare, *(plain(number) for number in range(PLAIN_COURSES))]


def plain(number: int) -> Record:
    """One of many ordinary courses, in English or Chinese."""
    theme = THEMES[number % len(THEMES)]
    chinese = number % 3 == 0
    title = f"{theme[1]}（第{number + 1}期）" if chinese else f"{theme[0]}, part {number + 1}"
    text = (
        "本课程系统讲解跨境电商物流与运营，配有企业真实案例。"
        if chinese
        else "A practical course with cases about logistics, payment and shop operation."
    )
    return record(
        f"course-{number}",
        title,
        description=f"<p>{text}</p>",
        resource_type=("course", "video", "case", "textbook")[number % 4],
        languages=("zh-Hans",) if chinese else ("en",),
        provider=("Open Course Platform", "中国慕课平台", "Business School Online")[number % 3],
        institution=("Example University of Commerce", "示例商学院")[number % 2],
        licence=LICENCES[number % len(LICENCES)],
        free=number % 2 == 0 or None,
        levels=(("introductory",), ("undergraduate",), ("professional",))[number % 3],
        duration=f"P{number % 12 + 1}W",
        modified=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number),
    )


def chinese() -> Record:
    """What the Chinese list offers."""
    return record(
        "zh-1",
        "跨境电子商务物流管理",
        description="<p>系统讲解跨境物流模式、海外仓与清关流程。</p>",
        resource_type="course",
        languages=("zh-Hans",),
        provider="中国慕课平台",
        institution="示例商学院",
        licence="CC-BY-4.0",
        free=True,
    )


def bring(session: Session, source: Source, run: Run, items: list[Record | Withdrawn]) -> None:
    """Receive items as a run does."""
    changes = receiving.receive(session, cataloguing.facts(source), run.id, items, classifier=classifying.load(session))
    for name, count in changes.as_dict().items():
        setattr(run, name, getattr(run, name) + count)
    run.pages += 1
    session.commit()


def add_source(session: Session, name: str, title: str, kind: str) -> Source:
    """A source that was never asked."""
    source = Source(name=name, title=title, kind=kind, url="https://source.example/oai", created_at=now())
    session.add(source)
    session.commit()
    return source


def add_run(session: Session, source: Source, state: str) -> Run:
    """A run that began an hour ago."""
    begun = now() - timedelta(hours=1)
    run = Run(source_id=source.id, state=state, created_at=begun, started_at=begun, heartbeat_at=now())
    if state not in ("queued", "running"):
        run.finished_at = begun + timedelta(seconds=48)
    session.add(run)
    session.commit()
    return run


def fill(app: Flask) -> None:
    """Three sources with their runs and resources: one withdrawn, one merged into another, one hostile; an admin."""
    with app.app_context():
        session = db.session()
        joining.add(session, ADMIN, PASSWORD, name="Ada", admin=True)
        joining.add(session, "reader@example.org", PASSWORD, name="Rea")
        reviewers(session)
        repository = add_source(session, "repository", "Example repository", "oai-pmh")
        run = add_run(session, repository, "partial")
        bring(session, repository, run, [*english()])
        bring(session, repository, run, [Withdrawn(identifier="leaving")])
        for number in range(3):
            session.add(failure(run.id, number))
        run.failed += 3
        run.seen += 3
        mooc = add_source(session, "mooc", "中国慕课平台", "moochub")
        bring(session, mooc, add_run(session, mooc, "succeeded"), [chinese()])
        silent = add_source(session, "silent", "Silent site", "jsonld")
        failed = add_run(session, silent, "failed")
        failed.reason, failed.advice = "The host does not answer.", "Check the address with your browser."
        add_run(session, repository, "running").total = 200
        leasing.acquire(session, repository.id)  # this process plays the worker, for as long as the tests take
        repository.lease_at = now() + timedelta(hours=1)
        merge_two(session)
        check_quality(session, repository)
        add_institution(session)
        session.commit()
        indexing.sync(session, app.extensions["hub"].index)
        db.session.remove()


def reviewers(session: Session) -> None:
    """A college with a curator and a teacher, who have reviewed nothing yet."""
    college = Institution(slug="jiaxing", name="Jiaxing Trade College", kind="university", created_at=now(), updated_at=now())
    session.add(college)
    session.flush()
    for email, name, role in ((JUDGE, "Jun", "curator"), ("tao@example.org", "Tao", "teacher")):
        person = joining.add(session, email, PASSWORD, name=name)
        session.add(Membership(person_id=person.id, institution_id=college.id, role=role, created_at=now()))


def failure(run_id: int, number: int) -> Failure:
    """One record that could not be read; the first has a name that a spreadsheet would calculate."""
    return Failure(
        run_id=run_id,
        identifier="=1+1" if number == 0 else f"record-{number}",
        stage="read",
        reason=f"The record has no title {HOSTILE if number == 1 else ''}".strip(),
        advice="Ask the source's owner for a title.",
        url="https://source.example/list",
        media_type="text/html",
        raw=zlib.compress(f"<html>{HOSTILE}</html>".encode()),
        at=now(),
    )


def merge_two(session: Session) -> None:
    """The second-last resource was merged into the last one."""
    last, before = session.scalars(select(Resource).where(Resource.withdrawn_at.is_(None)).order_by(Resource.id.desc()).limit(2))
    before.merged_into_id = last.id
    cataloguing.announce(session, [before.id])


FINDINGS = (Finding("missing", 404, "It answered 404 (Not Found)."), Finding("refused", None, "robots.txt asks robots to stay away."))


def check_quality(session: Session, source: Source) -> None:
    """Two links that were asked: one is broken, one host wants no robots; the report of a source; its runs have sizes."""
    wanted = select(Resource).where(Resource.url.in_(f"https://courses.example/course-{number}" for number in (43, 44)))
    for place, resource in enumerate(session.scalars(wanted.order_by(Resource.id))):
        link = Link(**linking.row(resource.id, resource.url or "", linking.digest_of(resource.url or ""), now()))
        session.add(link)
        session.flush()
        finding = FINDINGS[place]
        for days in (12, 9, 5, 1):
            linking.record(session, link, finding, at=now() - timedelta(days=days))
        session.flush()
        linking.settle(session, [resource.id])
    for run in session.scalars(select(Run).where(Run.finished_at.is_not(None))):
        run.live = 40
    reporting.keep(session, source)


def add_institution(session: Session) -> None:
    """A school that nobody belongs to, which made some of the courses."""
    values = {"place": "Hangzhou", "about": "It opens what it teaches.", "verified_at": now(), "created_at": now(), "updated_at": now()}
    school = Institution(slug="harbour-school", name="Harbour School", name_zh="港湾学院", kind="university", **values)
    session.add(school)
    session.flush()
    session.add(InstitutionName(institution_id=school.id, name="示例商学院"))
