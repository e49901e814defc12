"""Watches the wire: opens and closes incidents, and owes their telling to the webhook."""

from __future__ import annotations

import json
import logging

from feeds.clock import format_rfc3339
from feeds.incidents import WEBHOOK, detect_incidents
from feeds.model.incidents import Incident, decide_incidents, reword_incidents
from feeds.status import find_status
from feeds.store import incidents, owed
from feeds.store.owed import Claim, Work
from workers.runtime import Runtime

log = logging.getLogger("wire.watch")

OPENED, CLOSED = "opened", "closed"


def watch(runtime: Runtime) -> None:
    """Compare what is wrong with what is known to be wrong. To be called now and then."""
    times = runtime.times()
    with runtime.store.read() as connection:
        found = detect_incidents(find_status(connection, times))
        standing = incidents.list_open(connection)
    if not (any(decide_incidents(found, standing)) or reword_incidents(found, standing)):
        return
    with runtime.store.write() as connection:
        standing = incidents.list_open(connection)  # another may have been here
        opened, over = decide_incidents(found, standing)
        incidents.save_texts(connection, reword_incidents(found, standing))
        numbers = [incidents.open_incident(connection, finding, times.now) for finding in opened]
        incidents.close_incidents(connection, over, times.now)
        if runtime.settings.alert_webhook:
            told = [
                f"{n} {OPENED}" for n, finding in zip(numbers, opened, strict=True) if finding.subject != WEBHOOK
            ]
            told += [f"{incident.id} {CLOSED}" for incident in over if incident.subject != WEBHOOK]
            owed.owe(connection, Work.ALERT, told, times.now)
    for finding in opened:
        log.warning("%s: %s: %s", finding.kind, finding.subject, finding.text)
    for incident in over:
        log.warning("%s: %s: over", incident.kind, incident.subject)


def send_alerts(runtime: Runtime, claims: list[Claim]) -> None:
    """Tell the webhook, each incident by a POST of its own; what it does not take is tried again.

    :raises FetchError: where it does not take one
    """
    for claim in claims:
        number, _, event = claim.key.partition(" ")
        with runtime.store.read() as connection:
            incident = incidents.find_incident(connection, int(number))
        if incident and runtime.settings.alert_webhook:
            body = json.dumps(to_alert(incident, event, runtime.settings.base_url), ensure_ascii=False).encode()
            runtime.webhook.post(runtime.settings.alert_webhook, body, "application/json")
        with runtime.store.write() as connection:
            owed.settle(connection, [claim])


def to_alert(incident: Incident, event: str, base_url: str) -> dict[str, object]:
    """What the webhook gets; ``text`` alone makes a message for chats that take such posts."""
    return {
        "event": event,
        "id": incident.id,
        "kind": incident.kind,
        "subject": incident.subject,
        "text": f"{incident.title}. {incident.text}",
        "opened_at": format_rfc3339(incident.opened_at),
        "closed_at": format_rfc3339(incident.closed_at) if incident.closed_at else None,
        "url": f"{base_url}/status",
    }
