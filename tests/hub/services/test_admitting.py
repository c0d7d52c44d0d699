"""Tables of people: all of it or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.models import AuditEvent, Invitation
from hub.services import admitting, permitting
from hub.services.admitting import BadLines, BadTable

from .houses import house, person


@pytest.mark.parametrize(
    "body",
    [
        b'name,e-mail,role\nNora,nora@a.cn,teacher\n\n"Rea, R.",rea@a.cn,Student\n',
        b"\xef\xbb\xbfRole;Email;Name\r\nteacher;NORA@a.cn;Nora\r\nstudent;rea@a.cn;Rea, R.\r\n",
        "姓名\t邮箱\t角色\nNora\tnora@a.cn\t教师\nRea, R.\trea@a.cn\t学生".encode("gb18030"),
    ],
)
def test_a_table_in_several_forms(body: bytes) -> None:
    rows = admitting.read(body)
    assert [(row.name, row.email, row.role) for row in rows] == [("Nora", "nora@a.cn", "teacher"), ("Rea, R.", "rea@a.cn", "student")]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"name,e-mail,role\n", "empty"),
        (b"PK\x03\x04 a workbook", "kind"),
        (b"a\0b", "kind"),
        (b"name,e-mail\nNora,n@a.cn", "columns"),
        (b"Nora,n@a.cn,teacher\n", "columns"),
        (b"x" * 200_001, "large"),
        (b"email,role\n" + b"n@a.cn,teacher\n" * 301, "rows"),
    ],
)
def test_what_is_no_table_of_people(body: bytes, why: str) -> None:
    with pytest.raises(BadTable) as bad:
        admitting.read(body)
    assert bad.value.why == why


def test_every_wrong_line_is_named() -> None:
    body = b"name,email,role\nA,a@a.cn,teacher\nB,nothing,teacher\nC,c@a.cn,king\nD,a@a.cn,student\nE\n"
    with pytest.raises(BadLines) as bad:
        admitting.read(body)
    assert [(fault.line, fault.why) for fault in bad.value.faults] == [(3, "address"), (4, "role"), (5, "twice"), (6, "address")]


@given(st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda text: f"name,email,role\n{text}".encode("utf-8", "ignore"))))
def test_any_bytes_are_people_or_refused(body: bytes) -> None:
    try:
        rows = admitting.read(body)
    except (BadTable, BadLines):
        return
    assert rows and len({row.email for row in rows}) == len(rows)


def test_all_are_invited_or_nobody(session: Session) -> None:
    school = house(session)
    ann = person(session, "ann", school)
    table = "name,email,role\nNora,nora@a.cn,teacher\nRea,rea@a.cn,student\n"
    with pytest.raises(BadLines) as bad:
        admitting.admit(session, ann, school, (table + "Ann,ann@school.example,teacher\n").encode())
    assert [(fault.line, fault.why) for fault in bad.value.faults] == [(4, "member")]
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Invitation)) == 0
    made = admitting.admit(session, ann, school, table.encode())
    session.commit()
    assert [(one.email, one.role, one.name) for one in made] == [("nora@a.cn", "teacher", "Nora"), ("rea@a.cn", "student", "Rea")]
    assert len(session.scalars(select(AuditEvent).where(AuditEvent.action == "member.invited")).all()) == 2
    with pytest.raises(permitting.NotAllowed):
        admitting.admit(session, person(session, "tom", school, "teacher"), school, table.encode())
