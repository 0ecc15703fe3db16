"""The HTTP contract of the schema registry, which is that of Confluent's.

What it answers is the part of that contract that clients use: subjects, versions, schemas by id, levels, compatibility
checks and soft deletion. It knows Avro only, no references, no contexts, no modes. Any complete registry can take its
place (VIGIE_SCHEMA_REGISTRY).
"""

from typing import Any, TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vigie.serving.registry_content import GLOBAL, Content, Refused, Subject, Version
from vigie.serving.registry_writer import RegistryWriter

MEDIA_TYPE = "application/vnd.schemaregistry.v1+json"
BODY_LIMIT = 900_000
"""Bytes of a request; what the topic takes in one record."""

Body = TypeVar("Body", bound=msgspec.Struct)


class SchemaRequest(msgspec.Struct):
    """Body of the requests that send a schema."""

    schema: str
    schemaType: str | None = None
    references: list[dict[str, Any]] = []


class LevelRequest(msgspec.Struct):
    """Body of the requests that set a level."""

    compatibility: str


class Registry:
    """The registry behind its routes.

    Args:
        content: what it knows.
        writer: changes it.
    """

    def __init__(self, content: Content, writer: RegistryWriter) -> None:
        self._content = content
        self._writer = writer

    def application(self) -> Starlette:
        """The ASGI application."""
        return Starlette(routes=self._routes(), exception_handlers={Refused: _refused, HTTPException: _not_served})

    def _routes(self) -> list[Route]:
        # A subject may hold slashes, which come percent-encoded and are decoded before they are routed; so what ends in
        # /versions… stands before what is a subject alone (a subject that itself ends so cannot be deleted whole).
        subject = "/subjects/{subject:path}"
        versions = subject + "/versions"
        return [
            Route("/", self._root),
            Route("/subjects", self._subjects),
            Route("/subjects/", self._subjects),
            Route(versions, self._versions),
            Route(versions, self._register, methods=["POST"]),
            Route(versions + "/{version}", self._version),
            Route(versions + "/{version}", self._delete_version, methods=["DELETE"]),
            Route(versions + "/{version}/schema", self._version_schema),
            Route(subject, self._lookup, methods=["POST"]),
            Route(subject, self._delete_subject, methods=["DELETE"]),
            Route("/schemas/types", self._types),
            Route("/schemas/ids/{id}", self._schema),
            Route("/schemas/ids/{id}/schema", self._schema_text),
            Route("/schemas/ids/{id}/versions", self._schema_versions),
            Route("/schemas/ids/{id}/subjects", self._schema_subjects),
            Route("/compatibility" + versions, self._compatible, methods=["POST"]),
            Route("/compatibility" + versions + "/{version}", self._compatible, methods=["POST"]),
            Route("/mode", self._mode),
            # python-schema-registry-client asks for the registry's own level with a trailing slash.
            *[
                Route(path, call, methods=[method])
                for path in ("/config", "/config/", "/config/{subject:path}")
                for method, call in (("GET", self._level), ("PUT", self._set_level), ("DELETE", self._drop_level))
            ],
        ]

    # Subjects and versions

    async def _root(self, _: Request) -> Response:
        return _answer({})

    async def _subjects(self, request: Request) -> Response:
        prefix = request.query_params.get("subjectPrefix", "")
        names = self._content.names(deleted=_flag(request, "deleted"))
        return _answer([name for name in names if name.startswith(prefix)])

    async def _versions(self, request: Request) -> Response:
        entries = self._content.versions(request.path_params["subject"], deleted=_flag(request, "deleted"))
        return _answer([entry.version for entry in entries])

    async def _version(self, request: Request) -> Response:
        return _answer(_full(request.path_params["subject"], self._asked_version(request)))

    async def _version_schema(self, request: Request) -> Response:
        return Response(self._asked_version(request).schema, media_type=MEDIA_TYPE)

    def _asked_version(self, request: Request) -> Version:
        name, number = request.path_params["subject"], request.path_params["version"]
        return self._content.version(name, number, deleted=_flag(request, "deleted"))

    async def _lookup(self, request: Request) -> Response:
        name, text = request.path_params["subject"], await _schema(request)
        return _answer(_full(name, self._content.find(name, text, deleted=_flag(request, "deleted"))))

    async def _register(self, request: Request) -> Response:
        name, text = request.path_params["subject"], await _schema(request)
        version = await self._writer.change(name, lambda: self._content.registered(name, text))
        return _answer({"id": version.id, "version": version.version})

    async def _delete_subject(self, request: Request) -> Response:
        name = request.path_params["subject"]
        _refuse_permanent(request)

        def decide() -> tuple[Subject, list[int]]:
            numbers = [entry.version for entry in self._content.versions(name)]
            return self._content.without(name, numbers), numbers

        return _answer(await self._writer.change(name, decide))

    async def _delete_version(self, request: Request) -> Response:
        name = request.path_params["subject"]
        _refuse_permanent(request)

        def decide() -> tuple[Subject, int]:
            number = self._content.version(name, request.path_params["version"]).version
            return self._content.without(name, [number]), number

        return _answer(await self._writer.change(name, decide))

    # Schemas by id

    async def _types(self, _: Request) -> Response:
        return _answer(["AVRO"])

    async def _schema(self, request: Request) -> Response:
        return _answer({"schema": self._content.schema(request.path_params["id"])})

    async def _schema_text(self, request: Request) -> Response:
        return Response(self._content.schema(request.path_params["id"]), media_type=MEDIA_TYPE)

    async def _schema_versions(self, request: Request) -> Response:
        uses = self._content.uses(request.path_params["id"])
        return _answer([{"subject": name, "version": entry.version} for name, entry in uses])

    async def _schema_subjects(self, request: Request) -> Response:
        return _answer(sorted({name for name, _ in self._content.uses(request.path_params["id"])}))

    # Compatibility

    async def _compatible(self, request: Request) -> Response:
        name, text = request.path_params["subject"], await _schema(request)
        if "version" in request.path_params:
            against = [self._content.version(name, request.path_params["version"])]
        else:
            against = self._content.versions(name) if name in self._content.names() else []
        troubles = self._content.troubles(name, text, against)
        verdict: dict[str, Any] = {"is_compatible": not troubles}
        if _flag(request, "verbose"):
            verdict["messages"] = troubles
        return _answer(verdict)

    async def _mode(self, _: Request) -> Response:
        return _answer({"mode": "READWRITE"})

    async def _level(self, request: Request) -> Response:
        name = request.path_params.get("subject")
        level = self._content.global_level() if name is None else self._content.own_level(name)
        if level is None and _flag(request, "defaultToGlobal"):
            level = self._content.global_level()
        if level is None:
            raise Refused(40408, f"Subject '{name}' does not have subject-level compatibility configured.")
        return _answer({"compatibilityLevel": level})

    async def _set_level(self, request: Request) -> Response:
        name = request.path_params.get("subject", GLOBAL)
        level = (await _body(request, LevelRequest)).compatibility.upper()
        await self._writer.change(name, lambda: (self._content.with_level(name, level), None))
        return _answer({"compatibility": level})

    async def _drop_level(self, request: Request) -> Response:
        name = request.path_params.get("subject", GLOBAL)
        await self._writer.change(name, lambda: (self._content.with_level(name, None), None))
        return _answer({"compatibilityLevel": self._content.level(name)})


def _answer(value: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type=MEDIA_TYPE)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return _answer({"error_code": error.code, "message": error.message}, error.status)


async def _not_served(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _answer({"error_code": error.status_code, "message": f"HTTP {error.detail}"}, error.status_code)


def _full(name: str, version: Version) -> dict[str, Any]:
    return {"subject": name, "version": version.version, "id": version.id, "schema": version.schema}


def _flag(request: Request, name: str) -> bool:
    return request.query_params.get(name, "").lower() == "true"


async def _schema(request: Request) -> str:
    body = await _body(request, SchemaRequest)
    if body.schemaType not in (None, "AVRO") or body.references:
        raise Refused(
            42201, "This registry takes Avro schemas without references; any other needs a complete registry."
        )
    return body.schema


async def _body(request: Request, kind: type[Body]) -> Body:
    raw = await request.body()
    if len(raw) > BODY_LIMIT:
        raise Refused(41300, f"The request has {len(raw)} bytes; the limit is {BODY_LIMIT}.")
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.DecodeError as error:
        raise Refused(42201, f"The request's body cannot be read: {error}") from None


def _refuse_permanent(request: Request) -> None:
    if _flag(request, "permanent"):
        raise Refused(42205, "A schema is never forgotten here: records of topics kept for ever carry its id.")
