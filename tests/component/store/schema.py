"""Rows for the tests of the schema."""

import datetime

DAY = datetime.date(2026, 11, 24)
NOON = datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.timezone.utc)


def add_organization(database, org_id="org_a"):
    database.rows("INSERT INTO organizations (id) VALUES (%s)", [org_id])


def add_webhook(database, webhook_id="wh_1", org_id="org_a", **columns):
    columns = {"id": webhook_id, "org_id": org_id, "url": "https://example.com/", "events": ["*"], **columns}
    names = ", ".join(columns)
    marks = ", ".join(["%s"] * len(columns))
    database.rows(f"INSERT INTO webhooks ({names}) VALUES ({marks})", list(columns.values()))


def attempt(**columns):
    return {
        "accepted_at": NOON, "started_at": NOON + datetime.timedelta(seconds=1), "origin_offset": 7, "origin_partition": 0,
        "origin_topic": "kt.events.event.created", "series": 0, "number": 1, "dns_ms": 0, "connect_ms": 1, "tls_ms": 2,
        "first_byte_ms": 3, "total_ms": 6, "delivery_id": "dlv_1", "org_id": "org_a", "webhook_id": "wh_1",
        "event_id": "evt_1", "event_type": "event.created", "trigger": "event", "outcome": "retrying", "fault": "endpoint",
        "error": "timeout", **columns,
    }


def add_attempt(connection, **columns):
    """Returns how many rows came of it: 0 when there is one already."""
    row = attempt(**columns)
    names = ", ".join(row)
    marks = ", ".join(["%s"] * len(row))
    return connection.execute(f"INSERT INTO attempts ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING",
                              list(row.values())).rowcount
