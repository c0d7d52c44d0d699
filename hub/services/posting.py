"""The way to the mail server: its address as a setting, and one message sent within bounded time."""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import parse_qs, unquote, urlsplit

PATIENCE = 15.0  # seconds that one step of the conversation may take
ADDRESS = re.compile(r"[^\s@<>,;:\"'()\[\]\\\x00-\x20\x7f]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
TLS = {"starttls": 587, "ssl": 465, "none": 25}


class BadServer(ValueError):
    """The setting names no mail server; the message says what to write."""


class NotSent(Exception):
    """The message did not go out. `lasting`: it never will, so that it need not be tried again."""

    def __init__(self, reason: str, *, lasting: bool = False) -> None:
        super().__init__(reason)
        self.lasting = lasting


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server, and as whom we write."""

    host: str
    port: int
    tls: str  # starttls | ssl | none
    sender: str
    user: str = ""
    password: str = ""
    site: str = ""  # name and address that stand below each message


def parse(url: str, sender: str, *, site: str = "") -> Server:
    """`smtp://user:password@host:587?tls=starttls` -> Server. Raises BadServer."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadServer("HUB_SMTP_URL cannot be read: write smtp://user:password@host:587?tls=starttls.") from None
    tls = parse_qs(parts.query).get("tls", ["ssl" if port == 465 else "starttls"])[0]
    if parts.scheme != "smtp" or not parts.hostname or tls not in TLS:
        raise BadServer("HUB_SMTP_URL must be smtp://user:password@host:587?tls=…, where tls is starttls, ssl or none.")
    if not is_address(sender):
        raise BadServer("HUB_MAIL_FROM must be the mail address from which the hub writes, such as hub@example.edu.")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(parts.hostname, port or TLS[tls], tls, sender, user, password, site)


def is_address(text: str) -> bool:
    """One mail address, and nothing that could become another header."""
    return len(text) <= 254 and text.isascii() and ADDRESS.fullmatch(text) is not None


def send(server: Server, recipient: str, subject: str, body: str) -> None:
    """Hand one message over. Raises NotSent."""
    if not is_address(recipient):
        raise NotSent("This is no mail address.", lasting=True)
    try:
        with connected(server) as line:
            line.send_message(message(server, recipient, subject, body))
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise NotSent(f"The mail server refused the recipient: {code} {words(said)}", lasting=code >= 500) from error
    except smtplib.SMTPResponseException as error:
        raise NotSent(f"The mail server answered {error.smtp_code} {words(error.smtp_error)}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(f"The mail server {server.host}:{server.port} cannot be used: {error}") from error


def connected(server: Server) -> smtplib.SMTP:
    """A conversation that has come as far as sending."""
    if server.tls == "ssl":
        line: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE, context=ssl.create_default_context())
    else:
        line = smtplib.SMTP(server.host, server.port, timeout=PATIENCE)
    try:
        if server.tls == "starttls":
            line.starttls(context=ssl.create_default_context())
        if server.user:
            line.login(server.user, server.password)
    except (smtplib.SMTPException, OSError):
        line.close()
        raise
    return line


def message(server: Server, recipient: str, subject: str, body: str) -> EmailMessage:
    """As it goes out. What would break a header's line is a blank."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = server.sender, recipient, " ".join(subject.split())
    made["Date"], made["Message-ID"] = formatdate(usegmt=True), make_msgid(domain=server.sender.rpartition("@")[2])
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(f"{body}\n\n-- \n{server.site}\n" if server.site else f"{body}\n")
    return made


def words(said: bytes | str) -> str:
    """What a server said, in one line."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())[:300]
