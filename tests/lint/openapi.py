"""api/openapi.yaml and the tables of kt-api say the same: routes, scopes, query parameters, bodies, problem codes; and every
reference in the file leads somewhere."""

import re

import yaml

from sources import ROOT, finish

OPENAPI = ROOT / "api" / "openapi.yaml"
ROUTE = re.compile(r'^ROUTE\("(\w+)", "([^"]+)", \w+, (\w+), (\w+), "([^"]*)"\)$', re.MULTILINE)
PROBLEM = re.compile(r'^PROBLEM\(\w+, (\d+), "(\w+)", ', re.MULTILINE)
SCOPE = re.compile(r'X\((\w+), "([\w:]+)"\)')
METHODS = ("get", "put", "post", "patch", "delete")

document = yaml.safe_load(OPENAPI.read_text())
complaints = []


def complain(text):
    complaints.append((OPENAPI, 1, text))


def resolve(node):
    """What a {"$ref": "#/…"} stands for, or the node itself."""
    while isinstance(node, dict) and "$ref" in node:
        target = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target.get(part) if isinstance(target, dict) else None
        if target is None:
            complain(f"{node['$ref']} leads nowhere")
            return {}
        node = target
    return node


def check_references(node):
    resolve(node)
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        check_references(child)


def documented_routes():
    """(method, path) → (scope, query parameters, body)."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method not in item:
                continue
            operation = item[method]
            parameters = [resolve(one) for one in item.get("parameters", []) + operation.get("parameters", [])]
            query = {one["name"] for one in parameters if one["in"] == "query"}
            body = resolve(operation.get("requestBody", {}))
            needed = "NONE" if not body else "NEEDED" if body.get("required") else "POSSIBLE"
            in_path = {one["name"] for one in parameters if one["in"] == "path"}
            if in_path != set(re.findall(r"{(\w+)}", path)):
                complain(f"{method.upper()} {path} does not describe what is in its path")
            yield (method.upper(), path), (operation["security"][0]["token"], query, needed)


scopes = dict(SCOPE.findall((ROOT / "common" / "store" / "token.h").read_text()))
routes = {(method, path): ([scopes[scope]], set(query.split()), body)
          for method, path, body, scope, query in ROUTE.findall((ROOT / "api" / "routes.def").read_text())}
documented = dict(documented_routes())

for route in sorted(routes.keys() ^ documented.keys()):
    complain(f"{' '.join(route)} is in {'routes.def' if route in routes else 'openapi.yaml'} alone")
for route in sorted(routes.keys() & documented.keys()):
    for what, ours, theirs in zip(("scope", "query parameters", "body"), routes[route], documented[route]):
        if ours != theirs:
            complain(f"{' '.join(route)}: {what} is {ours} in routes.def and {theirs} here")

text = OPENAPI.read_text()
for _, code in PROBLEM.findall((ROOT / "api" / "problems.def").read_text()):
    if f"`{code}`" not in text:
        complain(f"the problem {code} is not described")

check_references(document)
if not routes:
    complain("no route was found in routes.def: did its form change?")
finish(complaints)
