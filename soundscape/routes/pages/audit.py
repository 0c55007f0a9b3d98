"""The audit trail as people read it: who did what, when, and what it changed."""

from flask import Blueprint, render_template, request

from library.lettering import clean
from soundscape.parts import parts
from soundscape.rights import right
from soundscape.stores import audit as store
from soundscape.stores.audit import AuditRow

blueprint = Blueprint("audit", __name__)

A_PAGE = 100
HIGHEST_ID = 1 << 31
"""What every database takes for an id."""


@blueprint.get("/audit")
@right("see_audit")
def page() -> str:
    """The newest rows first, filtered and by pages."""
    actor, action = clean(request.args.get("actor", ""))[:80], clean(request.args.get("action", ""))[:64]
    before_id = request.args.get("before_id", type=int)
    if before_id is not None:
        before_id = min(max(before_id, 0), HIGHEST_ID - 1)
    with parts().engine.connect() as connection:
        rows = store.latest(connection, before_id=before_id, actor=actor, action=action, most=A_PAGE + 1)
        actors, actions = store.actors_and_actions(connection)
    return render_template(
        "audit.html",
        rows=[(row, differences(row)) for row in rows[:A_PAGE]],
        actors=actors,
        actions=actions,
        actor=actor,
        action=action,
        before_id=before_id,
        older_id=rows[A_PAGE - 1].audit_id if len(rows) > A_PAGE else None,
    )


def differences(row: AuditRow) -> list[tuple[str, str | None, str | None]]:
    """What a row changed: (what, before, after) in words, None where there was nothing; what stayed is left out."""
    before, after = row.before or {}, row.after or {}
    names = dict.fromkeys([*before, *after])
    return [
        (_name(name), _words(before.get(name), name in before), _words(after.get(name), name in after))
        for name in names
        if not (name in before and name in after and before[name] == after[name])
    ]


def _name(key: str) -> str:
    for ending, unit in (("_db", " (dB)"), ("_s", " (s)"), ("_lufs", " (LUFS)")):
        if key.endswith(ending):
            return key.removesuffix(ending).replace("_", " ") + unit
    return key.replace("_", " ")


def _words(value: object, known: bool) -> str | None:
    if not known or value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(_words(each, True)) for each in value) or "none"
    return f"{value:g}".replace("-", "−") if isinstance(value, float) else str(value)
