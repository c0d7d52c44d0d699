"""Passwords that a guesser tries first (NIST SP 800-63B, section 5.1.1.2: common ones, runs, and what is known of the person)."""

from __future__ import annotations

COMMON = frozenset(  # the parts of which most leaked passwords of ten and more characters consist
    (
        *("password", "passwort", "passw0rd", "p@ssw0rd", "p@ssword", "qwerty", "qwertyuiop", "qwertz", "asdfghjkl", "zxcvbnm", "1q2w3e4r"),
        *("1qaz2wsx", "qazwsxedc", "letmein", "welcome", "iloveyou", "sunshine", "princess", "football", "baseball", "superman", "batman"),
        *(
            "dragon",
            "monkey",
            "master",
            "shadow",
            "michael",
            "jennifer",
            "charlie",
            "admin",
            "administrator",
            "root",
            "changeme",
            "default",
        ),
        *("guest", "login", "secret", "test", "testing", "trustno1", "whatever", "starwars", "computer", "internet", "samsung", "google"),
        *("woaini", "woaini1314", "5201314", "a123456", "zxc123", "aa123456", "abc123", "abcd1234", "q1w2e3r4", "student", "teacher"),
        *("university", "commerce", "opencommercehub", "kaifangshangke", "changeit", "correcthorsebatterystaple", "mimamima", "mima"),
    )
)
RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qazwsxedcrfvtgbyhnujm")
LONG_RUN = 8


def is_guessable(password: str, email: str) -> bool:
    """Is it one of the first that a guesser tries? Common words with digits and signs around them, runs of the keyboard, one character or
    pair again and again, or the person's own address."""
    plain = password.casefold()
    letters = plain.strip("0123456789!@#$%^&*().,-_+=?~ ")
    if plain in COMMON or letters in COMMON or not letters and len(set(plain)) < 8:  # noqa: RUF021 - reads as it is meant
        return True
    if len(set(plain)) <= 3 or any(run in plain for run in _runs()):
        return True
    own = email.casefold()
    name = own.partition("@")[0]
    return own in plain or (len(name) > 3 and plain.strip("0123456789!@#$%^&*().,-_") == name)


def _runs() -> list[str]:
    """Stretches of keyboard, alphabet and numbers, both ways."""
    lines = [line[::step] for line in RUNS for step in (1, -1)]
    return [line[at : at + LONG_RUN] for line in lines for at in range(len(line) - LONG_RUN + 1)]
