"""Many people asked in at once: a table of name, mail address and role. All of it, or, when one line is wrong, none."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from hub.models.institution import ROLES, Institution
from hub.services import inviting, permitting, tidying
from hub.services.acting import Viewer
from hub.services.inviting import Made

MOST = 200_000  # bytes
ROWS_MOST = 300
ERRORS_MOST = 50
COLUMNS = {
    "name": ("name", "full name", "姓名", "名字"),
    "email": ("e-mail", "email", "mail", "e-mail address", "邮箱", "电子邮箱", "邮件"),
    "role": ("role", "角色", "身份"),
}
ROLE_WORDS = {
    "student": ("student", "学生"),
    "teacher": ("teacher", "教师", "老师", "mentor", "officer"),
    "curator": ("curator", "编目员", "馆员"),
    "admin": ("admin", "administrator", "管理员"),
}


class BadTable(ValueError):
    """The file is no such table. `why`: empty | large | kind | columns | rows."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line. `why`: address | role | twice | member; `text`: what stands there."""

    line: int
    why: str
    text: str


class BadLines(Exception):
    """Some lines are wrong: nothing was done."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} lines are wrong.")
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Row:
    """One person of the table."""

    line: int
    name: str
    email: str
    role: str


def decode(body: bytes) -> str:
    """The text of a table: UTF-8, with or without a mark, or as Excel saves it in China (GB 18030). Raises BadTable."""
    if not body.strip():
        raise BadTable("empty")
    if len(body) > MOST:
        raise BadTable("large")
    if b"\0" in body or body.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise BadTable("kind")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadTable("kind")


def cells(text: str) -> list[tuple[int, list[str]]]:
    """(line, cells) of each row that is not empty. Commas, semicolons or tabs part them. Raises BadTable."""
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        found = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error:
        raise BadTable("kind") from None
    return [(line, row) for line, row in found if any(row)]


def read(body: bytes) -> list[Row]:
    """The people of a table with the columns name, e-mail, role, in any order. Raises BadTable, BadLines."""
    rows = cells(decode(body))
    heading = [cell.lower() for cell in rows[0][1]] if rows else []
    places = {name: next((heading.index(word) for word in words if word in heading), -1) for name, words in COLUMNS.items()}
    if places["email"] < 0 or places["role"] < 0:
        raise BadTable("columns")
    people = rows[1:]
    if not people:
        raise BadTable("empty")
    if len(people) > ROWS_MOST:
        raise BadTable("rows")
    made, faults, seen = list[Row](), list[Fault](), set[str]()
    for line, row in people:
        texts = {name: row[place] if 0 <= place < len(row) else "" for name, place in places.items()}
        found = person(line, texts, seen)
        if isinstance(found, Fault):
            faults.append(found)
        else:
            made.append(found)
    if faults:
        raise BadLines(faults[:ERRORS_MOST])
    return made


def person(line: int, texts: dict[str, str], seen: set[str]) -> Row | Fault:
    """One line, or what is wrong with it."""
    try:
        email = inviting.address(texts["email"])
    except inviting.BadAddress:
        return Fault(line, "address", tidying.one_line(texts["email"], 100))
    role = next((role for role in ROLES if texts["role"].lower() in ROLE_WORDS[role]), None)
    if role is None:
        return Fault(line, "role", tidying.one_line(texts["role"], 100))
    if email in seen:
        return Fault(line, "twice", email)
    seen.add(email)
    return Row(line, tidying.one_line(texts["name"], 200), email, role)


def admit(session: Session, who: Viewer, institution: Institution, body: bytes) -> list[Made]:
    """Ask everybody of a table in. The caller commits; when this raises, the caller rolls back and nothing was done.

    Raises NotAllowed, BadTable, BadLines, founding.TooOften.
    """
    permitting.need_manager(who, institution)
    made, faults = [], []
    for row in read(body):
        try:
            made.append(inviting.invite(session, who, institution, row.email, row.role, name=row.name))
        except inviting.IsMember:
            faults.append(Fault(row.line, "member", row.email))
    if faults:
        raise BadLines(faults[:ERRORS_MOST])
    return made
