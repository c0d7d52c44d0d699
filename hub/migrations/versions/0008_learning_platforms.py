"""Learning platforms that register themselves; signing keys that are locked and follow one another

Revision: 0008, after 0007
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEYS = sa.table("signing_key", sa.column("id"), sa.column("private"), sa.column("public", sa.JSON()))
PUBLIC = ("kty", "n", "e", "kid")


def upgrade() -> None:
    """Apply. What is registered was registered by admins; what signs goes on signing."""
    with op.batch_alter_table("platform", schema=None) as batch_op:
        batch_op.add_column(sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE platform SET accepted_at = created_at")

    with op.batch_alter_table("signing_key", schema=None) as batch_op:
        batch_op.add_column(sa.Column("public", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("active_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE signing_key SET active_at = created_at")
    connection = op.get_bind()
    for id, private in connection.execute(sa.select(KEYS.c.id, KEYS.c.private)).all():
        key = json.loads(private)
        connection.execute(sa.update(KEYS).where(KEYS.c.id == id).values(public={name: key[name] for name in PUBLIC}))
    with op.batch_alter_table("signing_key", schema=None) as batch_op:
        batch_op.alter_column("public", existing_type=sa.JSON(), nullable=False)
        batch_op.alter_column("active_at", existing_type=sa.DateTime(timezone=True), nullable=False)


def downgrade() -> None:
    """Take back. Locked keys are nothing to the older version, which makes a new one; what waits for a word was never registered."""
    op.execute("DELETE FROM signing_key WHERE private NOT LIKE '{%'")
    with op.batch_alter_table("signing_key", schema=None) as batch_op:
        batch_op.drop_column("active_at")
        batch_op.drop_column("public")

    op.execute("DELETE FROM platform WHERE accepted_at IS NULL")
    with op.batch_alter_table("platform", schema=None) as batch_op:
        batch_op.drop_column("accepted_at")
