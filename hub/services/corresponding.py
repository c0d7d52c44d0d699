# ruff: noqa: E501  (texts of mails read better in one piece)
"""What the hub writes to people about their accounts: in their language, or in both."""

from __future__ import annotations

from sqlalchemy.orm import Session

from hub.services import mailing

Text = tuple[str, str]  # subject, body


def send(session: Session, recipient: str, language: str | None, english: Text, chinese: Text) -> None:
    """Put a message where the worker finds it. The caller commits."""
    if language == "en":
        subject, body = english
    elif language == "zh-Hans":
        subject, body = chinese
    else:
        subject, body = f"{english[0]} · {chinese[0]}", f"{english[1]}\n\n{chinese[1]}"
    mailing.write(session, recipient, subject, body)


def confirm(session: Session, email: str, language: str | None, link: str) -> None:
    """Is this your address? The account is made when the link is used."""
    send(
        session,
        email,
        language,
        (
            "Confirm your e-mail address",
            f"Somebody, probably you, wants an account with this address. Open this page within 24 hours and choose a password there:\n{link}\n\nIf it was not you, do nothing: no account is made.",
        ),
        (
            "请确认您的邮箱",
            f"有人（可能是您本人）希望用此邮箱注册账户。请在 24 小时内打开以下页面并设置密码：\n{link}\n\n如果不是您本人操作，请忽略本邮件，不会创建账户。",
        ),
    )


def there_is_one(session: Session, email: str, language: str | None, link: str) -> None:
    """Somebody registers with the address of an account."""
    send(
        session,
        email,
        language,
        (
            "You have an account already",
            f"Somebody, probably you, wanted an account with this address. There is one already. Sign in, or ask for a new password, here:\n{link}\n\nIf it was not you, do nothing.",
        ),
        (
            "您已有账户",
            f"有人（可能是您本人）希望用此邮箱注册账户，但该邮箱已有账户。请在此登录或重设密码：\n{link}\n\n如果不是您本人操作，请忽略本邮件。",
        ),
    )


def reset(session: Session, email: str, language: str | None, link: str) -> None:
    """A way to a new password."""
    send(
        session,
        email,
        language,
        (
            "A new password",
            f"Somebody, probably you, asked for a new password. Choose one within an hour here:\n{link}\n\nIf it was not you, do nothing: your password stays as it is.",
        ),
        (
            "重设密码",
            f"有人（可能是您本人）请求重设密码。请在一小时内在此设置新密码：\n{link}\n\n如果不是您本人操作，请忽略本邮件，密码不会改变。",
        ),
    )


def password_changed(session: Session, email: str, language: str | None, site: str) -> None:
    """So that nobody's password is changed without their knowing."""
    send(
        session,
        email,
        language,
        (
            "Your password was changed",
            f"The password of your account at {site} was changed, and all other sessions have ended. If it was not you, ask for a new password at once, and tell those who run the hub.",
        ),
        ("您的密码已更改", f"您在 {site} 的账户密码已更改，其他登录均已退出。如果不是您本人操作，请立即重设密码并联系管理员。"),
    )


def new_address(session: Session, email: str, language: str | None, link: str) -> None:
    """Is the new address theirs?"""
    send(
        session,
        email,
        language,
        (
            "Confirm your new e-mail address",
            f"Open this page within 24 hours where you are signed in and press the button, and your account has this address from then on:\n{link}\n\nIf you have asked for nothing, do nothing.",
        ),
        (
            "请确认新邮箱",
            f"请在 24 小时内于已登录的浏览器中打开以下页面并点击按钮，此后您的账户将使用此邮箱：\n{link}\n\n如果您没有提出请求，请忽略本邮件。",
        ),
    )


def address_changed(session: Session, email: str, language: str | None, site: str) -> None:
    """To the old address."""
    send(
        session,
        email,
        language,
        (
            "The e-mail address of your account was changed",
            f"Your account at {site} has another e-mail address now. If it was not you, tell those who run the hub.",
        ),
        ("您的账户邮箱已更改", f"您在 {site} 的账户现已使用其他邮箱。如果不是您本人操作，请联系管理员。"),
    )


def farewell(session: Session, email: str, language: str | None, site: str) -> None:
    """The account is no more."""
    send(
        session,
        email,
        language,
        ("Your account was deleted", f"Your account at {site} and everything private in it were deleted, as you asked."),
        ("您的账户已删除", f"应您的要求，您在 {site} 的账户及其中的私人内容已删除。"),
    )
