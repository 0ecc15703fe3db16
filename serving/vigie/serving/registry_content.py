"""What the schema registry knows, in memory: subjects, their versions and levels. It decides; the log keeps."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from vigie.serving.compatibility import LEVELS, InvalidSchemaError, incompatibilities, parse
from vigie.topics.catalogue import TOPICS

GLOBAL = "*"
"""The key under which the level of the whole registry is kept; no subject may have this name."""
DEFAULT_LEVEL = "FULL_TRANSITIVE"
"""Level of subjects that the topic catalogue does not know: the strictest, so that laxity is somebody's decision."""
FIRST_FREE_ID = 1000
"""Ids below are the packaged schemas' (topics/schema_ids.json), so that a later release finds its ids free."""


class Refused(Exception):  # noqa: N818 -- an answer of the registry's contract, not an error of ours
    """A request that the registry answers with an error code of the Confluent contract.

    Args:
        code: error code, such as 40401; its first three digits are the HTTP status.
        message: a sentence for the person who asked.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = int(str(code)[:3])
        self.message = message


class Version(Struct, frozen=True):
    """One schema of a subject; a deleted one is no longer listed, but its id stays readable for ever."""

    version: int
    id: int
    schema: str
    deleted: bool = False


class Subject(Struct, frozen=True):
    """Everything about a subject, the value of one record of the topic `schemas`."""

    versions: tuple[Version, ...] = ()
    compatibility: str | None = None

    def live(self) -> list[Version]:
        """The versions that are not deleted, oldest first."""
        return [entry for entry in self.versions if not entry.deleted]


@lru_cache(maxsize=1024)
def canonical(text: str) -> str:
    """Two texts that differ only in white space or in the order of keys are the same schema.

    >>> canonical('{"type": "int"}') == canonical('{ "type":"int"}')
    True
    """
    return json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))


class Content:
    """The registry's content.

    Its questions raise Refused; what would change it returns the subject's new state, which takes effect by `apply`
    after the log has it.

    Args:
        prefix: what topic names begin with on the cluster, to find a subject's topic in the catalogue.
    """

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.subjects: dict[str, Subject] = {}
        self.by_id: dict[int, str] = {}
        self.ids: dict[str, int] = {}

    def apply(self, name: str, subject: Subject) -> None:
        """A subject is now so."""
        self.subjects[name] = subject
        for entry in subject.versions:
            self.by_id[entry.id] = entry.schema
            self.ids[canonical(entry.schema)] = entry.id

    # Questions

    def names(self, *, deleted: bool = False) -> list[str]:
        """The subjects that hold a schema."""
        return [name for name, subject in sorted(self.subjects.items()) if _shown(subject, deleted)]

    def versions(self, name: str, *, deleted: bool = False) -> list[Version]:
        """The versions of a subject; 40401 if there is none."""
        found = _shown(self.subjects.get(name, Subject()), deleted)
        if not found:
            raise Refused(40401, f"Subject '{name}' not found: no schema is registered under this name.")
        return found

    def version(self, name: str, number: str, *, deleted: bool = False) -> Version:
        """One version of a subject, by number or `latest` (or -1); 40401, 40402 or 42202."""
        entries = self.versions(name, deleted=deleted)
        if number in ("latest", "-1"):
            return entries[-1]
        if not number.isdecimal() or not 1 <= int(number) < 2**31:
            raise Refused(42202, f"'{number}' is not a version: expected 1 to 2147483647, or latest.")
        for entry in entries:
            if entry.version == int(number):
                return entry
        raise Refused(40402, f"Version {number} of subject '{name}' not found: it has {_numbers(entries)}.")

    def schema(self, schema_id: str) -> str:
        """The schema that an id names; 40403 if none."""
        text = self.by_id.get(int(schema_id)) if schema_id.isdecimal() else None
        if text is None:
            raise Refused(40403, f"Schema {schema_id} not found.")
        return text

    def uses(self, schema_id: str) -> Iterator[tuple[str, Version]]:
        """Under which subjects and versions an id stands; 40403 if it is unknown."""
        self.schema(schema_id)
        for name in self.names():
            for entry in self.subjects[name].live():
                if entry.id == int(schema_id):
                    yield name, entry

    def find(self, name: str, text: str, *, deleted: bool = False) -> Version:
        """The version of a subject that is this schema; 40401, 40403 or 42201."""
        entries = self.versions(name, deleted=deleted)
        wanted = canonical(_valid(text))
        for entry in reversed(entries):
            if canonical(entry.schema) == wanted:
                return entry
        raise Refused(40403, f"Schema not found: subject '{name}' has {len(entries)} other schemas.")

    def level(self, name: str) -> str:
        """The level in force for a subject: its own, its topic's, the registry's."""
        return self.own_level(name) or self.global_level()

    def own_level(self, name: str) -> str | None:
        """The level set for a subject, or that of its topic in the catalogue; None where there is neither."""
        stated = self.subjects.get(name, Subject()).compatibility
        if stated is not None:
            return stated
        bare = name.removeprefix(self.prefix).removesuffix("-value").removesuffix("-key")
        topic = TOPICS.get(bare) if name.startswith(self.prefix) else None
        if topic is None:
            return None
        return "FULL_TRANSITIVE" if topic.public else "BACKWARD_TRANSITIVE"

    def global_level(self) -> str:
        """The level of subjects that have none of their own."""
        return self.subjects.get(GLOBAL, Subject()).compatibility or DEFAULT_LEVEL

    def troubles(self, name: str, text: str, against: Iterable[Version]) -> list[str]:
        """Why a schema may not follow these versions of a subject, by the level in force; 42201 if it is none."""
        return incompatibilities(self.level(name), _valid(text), [(entry.version, entry.schema) for entry in against])

    # Changes

    def registered(self, name: str, text: str, schema_id: int | None = None) -> tuple[Subject | None, Version]:
        """A schema becomes a version of a subject.

        Args:
            name: the subject.
            text: the schema.
            schema_id: the id it must have; None takes the schema's known id, else the next free one.

        Returns:
            The subject's new state (None: it already is a version), and the version.

        Raises:
            Refused: 42201 no schema, 42208 no subject's name, 409 incompatible, or the id is another schema's.
        """
        if name == GLOBAL or not name or not name.isprintable():
            raise Refused(42208, f"'{name}' cannot be the name of a subject.")
        known = canonical(_valid(text))
        subject = self.subjects.get(name, Subject())
        for entry in subject.live():
            if canonical(entry.schema) == known and schema_id in (None, entry.id):
                return None, entry
        troubles = self.troubles(name, text, subject.live())
        if troubles:
            raise Refused(
                409,
                f"Schema being registered is incompatible with an earlier schema for subject '{name}' "
                f"(level {self.level(name)}): {'; '.join(troubles)}.",
            )
        number = schema_id or self.ids.get(known) or max(FIRST_FREE_ID - 1, *self.by_id, 0) + 1
        if canonical(self.by_id.get(number, text)) != known:
            raise Refused(409, f"Schema id {number} already names another schema.")
        added = Version(version=len(subject.versions) + 1, id=number, schema=text)
        return replace(subject, versions=(*subject.versions, added)), added

    def without(self, name: str, numbers: Iterable[int]) -> Subject:
        """A subject with some of its versions deleted."""
        gone = set(numbers)
        subject = self.subjects[name]
        entries = tuple(replace(entry, deleted=entry.deleted or entry.version in gone) for entry in subject.versions)
        return replace(subject, versions=entries)

    def with_level(self, name: str, level: str | None) -> Subject:
        """A subject (or GLOBAL) with another level; None goes back to the topic's or the registry's."""
        if level is not None and level not in LEVELS:
            raise Refused(42203, f"'{level}' is not a compatibility level: expected one of {', '.join(LEVELS)}.")
        return replace(self.subjects.get(name, Subject()), compatibility=level)


def seeded(content: Content, packaged: Mapping[str, tuple[int, str]]) -> Iterator[tuple[str, Subject]]:
    """Which subjects must change so that the registry knows the packaged schemas under the packaged ids?

    Args:
        content: what the registry knows.
        packaged: subject -> (schema id, schema text).

    Raises:
        Refused: a packaged schema is incompatible with what is registered, or its id names another schema.
    """
    for name, (schema_id, text) in packaged.items():
        subject, _ = content.registered(name, text, schema_id)
        if subject is not None:
            content.apply(name, subject)
            yield name, subject


def _shown(subject: Subject, deleted: bool) -> list[Version]:
    return list(subject.versions) if deleted else subject.live()


def _numbers(entries: list[Version]) -> str:
    return ", ".join(str(entry.version) for entry in entries)


def _valid(text: str) -> str:
    try:
        parse(text)
    except InvalidSchemaError as error:
        raise Refused(42201, str(error)) from None
    return text
