"""The form of a learning platform's registration."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from hub.services import onboarding
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l

PLAIN = {"autocomplete": "off", "spellcheck": "false"}
REASONS = {
    "missing": _l("Fill this in."),
    "long": _l("This is too long."),
    "many": _l("These are too many."),
    "address": _l("Write a whole address that begins with https:// and holds no password."),
    "institution": _l("There is no such institution."),
}


def needed(name: str) -> list[Any]:
    """It has to be there, and not be too long."""
    return [InputRequired(_l("Fill this in.")), Length(max=onboarding.LIMITS[name], message=_l("This is too long."))]


class PlatformForm(FlaskForm):
    """What the platform's own page of the tool says."""

    title = StringField(_l("Name"), needed("title"), render_kw={**PLAIN, "maxlength": 200})
    issuer = StringField(_l("Issuer (platform ID)"), needed("issuer"), render_kw=PLAIN)
    client_id = StringField(_l("Client ID"), needed("client_id"), render_kw=PLAIN)
    login_url = StringField(_l("Authentication request URL"), needed("login_url"), render_kw=PLAIN)
    jwks_url = StringField(_l("Public keyset URL"), needed("jwks_url"), render_kw=PLAIN)
    deployment_ids = TextAreaField(
        _l("Deployment IDs"), [Length(max=30_000, message=_l("This is too long."))], render_kw={"rows": 3, **PLAIN}
    )
    institution = SelectField(_l("Institution"), choices=[], validate_choice=False)

    def facts(self) -> onboarding.Facts:
        """As typed."""
        return onboarding.Facts(
            title=self.title.data or "",
            issuer=self.issuer.data or "",
            client_id=self.client_id.data or "",
            deployment_ids=tuple((self.deployment_ids.data or "").splitlines()),
            login_url=self.login_url.data or "",
            jwks_url=self.jwks_url.data or "",
            institution=self.institution.data or "",
        )

    def blame(self, error: onboarding.BadFact) -> None:
        """Say at its field what cannot be used."""
        self[error.field].errors = [*self[error.field].errors, str(REASONS[error.kind])]

    def offer(self, institutions: Any) -> None:
        """The institutions to choose from."""
        self.institution.choices = [("", _("None")), *institutions]
