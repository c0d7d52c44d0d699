"""Webhooks whose secret is renewed: the former one goes on signing for a while

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("webhook", schema=None) as batch_op:
        batch_op.add_column(sa.Column("former_secret", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take back: what is signed is signed with the new secret alone."""
    with op.batch_alter_table("webhook", schema=None) as batch_op:
        batch_op.drop_column("renewed_at")
        batch_op.drop_column("former_secret")
