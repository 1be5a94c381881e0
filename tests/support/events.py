"""Events as gateways send them: all seven types with realistic data, in bytes that a careless program would not keep."""

import itertools
import uuid

_numbers = itertools.count(1)


def event_id():
    return f"evt_{uuid.uuid4().hex[:20]}"


def envelope(event_type="event.created", org="org_demo", **data):
    """An ordinary one, as a dict."""
    return {"id": event_id(), "type": event_type, "created_at": "2026-11-23T10:00:00.000Z", "org_id": org,
            "data": {"id": "evt_data", "n": next(_numbers), **data}}


# Odd white space, key order, numbers and letters that would not survive a parser and a printer. {id} is filled in.
EXACT = {
    "event.created": '{"type":"event.created", "id":"{id}",  "created_at":"2026-11-23T10:00:00.000Z","org_id":"org_demo",'
    '"data":{"id":"evt_1","verdict":"block","cost_usd":1.10,"user_id":"Zoë Ångström","tokens":1e2}}',
    "escalation.created": '{"id":"{id}","type":"escalation.created","created_at":"2026-11-23T10:00:00Z","org_id":"org_demo",'
    '\t"data":{"id":"esc_1","severity":"high","status":"queued","note":"日本語 \\u00e9 / \\/"}}',
    "escalation.resolved": '{ "id" : "{id}" , "type" : "escalation.resolved" , "created_at" : "2026-11-23T10:00:00.123456Z" , '
    '"org_id" : "org_demo" , "data" : { "id" : "esc_1" , "resolution" : "approved" , "resolution_note" : "" } }',
    "export.completed": '{"id":"{id}","data":{"id":"job_1","bytes":123456789012345678901234567890,"rows":0.0,"format":"csv"},'
    '"type":"export.completed","created_at":"2026-11-23T10:00:00.000Z","org_id":"org_demo"}',
    "gateway.health_changed": '{"id":"{id}","type":"gateway.health_changed","created_at":"2026-11-23T11:00:00.000+01:00",'
    '"org_id":"org_demo","data":{"id":"gw_1","previous_status":"healthy","status":"degraded","error_rate":-0.0}}',
    "budget.threshold_reached": '{"id":"{id}","type":"budget.threshold_reached","created_at":"2026-11-23T10:00:00.000Z",'
    '"org_id":"org_demo","data":{"id":"bud_1","limit_usd":1000.00,"spent_usd":9.0E+2,"emoji":"💸"},"extra":null}',
    "config.deployed": '{"id":"{id}","type":"config.deployed","created_at":"2026-11-23T10:00:00.000Z","org_id":"org_demo",'
    '"data":{"z":1,"a":2,"id":"cfg_1","nested":[[],{},[{"b":[null,true,false]}]]}}',
}


def exact(event_type):
    """(id, bytes) of an envelope that must arrive byte for byte."""
    identity = event_id()
    return identity, EXACT[event_type].replace("{id}", identity).encode()
