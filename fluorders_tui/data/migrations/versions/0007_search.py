"""What finds fragments, and the views for reading."""

from alembic import op

from fluorders_tui.data.search_schema import search_statements
from fluorders_tui.data.views import view_statements

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """What finds fragments, and the views for reading."""
    connection = op.get_bind()
    for statement in [*search_statements(connection), *view_statements(connection.dialect.name)]:
        connection.exec_driver_sql(statement)
