"""Who may do what with people's things: one line for each endpoint. What is expected of a role follows from who sees the thing that an
address names and who may do the deed; `page` prints all of it, as docs/permissions.md has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from werkzeug.routing import Rule as WerkzeugRule

ROLES = ("visitor", "loner", "student", "teacher", "colleague", "curator", "admin", "partner", "stranger", "hub curator", "hub admin")
SEATS = {"student": 0, "teacher": 1, "colleague": 1, "curator": 2, "admin": 3}  # in the institution whose things are looked at
LADDER = {"student": 0, "teacher": 1, "curator": 2, "admin": 3}
SEEN = {  # visibility -> who sees it, besides `teacher`, whose thing it is
    "private": set[str](),
    "institution": set(SEATS),
    "partners": set(SEATS) | {"partner"},
    "public": set(ROLES),
}
May = Callable[[str], bool]


def everybody(role: str) -> bool:
    return True


def signed_in(role: str) -> bool:
    return role != "visitor"


def owner(role: str) -> bool:
    return role == "teacher"


def another(role: str) -> bool:
    return signed_in(role) and not owner(role)


def hub_admin(role: str) -> bool:
    return role == "hub admin"


def moderator(role: str) -> bool:
    return role in ("hub curator", "hub admin")


def manager(role: str) -> bool:
    return role in ("admin", "hub admin")


def acting(least: str) -> May:
    """Somebody who acts for any institution with this role."""
    return lambda role: (role in ("partner", "stranger") and LADDER[least] <= 1) or SEATS.get(role, -1) >= LADDER[least]


def here(least: str) -> May:
    """Somebody of the institution whose thing it is."""
    return lambda role: SEATS.get(role, -1) >= LADDER[least]


def either(*ways: May) -> May:
    return lambda role: any(way(role) for way in ways)


@dataclass(frozen=True)
class Rule:
    """Who may. `of`: what the address names, where it comes in four visibilities (shelf, review, adoption), or is a person's own alone
    (`mine`: nobody else is told that it is there), or an institution's alone (BULK: other institutions' teachers are not told), or nothing
    that there is (`nothing`). `guarded`: who is not signed in is asked to do so
    before all. `form`: what a POST needs to be understood at all. `sees`: who sees it whatever its visibility."""

    may: May
    of: str = ""
    guarded: bool = True
    form: Mapping[str, str] | None = None
    sees: May = lambda role: False


def nobody(role: str) -> bool:
    return False


BULK = "bulk edit of tags"
NEVER = {  # who comes to these has something between two requests that a table of roles has not; why, and where they are tested
    "second_factors.ask": "somebody whose password was right a moment ago: test_second_factors",
    "federations.leave": "leads to a provider of identities, and this hub has none: test_federations",
    "federations.come_back": "who comes from that provider: test_federations",
}
PUBLIC = Rule(everybody, guarded=False)
OWN = Rule(signed_in)
READ = Rule(everybody, "shelf", guarded=False)
CHANGE = Rule(either(owner, here("teacher")), "shelf")  # a private one is seen by its owner alone
MANAGE = Rule(either(owner, here("curator")), "shelf")
MINE = Rule(owner, "mine")
ABOUT = Rule(signed_in, form={"subject": "institution", "id": "house_id"})
TABLE: dict[str, Rule] = {
    "accounts.sign_in": PUBLIC, "registrations.register": PUBLIC, "registrations.confirm": PUBLIC, "passwords.forgot": PUBLIC,
    "passwords.reset": PUBLIC, "profiles.confirm_email": OWN, "second_factors.ask": Rule(nobody, guarded=False),
    "federations.leave": Rule(nobody, "nothing", False),
    "federations.come_back": Rule(nobody, "nothing", False), "federations.prove": PUBLIC,
    # one's own account
    "profiles.show": OWN, "profiles.password": OWN, "profiles.email": OWN, "profiles.export": OWN, "profiles.delete": OWN,
    "access_tokens.index": OWN, "access_tokens.create": OWN, "access_tokens.revoke": MINE,
    "devices.index": OWN,
    "devices.end": MINE, "devices.end_others": OWN, "second_factors.show": OWN, "second_factors.turn_on": OWN,
    "second_factors.turn_off": OWN, "second_factors.renew": OWN, "federations.ways": MINE, "federations.link": OWN,
    "federations.unlink": MINE,
    # institutions
    "institutions.index": PUBLIC, "institutions.show": PUBLIC, "institutions.logo": PUBLIC, "institutions.new": OWN,
    "institutions.create": OWN, "institutions.waiting": Rule(here("teacher")), "institution_settings.edit": Rule(manager),
    "institution_settings.save": Rule(manager), "institution_settings.claim": Rule(manager), "institution_settings.logo": Rule(manager),
    "members.index": Rule(either(here("student"), hub_admin)), "members.role": Rule(manager), "members.ask_removal": Rule(manager),
    "members.remove": Rule(manager), "members.invite": Rule(manager), "members.invitation": Rule(manager), "members.upload": Rule(manager),
    "partnerships.index": PUBLIC, "partnerships.ask": Rule(here("admin")), "partnerships.answer": Rule(here("admin")),
    "exemplars.index": PUBLIC, "exemplars.new": Rule(here("curator"), form={"resource": "resource"}),
    "exemplars.add": Rule(here("curator"), form={"resource": "resource"}),
    "exemplars.change": Rule(here("curator")), "seats.index": OWN, "seats.act": Rule(here("student"), form={"institution": "own"}),
    "seats.join": Rule(signed_in, form={"institution": "own"}),
    "seats.ask_leaving": Rule(here("student")), "seats.leave": Rule(here("student")),
    "invitations.show": PUBLIC, "invitations.register": PUBLIC,
    "invitations.accept": OWN,
    "rubrics.default": PUBLIC, "rubrics.show": PUBLIC, "rubrics.cycles": PUBLIC,
    "rubrics.edit": Rule(here("curator")), "rubrics.give_up": Rule(here("curator")), "rubrics.add_cycle": Rule(here("curator")),
    "rubrics.edit_cycle": Rule(here("curator")), "rubrics.change_cycle": Rule(here("curator")),
    "rubrics.remove_cycle": Rule(here("curator")), "tags.index": PUBLIC,
    # students
    "bookmarks.index": OWN, "bookmarks.export": OWN, "bookmarks.ask": OWN, "bookmarks.keep": OWN, "bookmarks.drop": OWN,
    "bookmarks.edit": MINE, "bookmarks.save": MINE, "bookmarks.set_status": MINE, "bookmarks.remove": MINE,
    "extracts.results": PUBLIC, "extracts.source": PUBLIC, "extracts.institution": PUBLIC, "extracts.bookmarks": OWN,
    "feeds.source": PUBLIC,
    "dismissals.dismiss": OWN, "dismissals.restore": OWN,
    "paths.index": PUBLIC, "paths.mine": OWN, "paths.show": READ, "paths.start": Rule(signed_in, "shelf", guarded=False),
    "paths.stop": Rule(signed_in, "shelf", guarded=False), "paths.step": Rule(signed_in, "shelf", guarded=False, form={"done": "yes"}),
    "saved_searches.index": OWN, "saved_searches.keep": OWN, "saved_searches.ask": OWN, "saved_searches.change": MINE,
    "saved_searches.delete": MINE, "saved_searches.look": MINE, "saved_searches.renew": MINE,
    "saved_searches.leaving": PUBLIC, "saved_searches.stop": PUBLIC,
    "follows.index": OWN, "follows.ask": Rule(signed_in, form={"subject": "institution", "key": "own"}), 
    "follows.follow": Rule(signed_in, form={"subject": "institution", "key": "own"}),
    "follows.change": MINE, "follows.leave": MINE, "follows.advice": OWN, "feeds.institution": PUBLIC, "feeds.topic": PUBLIC,
    "feeds.provider": PUBLIC, "feeds.search": PUBLIC, "feeds.results": PUBLIC,
    # teachers
    "adoptions.index": PUBLIC, "adoptions.export": PUBLIC, "adoptions.new": Rule(acting("teacher")),
    "adoptions.edit": Rule(either(owner, here("curator")), "adoption", guarded=False),
    "adoptions.delete": Rule(either(owner, here("curator")), "adoption", guarded=False),
    "evaluations.index": PUBLIC, "evaluations.new": Rule(acting("teacher")), "evaluations.edit": Rule(owner, "review"),
    "evaluations.remove": Rule(owner, "review"), "evaluations.show": Rule(everybody, "review", guarded=False, sees=moderator),
    "evaluations.helpful": Rule(another, "review", form={"helpful": "yes"}), "evaluations.reply": Rule(here("teacher"), "review"),
    "evaluations.unreply": Rule(here("teacher"), "review"), "decisions.edit": Rule(here("curator")),
    "moderations.new": ABOUT, "moderations.create": ABOUT, "moderations.index": Rule(moderator), "moderations.decide": Rule(moderator),
    "taggings.change": Rule(acting("teacher"), form={"tags": "customs"}), "taggings.suggest": Rule(acting("teacher")), "tags.show": PUBLIC,
    "tags.edit": Rule(here("curator")), "tags.change": Rule(here("curator")), "tags.confirm": Rule(here("curator")),
   
    "tags.merge": Rule(here("curator")), "tags.delete": Rule(here("curator")), 
    "sprinkles.choose": Rule(acting("teacher")),
    "sprinkles.confirm": Rule(acting("teacher")), "sprinkles.do": Rule(acting("teacher")),
    "sprinkles.show": Rule(here("teacher"), BULK),
    "sprinkles.undo": Rule(either(owner, here("curator")), BULK),
    # shelves
    "shelves.index": PUBLIC, "shelves.mine": OWN, "shelves.new": OWN, "shelves.show": READ, "shelf_exports.attribution": READ,
    "shelf_exports.document": READ, "shelf_exports.table": READ, "shelf_exports.references": READ,
    "shelf_exports.feed": Rule(everybody, "feed", guarded=False),
    "cartridges.show": READ, "embeds.shelf": Rule(everybody, "feed", guarded=False), "embeds.resource": PUBLIC, "embeds.search": PUBLIC,
    "shelves.copy": Rule(signed_in, "shelf"),
    "shelves.edit": MANAGE, "shelves.delete": MANAGE, "shelves.editors": MANAGE, "shelves.share": MANAGE, "shelf_items.choose": OWN,
    "shelf_items.shelve": Rule(either(owner, here("teacher")), "shelf"), "shelf_items.add": CHANGE, "shelf_items.move": CHANGE,
    "shelf_items.note": CHANGE, "shelf_items.remove": CHANGE, "shelf_items.undo": CHANGE,
    "shelf_comments.say": Rule(lambda role: role in SEATS or role in ("partner", "stranger"), "shelf"),
    "shelf_comments.change": Rule(either(owner, here("curator"), hub_admin), "shelf"),
    # admins of the hub
    "people.index": Rule(hub_admin), "people.show": Rule(hub_admin), "people.ask": Rule(hub_admin), "people.do": Rule(hub_admin),
    "verifications.index": Rule(hub_admin), "verifications.show": Rule(hub_admin), "verifications.decide": Rule(hub_admin),
    "verifications.domains": Rule(hub_admin),
}  # fmt: skip


def expected(rule: Rule, role: str, visibility: str) -> str:
    """`in`, `403`, `404` or `sign in`."""
    if rule.guarded and role == "visitor":
        return "sign in"
    if rule.of == BULK:
        return "in" if rule.may(role) else "404" if acting("teacher")(role) and not here("teacher")(role) else "403"
    if rule.of == "feed" and visibility != "public":
        return "404"
    if rule.of == "nothing" or (rule.of == "mine" and not owner(role)):
        return "404"
    hidden = rule.of not in ("", "mine") and role != "teacher" and role not in SEEN[visibility] and not rule.sees(role)
    if hidden:
        return "404"
    if rule.may(role):
        return "in"
    return "sign in" if role == "visitor" or (rule.may is nobody and not rule.of) else "403"


def allowed(rule: Rule, visibility: str = "public") -> frozenset[str]:
    """Who gets in."""
    return frozenset(role for role in ROLES if expected(rule, role, visibility) == "in")


WORDS = {  # who gets in when everybody sees the thing -> in words
    frozenset(ROLES): "everybody",
    frozenset(ROLES) - {"visitor"}: "who is signed in",
    frozenset({"teacher"}): "its owner",
    frozenset(ROLES) - {"visitor", "teacher"}: "who is signed in, but its owner",
    frozenset({"hub admin"}): "admins of the hub",
    frozenset({"hub curator", "hub admin"}): "curators and admins of the hub",
    frozenset({"admin", "hub admin"}): "admins of the institution and of the hub",
    frozenset({"admin"}): "admins of the institution",
    frozenset({"curator", "admin"}): "curators and admins of the institution",
    frozenset({"teacher", "colleague", "curator", "admin"}): "teachers, curators and admins of the institution",
    frozenset({"teacher", "curator", "admin"}): "its owner; curators and admins of the institution",
    frozenset({"teacher", "curator", "admin", "hub admin"}): "its owner; curators and admins of the institution; admins of the hub",
    frozenset(SEATS): "members of the institution",
    frozenset(SEATS) | {"hub admin"}: "members of the institution; admins of the hub",
    frozenset(SEATS) | {"partner", "stranger"}: "members of any institution",
    frozenset({"teacher", "colleague", "curator", "admin", "partner", "stranger"}): "teachers, curators and admins of any institution",
    frozenset(): "nobody by role: who comes from another step or site",
}
HEAD = """# Who may do what

Every page and form of people's things, from the table that the tests walk with every role (`tests/hub/web/rights.py`): a route that is
not in it fails them. Pages of the catalogue are open; `/admin/…` and changes of the catalogue's resources are for curators and admins.

*See first.* A shelf, a review, an adoption is private (its owner sees it), its institution's (members see it), shared with partners
(members of active partners see it, too) or public. To whoever does not see it it is not there: 404, whatever they wanted to do. Who sees
it and may not do the deed gets 403, who is not signed in the sign-in page. Things of one's own (bookmarks, searches, follows) are not
there for anybody else. A refused request writes nothing, no `GET` writes, no `POST` works without its token. Admins of the hub look
after institutions, but never speak for one.

Programs with a token may what its scopes *and* its person may: the [API](api.md) has the same rules, and a test of its own that walks every
operation with every role (`tests/hub/web/api/test_rights.py`).
"""


def page(rules: Iterable[WerkzeugRule]) -> str:
    """All of the table as Markdown, by family of routes."""
    families: dict[str, dict[tuple[str, str], list[str]]] = defaultdict(lambda: defaultdict(list))
    for rule in sorted(rules, key=lambda rule: (rule.rule, rule.endpoint)):
        mine = TABLE[rule.endpoint]
        methods = " ".join(sorted((rule.methods or set()) & {"GET", "POST"}))
        names = {"": "–", "mine": "one's own", "nothing": "–", "feed": "a public shelf"}.get(mine.of, f"a {mine.of}")
        family = rule.endpoint.partition(".")[0].replace("_", " ").capitalize()
        families[family][names.replace("a adoption", "an adoption"), WORDS[allowed(mine)]].append(f"`{methods} {rule.rule}`")
    parts = [HEAD]
    for family, lines in sorted(families.items()):
        parts.append(f"## {family}\n\n| Route | Names | Who may |\n| --- | --- | --- |")
        parts[-1] += "".join(f"\n| {'<br>'.join(routes)} | {names} | {who} |" for (names, who), routes in lines.items()) + "\n"
    return "\n".join(parts)
