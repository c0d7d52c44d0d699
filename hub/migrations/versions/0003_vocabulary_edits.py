"""Labels for search alone, labels that people added, and those that they took away

Revision: 0003, after 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("concept_label") as table:
        table.add_column(sa.Column("search_only", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("by_person", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "removed_label",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("concept_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["concept_id"], ["concept.id"], name=op.f("fk_removed_label_concept_id_concept"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removed_label")),
        sa.UniqueConstraint("concept_id", "language", "text", name=op.f("uq_removed_label_concept_id_language_text")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("removed_label")
    with op.batch_alter_table("concept_label") as table:
        table.drop_column("by_person")
        table.drop_column("search_only")
