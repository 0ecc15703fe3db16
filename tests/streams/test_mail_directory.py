"""Who may be told, asked of a real store; the last copy while it is away."""

import asyncio
from datetime import UTC, datetime
from stat import S_IMODE

import pytest
from store_by_hand import COMMUNE, PARTY, empty_store, state

from vigie.streams.core.mail.held import Held, Version, book_at, communes_at
from vigie.streams.mail.directory import KeptDirectory
from vigie.streams.settings import Settings
from vigie.streams.sinks import contact_queries

pytestmark = pytest.mark.parts


def at(text):
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


FLEET = [
    COMMUNE, PARTY, ("party", "ville", {"name": "Marseille", "type": "commune", "communes": ["13055"]}),
    ("network", "lora-ville", {"party": "ville", "bearer": "lora"}),
    ("contact", "maire", {"party": "ville", "role": "partner", "mail": "maire@ville.example", "language": "fr"}),
    ("contact", "technicien-eau", {"party": "metropole", "role": "technician", "name": "Ann", "phone": "06 00",
                                   "mail": "ann@metropole.example", "use_cases": ["river"]}, None, "2026-05-01"),
    ("contact", "technicien-eau", {"party": "metropole", "role": "technician", "mail": "bob@metropole.example"},
     "2026-06-01", None),
    ("mailing_list", "eau", {"name": "Eau", "roles": ["technician"], "use_cases": ["river"], "least_priority": 4,
                             "quiet_from": "22:00", "quiet_to": "25:00"}),
]  # fmt: skip


def test_lists_and_contacts_as_they_hold_at_an_instant(services):
    with empty_store(services) as connection:
        state(connection, *FLEET)
        held = contact_queries.held(connection)
    assert held.revision == 1
    assert "06 00" not in str(held), "what no mail needs is not kept"
    spring, gap, summer = (book_at(held, at(day)) for day in ("2026-04-01", "2026-05-15", "2026-06-15"))
    assert spring.contacts["technicien-eau"].address == "ann@metropole.example"
    assert gap.contacts["technicien-eau"].address == "", "nobody holds the role"
    assert summer.contacts["technicien-eau"].address == "bob@metropole.example"
    assert (summer.contacts["maire"].communes, summer.contacts["maire"].networks) == (("13055",), ("lora-ville",))
    (eau,) = summer.lists
    assert (eau.id, eau.roles, eau.use_cases, eau.least_priority) == ("eau", ("technician",), ("river",), 4)
    assert (eau.quiet_from, eau.quiet_to) == ("22:00", ""), "25:00 is no time of day"
    assert communes_at(held, 0) == {"13055": "Marseille"}


async def test_mails_go_on_with_the_last_copy_while_the_database_is_away(services, tmp_path, caplog):
    with empty_store(services) as connection:
        state(connection, *FLEET)
        dsn = " ".join(f"{name}={value}" for name, value in connection.info.get_parameters().items())
        dsn += f" password='{connection.info.password}'"
        there = KeptDirectory(Settings(data=tmp_path, database=dsn), lambda: at("2026-06-15"))
        assert there.book().contacts == {}
        await there.start()
        async with asyncio.timeout(5):
            while not there.book().contacts:
                await asyncio.sleep(0.01)
        state(connection, ("contact", "crise", {"party": "metropole", "role": "crisis_cell", "mail": "c@x.example"}))
        await there.refresh()
        assert "crise" in there.book().contacts, "another revision is read at once"
        await there.stop()
    file = tmp_path / "notify" / "directory.json"
    assert S_IMODE(file.stat().st_mode) == 0o600
    away = KeptDirectory(Settings(data=tmp_path, database="host=127.0.0.1 port=1"), lambda: at("2026-06-15"))
    await away.start()
    await away.refresh()
    assert away.book().contacts["crise"].address == "c@x.example"
    assert away.communes() == {"13055": "Marseille"}
    await away.stop()
    assert "Mails go on with the copy of revision 2" in caplog.text
    assert "@" not in caplog.text


def test_a_copy_of_another_form_is_no_harm(tmp_path):
    (tmp_path / "notify").mkdir()
    (tmp_path / "notify" / "directory.json").write_text('{"versions": 3}')

    async def started():
        directory = KeptDirectory(Settings(data=tmp_path, database=""))
        await directory.start()
        await directory.stop()
        return directory.book()

    assert asyncio.run(started()).contacts == {}


def test_what_holds_for_ever_and_words_instead_of_lists():
    held = Held(revision=3, versions=(Version("mailing_list", "l", None, None, {"roles": "owner", "per_hour": None}),))
    (one,) = book_at(held, 0).lists
    assert (one.roles, one.per_hour, book_at(held, 0).revision) == (("owner",), 0, 3)
