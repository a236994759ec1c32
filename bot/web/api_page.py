"""A plain page about the API, drawn from its OpenAPI description, without a script of anybody's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.web.render import page
from bot.web.site import Site

_Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A field: its name with those around it, its type, whether it must be there, what it says."""

    name: str
    type: str
    required: bool
    words: str


def routes(site: Site) -> APIRouter:
    """The route of the page."""
    router = APIRouter(include_in_schema=False)

    @router.get("/api")
    def api(request: Request) -> Response:
        """What can be asked, with what fields, and what comes back."""
        described = request.app.openapi()
        schemas = described["components"]["schemas"]
        operations = [
            {"method": method.upper(), "path": path, **_operation(operation, schemas)}
            for path, methods in described["paths"].items()
            for method, operation in methods.items()
            if "requestBody" in operation
        ]
        return page("api.html", operations=operations, base=site.base(request))

    return router


def _operation(operation: _Schema, schemas: _Schema) -> dict[str, Any]:
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    done = operation["responses"]["200"]["content"]["application/json"]["schema"]
    return {
        "summary": operation["summary"],
        "description": operation["description"],
        "example": json.dumps(body["examples"][0], ensure_ascii=False),
        "takes": list(rows(body, schemas)),
        "gives": list(rows(done, schemas)),
        "statuses": [(status, said["description"]) for status, said in operation["responses"].items()],
    }


def rows(schema: _Schema, schemas: _Schema, around: str = "") -> Iterator[Row]:
    """The fields of a JSON schema, each followed by those inside it.

    Args:
        schema: an object's schema, or a reference to one.
        schemas: what references lead to, by name.
        around: the names of the fields that hold it ("quotes[].").
    """
    schema = _followed(schema, schemas)
    for name, field in schema.get("properties", {}).items():
        inner, words = _inside(field, schemas)
        yield Row(around + name, words, name in schema.get("required", ()), field.get("description", ""))
        mark = "[]." if words.startswith("array") else "."
        yield from rows(inner, schemas, around + name + mark)


def _inside(field: _Schema, schemas: _Schema) -> tuple[_Schema, str]:
    """What stands inside a field (its items', its own or nothing), and its type in a few words."""
    if options := field.get("anyOf"):
        parts = [_inside(option, schemas) for option in options]
        inner = next((part for part, _ in parts if "properties" in part), {})
        return inner, " | ".join(words for _, words in parts)
    if "allOf" in field:
        return _inside(field["allOf"][0], schemas)
    whole = _followed(field, schemas)
    if items := whole.get("items"):
        inner, words = _inside(items, schemas)
        return inner, f"array<{words}>"
    if values := whole.get("enum"):
        return {}, " | ".join(f"“{value}”" for value in values)
    if "const" in whole:
        return {}, f"“{whole['const']}”"
    return whole, str(whole.get("format") or whole.get("type", ""))


def _followed(schema: _Schema, schemas: _Schema) -> _Schema:
    reference = schema.get("$ref")
    return schemas[reference.rsplit("/", 1)[1]] if reference else schema
