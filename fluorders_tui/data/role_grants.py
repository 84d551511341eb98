"""What each role may do in the PostgreSQL database itself: table by table, from the one table of permissions (P-184).

Clerks, expediters and viewers read costs nowhere: in their search path views without them stand before the tables.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Table

from fluorders_tui.data.logins import SCHEMA, group
from fluorders_tui.data.registries import registries
from fluorders_tui.data.tables.everything import metadata
from fluorders_tui.data.views import VIEWS
from fluorders_tui.domain.permissions import PERMISSIONS, Permission, Role, permission_of, roles_with

_P = Permission

#: Columns nobody reads without the permission to see margins, and what stands there instead.
MASKED: dict[str, dict[str, str]] = {
    "item": {"standard_cost_micro": "0::bigint", "last_cost_micro": "0::bigint"},
    "customer_order": {"cost_minor": "NULL::bigint"},
    "customer_order_line": {"unit_cost_micro": "0::bigint"},
    "offer": {"cost_minor": "NULL::bigint"},
    "offer_line": {"unit_cost_micro": "0::bigint"},
}

#: Documents and what belongs to them: who adds, who changes, who removes rows.
_DOCUMENTS: dict[str, tuple[tuple[Permission, ...], tuple[Permission, ...], tuple[Permission, ...]]] = {
    "customer_order": ((_P.ENTER,), (_P.CHANGE, _P.MOVE_DELIVERIES), ()),
    "customer_order_line": ((_P.ENTER,), (_P.CHANGE, _P.MOVE_DELIVERIES), (_P.CHANGE,)),
    "offer": ((_P.OFFERS,), (_P.OFFERS,), ()),
    "offer_line": ((_P.OFFERS,), (_P.OFFERS,), (_P.OFFERS,)),
    "supplier_order": ((_P.SUPPLY,), (_P.SUPPLY,), ()),
    "supplier_order_line": ((_P.SUPPLY,), (_P.SUPPLY,), (_P.SUPPLY,)),
    "journal": ((_P.MOVE_DELIVERIES,), (), ()),
    "approval": ((_P.MOVE_DELIVERIES,), (_P.MOVE_DELIVERIES,), ()),
    "approval_vote": ((_P.APPROVE,), (_P.APPROVE,), ()),
}

#: Registries whose rows move with goods, beside those who keep them.
_MOVED_WITH_GOODS = {"stock": (_P.SUPPLY, _P.DELIVER)}


def quoted(name: str) -> str:
    """A name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


def sees_costs(role: Role) -> bool:
    """Whether a role reads the tables themselves."""
    return _P.MARGINS in PERMISSIONS[role]


def rights(table: str, role: Role) -> list[str]:
    """What a role may do with a table beside reading it."""
    mine = PERMISSIONS[role]
    names = {stored.table.name: name for name, stored in registries().items()}
    if table in names:
        wanted = (permission_of(names[table]), *_MOVED_WITH_GOODS.get(table, ()))
        return ["INSERT", "UPDATE", "DELETE"] if mine.intersection(wanted) else []
    each = (_P.MOVE_DELIVERIES,)
    adds, changes, removes = _DOCUMENTS.get(table, (each, each, each))
    found = (("INSERT", adds), ("UPDATE", changes), ("DELETE", removes))
    return [right for right, wanted in found if mine.intersection(wanted)]


def grant_statements(database: str) -> Iterator[str]:
    """All grants of all roles, after taking away what was granted before."""
    for role in Role:
        name = quoted(group(database, role))
        yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public, {SCHEMA} FROM {name}"
        yield f"GRANT USAGE ON SCHEMA public, {SCHEMA} TO {name}"
        if role is not Role.VIEWER:
            yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}"
        yield f"GRANT SELECT ON alembic_version, {', '.join(VIEWS)} TO {name}"
        for table in metadata.sorted_tables:
            schema = SCHEMA if table.name in MASKED and not sees_costs(role) else "public"
            granted = ", ".join(["SELECT", *rights(table.name, role)])
            yield f"GRANT {granted} ON {schema}.{quoted(table.name)} TO {name}"


def mask_statements() -> Iterator[str]:
    """The views without costs, each with what writes through it: costs come from the items and stay what they were."""
    for name, masked in MASKED.items():
        table = metadata.tables[name]
        columns = [column.name for column in table.columns]
        shown = ", ".join(f"{masked[one]} AS {quoted(one)}" if one in masked else quoted(one) for one in columns)
        yield f"DROP VIEW IF EXISTS {SCHEMA}.{name}"
        yield f"CREATE VIEW {SCHEMA}.{name} WITH (security_barrier) AS SELECT {shown} FROM public.{name}"
        yield _defaults(name)
        yield _writer(table, [one for one in columns if one not in masked])
        yield (
            f"CREATE TRIGGER {name}_write INSTEAD OF INSERT OR UPDATE OR DELETE ON {SCHEMA}.{name}"
            f" FOR EACH ROW EXECUTE FUNCTION {SCHEMA}.write_{name}()"
        )


def _defaults(name: str) -> str:
    """The view takes the defaults of its table, the next row number among them."""
    return f"""DO $do$
DECLARE one record;
BEGIN
    FOR one IN SELECT attname, pg_get_expr(adbin, adrelid) AS what FROM pg_attrdef
        JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
        WHERE adrelid = 'public.{name}'::regclass
    LOOP
        EXECUTE format('ALTER VIEW {SCHEMA}.{name} ALTER COLUMN %I SET DEFAULT %s', one.attname, one.what);
    END LOOP;
END $do$"""


def _writer(table: Table, columns: list[str]) -> str:
    name = table.name
    added, given = list(columns), [f"NEW.{quoted(one)}" for one in columns]
    changes = [f"{quoted(one)} = NEW.{quoted(one)}" for one in columns if one != "id"]
    owner = name.removesuffix("_line")
    after = ""
    if name.endswith("_line"):
        key = f"{owner.removeprefix('customer_')}_id"
        added.append("unit_cost_micro")
        given.append(f"{SCHEMA}.cost_of(NEW.item_id)")
        changes.append(
            "unit_cost_micro = CASE WHEN NEW.item_id IS DISTINCT FROM OLD.item_id"
            f" THEN {SCHEMA}.cost_of(NEW.item_id) ELSE unit_cost_micro END"
        )
        after = f"""
    UPDATE public.{owner} SET cost_minor = (
        SELECT CASE WHEN bool_or(l.unit_cost_micro <> 0) THEN
            round(sum(l.unit_cost_micro::numeric * l.quantity_micro * l.unit_factor_micro) / 1e16)::bigint END
        FROM public.{name} l WHERE l.{key} = coalesce(NEW.{key}, OLD.{key}) AND l.line_type <> 'note'
    ) WHERE id = coalesce(NEW.{key}, OLD.{key});"""
    return f"""CREATE OR REPLACE FUNCTION {SCHEMA}.write_{name}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $body$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM public.{name} WHERE id = OLD.id;
    ELSIF TG_OP = 'UPDATE' THEN
        UPDATE public.{name} SET {", ".join(changes)} WHERE id = OLD.id;
    ELSE
        INSERT INTO public.{name} ({", ".join(map(quoted, added))}) VALUES ({", ".join(given)});
    END IF;{after}
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $body$"""


def roles_text(permission: Permission) -> str:
    """The roles with a permission, as arguments of a guard."""
    return ", ".join(f"'{role.value}'" for role in roles_with(permission))
