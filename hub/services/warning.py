"""A mail to somebody whose ways of signing in have changed: whoever did not do it themselves must hear of it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from hub.models.account import Person
from hub.services import mailing

TEXTS = {
    "two-factor-on": ("a second factor was switched on for your account", "您的账户已启用两步验证"),
    "two-factor-off": ("the second factor of your account was switched off", "您账户的两步验证已关闭"),
    "linked": ("your account was linked with a sign-in elsewhere", "您的账户已与外部登录关联"),
    "unlinked": ("a sign-in elsewhere was taken away from your account", "您的账户已取消与外部登录的关联"),
}


def tell(session: Session, person: Person, what: str) -> None:
    """Write that this of TEXTS has happened. The caller commits."""
    english, chinese = TEXTS[what]
    body = (
        f"{english[0].upper()}{english[1:]}.\n\nIf it was you, there is nothing to do. If not, change your password, end all other "
        f"sessions, and write to those who run this hub.\n\n{chinese}。\n\n"
        "如果是您本人操作，无需处理；否则请立即更改密码、结束其他所有会话，并联系本站管理员。"
    )
    mailing.write(session, person.email, f"{english[0].upper()}{english[1:]} · {chinese}", body)
