"""Guards in the PostgreSQL database for what grants can't say: which value may become which, by whom (P-184).

They hold for whoever logs in as a person, also beside the program; the owner of the database passes.
"""

from __future__ import annotations

from collections.abc import Iterator

from fluorders_tui.data.logins import SCHEMA
from fluorders_tui.data.role_grants import roles_text
from fluorders_tui.domain.permissions import CREDIT_FIELDS, Permission

_PRICED = ("unit_price_micro", "discounts", "quantity_micro", "item_id", "gross_minor", "net_minor", "vat_code")
_COLUMNS = {"credit_limit": "credit_limit_minor", "group": "group_id", "balance": "balance_minor"}
_EMPTY = {"balance_minor": "0", "always_authorise": "false", "credit_policy": "'block'"}


def guard_statements() -> Iterator[str]:
    """Functions and triggers, made anew."""
    yield f"""CREATE OR REPLACE FUNCTION {SCHEMA}.one_of(VARIADIC wanted text[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $body$
    SELECT pg_has_role(session_user, (SELECT datdba FROM pg_database WHERE datname = current_database()), 'MEMBER')
        OR EXISTS (
            SELECT 1 FROM pg_roles, unnest(wanted) AS one
            WHERE rolname = current_database() || '_' || one AND pg_has_role(session_user, oid, 'MEMBER')
        )
$body$"""
    yield f"""CREATE OR REPLACE FUNCTION {SCHEMA}.owns_database() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $body$
    SELECT pg_has_role(session_user, (SELECT datdba FROM pg_database WHERE datname = current_database()), 'MEMBER')
$body$"""
    yield f"""CREATE OR REPLACE FUNCTION {SCHEMA}.cost_of(item_row bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $body$
    SELECT coalesce((SELECT coalesce(nullif(last_cost_micro, 0), standard_cost_micro) FROM item WHERE id = item_row), 0)
$body$"""
    # Only what writes lines may ask for a cost.
    yield f"REVOKE EXECUTE ON FUNCTION {SCHEMA}.cost_of(bigint) FROM PUBLIC"
    yield from _guard("customer", "INSERT OR UPDATE", _credit())
    yield from _guard("approval", "INSERT OR UPDATE", _APPROVAL)
    yield from _guard("approval_vote", "INSERT OR UPDATE", _VOTE)
    yield from _guard("customer_order", "UPDATE", _REJECTING)
    yield from _guard("customer_order_line", "UPDATE", _prices())
    yield from _released()
    yield from _journal()


def _guard(table: str, events: str, body: str) -> Iterator[str]:
    name = f"guard_{table}"
    yield f"""CREATE OR REPLACE FUNCTION {SCHEMA}.{name}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $body$
BEGIN
{body}
    RETURN NEW;
END $body$"""
    yield f"DROP TRIGGER IF EXISTS {name} ON public.{table}"
    yield (f"CREATE TRIGGER {name} BEFORE {events} ON public.{table} FOR EACH ROW EXECUTE FUNCTION {SCHEMA}.{name}()")


def _refuse(what: str) -> str:
    return f"RAISE EXCEPTION 'permission denied: {what}' USING ERRCODE = 'insufficient_privilege';"


def _unless(permission: Permission, condition: str) -> str:
    return f"""    IF ({condition}) AND NOT {SCHEMA}.one_of({roles_text(permission)}) THEN
        {_refuse(f"you may not {permission.value}")}
    END IF;"""


def _credit() -> str:
    columns = sorted(_COLUMNS.get(name, name) for name in CREDIT_FIELDS)
    changed = " OR ".join(f"NEW.{one} IS DISTINCT FROM OLD.{one}" for one in columns)
    given = " OR ".join(f"NEW.{one} IS DISTINCT FROM {_EMPTY.get(one, 'NULL')}" for one in columns)
    return f"""    IF TG_OP = 'UPDATE' THEN
{_unless(Permission.CREDIT, changed)}
    ELSE
{_unless(Permission.CREDIT, given)}
    END IF;"""


def _prices() -> str:
    return _unless(Permission.CHANGE, " OR ".join(f"NEW.{one} IS DISTINCT FROM OLD.{one}" for one in _PRICED))


_REJECTING = _unless(Permission.APPROVE, "NEW.status = 'rejected' AND OLD.status <> 'rejected'")

_APPROVAL = f"""    IF TG_OP = 'INSERT' AND NEW.state <> 'waiting' THEN
{_unless(Permission.APPROVE, "true")}
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.state IN ('approved', 'rejected') OR OLD.state IN ('approved', 'rejected') THEN
{
    _unless(
        Permission.APPROVE,
        "NEW.state IS DISTINCT FROM OLD.state AND NEW.state <> 'lapsed'"
        " OR NEW.content IS DISTINCT FROM OLD.content OR NEW.order_id IS DISTINCT FROM OLD.order_id",
    )
}
        END IF;
    END IF;"""

_VOTE = f"""    IF NOT {SCHEMA}.owns_database() AND NEW."user" <> session_user THEN
        {_refuse("you approve for nobody else")}
    END IF;
    IF NOT {SCHEMA}.owns_database() AND EXISTS (
        SELECT 1 FROM approval a JOIN customer_order o ON o.id = a.order_id
        WHERE a.id = NEW.approval_id AND session_user IN (o.entered_by, a.caused_by)
    ) THEN
        {_refuse("nobody approves their own")}
    END IF;"""


def _released() -> Iterator[str]:
    """At the end of the transaction no order has gone on that somebody still has to decide on."""
    name = "guard_released"
    yield f"""CREATE OR REPLACE FUNCTION {SCHEMA}.{name}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $body$
BEGIN
    IF EXISTS (
        SELECT 1 FROM approval a JOIN customer_order o ON o.id = a.order_id
        WHERE o.id = NEW.id AND a.state = 'waiting'
            AND o.status IN ('entered', 'confirmed', 'partially executed', 'executed', 'forcibly executed')
    ) AND NOT {SCHEMA}.owns_database() THEN
        {_refuse("the order waits for an approval")}
    END IF;
    RETURN NULL;
END $body$"""
    yield f"DROP TRIGGER IF EXISTS {name} ON public.customer_order"
    yield (
        f"CREATE CONSTRAINT TRIGGER {name} AFTER UPDATE OF status ON public.customer_order"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
        f" WHEN (OLD.status IN ('locked', 'waiting for approval') AND NEW.status <> OLD.status)"
        f" EXECUTE FUNCTION {SCHEMA}.{name}()"
    )


def _journal() -> Iterator[str]:
    """Everybody writes the journal under their own name, and costs in it are for those who may see them."""
    yield "ALTER TABLE public.journal ENABLE ROW LEVEL SECURITY"
    for name in ("desk_reads", "desk_adds"):
        yield f"DROP POLICY IF EXISTS {name} ON public.journal"
    seen = f"kind NOT IN ('items', 'item-suppliers') OR {SCHEMA}.one_of({roles_text(Permission.MARGINS)})"
    yield f"CREATE POLICY desk_reads ON public.journal FOR SELECT USING ({seen})"
    yield 'CREATE POLICY desk_adds ON public.journal FOR INSERT WITH CHECK ("user" = session_user)'
