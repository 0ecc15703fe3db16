"""Whether two schemas understand each other: the levels of the Confluent registry, and a sentence for each refusal."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import avro.errors
import avro.schema
import fastavro
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType, SchemaIncompatibilityType

LEVELS = ("NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE")
"""BACKWARD: the new schema reads old records. FORWARD: old readers read new records. FULL: both.
TRANSITIVE: with every earlier version, not only the last."""


class InvalidSchemaError(ValueError):
    """A text that is not an Avro schema; the message says why."""


@lru_cache(maxsize=256)
def parse(text: str) -> avro.schema.Schema:
    """A schema text to the schema it holds.

    Both libraries must take it: avro, which compares schemas, and fastavro, which reads and writes our records.

    Raises:
        InvalidSchemaError: it is not an Avro schema.
    """
    try:
        schema = avro.schema.parse(text)
        fastavro.parse_schema(schema.to_json())
    # The two libraries share no base class of errors; whatever either raises on a foreign text means "not a schema".
    except Exception as error:
        raise InvalidSchemaError(f"This is not an Avro schema: {error}") from None
    return schema


def incompatibilities(level: str, candidate: str, earlier: Sequence[tuple[int, str]]) -> list[str]:
    """Why may a schema not follow the earlier versions of its subject? An empty list: it may.

    Args:
        level: one of LEVELS.
        candidate: text of the new schema.
        earlier: (version, text) of the subject's versions, oldest first.

    Returns:
        One sentence for each field that stands in the way.

    Raises:
        InvalidSchemaError: the candidate is not an Avro schema.

    >>> old = '{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}'
    >>> new = '{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"int"}]}'
    >>> incompatibilities("FULL_TRANSITIVE", new, [(1, old)])
    ['the new schema cannot read records of version 1: field b has no default, and they do not hold it']
    >>> incompatibilities("FORWARD", new, [(1, old)])
    []
    """
    schema = parse(candidate)
    compared = earlier if level.endswith("_TRANSITIVE") else earlier[-1:]
    found: list[str] = []
    for version, text in compared:
        old = parse(text)
        if level.startswith(("BACKWARD", "FULL")):
            found += [f"the new schema cannot read records of version {version}: {why}" for why in _why(schema, old)]
        if level.startswith(("FORWARD", "FULL")):
            found += [f"readers of version {version} cannot read the new records: {why}" for why in _why(old, schema)]
    return found


def _why(reader: avro.schema.Schema, writer: avro.schema.Schema) -> list[str]:
    verdict = ReaderWriterCompatibilityChecker().get_compatibility(reader, writer)
    if verdict.compatibility is SchemaCompatibilityType.compatible:
        return []
    # The library decides; our walk only finds the words. Where it finds none, the library's own words must do.
    return list(dict.fromkeys(_trouble(reader, writer, path="", inside=frozenset()))) or sorted(verdict.messages)


def _trouble(
    reader: avro.schema.Schema, writer: avro.schema.Schema, path: str, inside: frozenset[tuple[int, int]]
) -> Iterable[str]:
    """Goes down to the fields that the library's verdict is about (its own locations end at the first union)."""
    pair = (id(reader), id(writer))
    if pair in inside:
        return
    inside |= {pair}
    kind = reader.type if reader.type == writer.type else ""
    if kind == "record" and reader.name == writer.name:
        yield from _trouble_of_fields(reader, writer, path, inside)
    elif kind == "array":
        yield from _trouble(reader.items, writer.items, path + "[]", inside)
    elif kind == "map":
        yield from _trouble(reader.values, writer.values, path + "{}", inside)
    elif "union" in (reader.type, writer.type):
        for branch in writer.schemas if writer.type == "union" else [writer]:
            if _reads(reader, branch):
                continue
            twin = next((option for option in _branches(reader) if _named_alike(option, branch)), None)
            if twin is None:
                yield f"field {path or '(the record)'} may hold {_name(branch)}, which the reader's type does not"
            else:
                yield from _trouble(twin, branch, path, inside)
    elif not _reads(reader, writer):
        yield _mismatch(reader, writer, path)


def _trouble_of_fields(
    reader: avro.schema.RecordSchema, writer: avro.schema.RecordSchema, path: str, inside: frozenset[tuple[int, int]]
) -> Iterable[str]:
    for field in reader.fields:
        place = f"{path}.{field.name}" if path else field.name
        names = [field.name, *(field.props.get("aliases") or [])]
        twin = next((writer.fields_dict[name] for name in names if name in writer.fields_dict), None)
        if twin is not None:
            yield from _trouble(field.type, twin.type, place, inside)
        elif not field.has_default and not (field.type.type == "enum" and field.type.props.get("default")):
            yield f"field {place} has no default, and they do not hold it"


def _mismatch(reader: avro.schema.Schema, writer: avro.schema.Schema, path: str) -> str:
    verdict = ReaderWriterCompatibilityChecker().get_compatibility(reader, writer)
    if verdict.incompatibilities == [SchemaIncompatibilityType.missing_enum_symbols]:
        missing = ", ".join(sorted(set(writer.symbols) - set(reader.symbols)))
        return (
            f"field {path} may hold {missing}, which the reader's enum {reader.name} has neither as symbol nor default"
        )
    return f"field {path or '(the record)'} is {_name(writer)}, where the reader expects {_name(reader)}"


def _reads(reader: avro.schema.Schema, writer: avro.schema.Schema) -> bool:
    verdict = ReaderWriterCompatibilityChecker().get_compatibility(reader, writer)
    return verdict.compatibility is SchemaCompatibilityType.compatible


def _branches(schema: avro.schema.Schema) -> list[avro.schema.Schema]:
    return list(schema.schemas) if schema.type == "union" else [schema]


def _named_alike(one: avro.schema.Schema, other: avro.schema.Schema) -> bool:
    return one.type == other.type and getattr(one, "name", "") == getattr(other, "name", "")


def _name(schema: avro.schema.Schema) -> str:
    if schema.type == "union":
        return " or ".join(_name(branch) for branch in schema.schemas)
    return f"{schema.type} {schema.name}" if schema.type in ("record", "enum", "fixed") else str(schema.type)
