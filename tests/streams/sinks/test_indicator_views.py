"""The views of windows and indicators for people and dashboards, on a real PostgreSQL."""

import re
from pathlib import Path

import psycopg
import pytest
from real_parts import fresh_database
from store_by_hand import COMMUNE, aggregate, point, state

from vigie.streams.core.aggregate_words import QUALITIES, REASONS
from vigie.streams.core.windows.indicator import indicators
from vigie.streams.sinks.migrate import migrate
from vigie.topics.aggregate import Aggregate

pytestmark = pytest.mark.parts
DOCS = Path(__file__).resolve().parents[3] / "docs/aggregates.md"
HOUR_MS = 3_600_000
SUMMER_NOON = 1_784_030_400_000  # 14 July 2026, 14:00 in France


def window(subject, indicator, code="1h", start=SUMMER_NOON, value=5.0, **others):
    values = dict(  # noqa: C408 -- reads better than a literal of thirty quotes
        subject=subject, indicator=indicator, window_code=code, window_start=start, window_end=start + HOUR_MS,
        revision=0, count=4, minimum=value - 1, mean=value, maximum=value + 1, input_hash="0" * 16, reason="closed",
        value=value, completeness=1.0, expected=4, quality=1,
    )  # fmt: skip
    return Aggregate(**(values | others))


@pytest.fixture(scope="module")
def connection(services):
    server, owner = services.database()
    with fresh_database(server, owner) as dsn, psycopg.connect(dsn, autocommit=True) as made:
        migrate(made)
        state(
            made, COMMUNE, ("zone", "Z1", {"name": "Parc", "role": "project"}),
            point("P1", code="SON-1", name="Canebière", use_case="noise"),
            point("W1", code="BAC-1", use_case="waste", properties=[
                {"property": "fill"}, {"property": "fill", "channel": 2}]),
            point("T1", code="TEM-1"),
            ("indicator", "my_gap", {"name": "Mon écart", "definition": "…"}),
        )  # fmt: skip
        yield made


def rows(connection, query, *values):
    return connection.execute(query, values).fetchall()


def test_a_row_tells_point_legal_time_and_words(connection):
    aggregate(connection, window(
        "point:P1", "noise_harmonica", value=8.25, category="red", definition="1", reason="late", quality=3,
        details={"bgn": 4.0, "evt": 4.25},
    ))  # fmt: skip
    columns = "local_date::text, local_hour, code, name, commune_name, label_fr, value, category_fr, bgn, evt,"
    columns += " completeness, quality_fr, reason_fr"
    assert rows(connection, f"SELECT {columns} FROM v_bruit_horaire WHERE code = 'SON-1'") == [(
        "2026-07-14", 14, "SON-1", "Canebière", "Marseille", "indice Harmonica", 8.25, "rouge", 4.0, 4.25,
        1.0, "des mesures laissées de côté", "mesures tardives",
    )]  # fmt: skip


def test_subjects_that_are_no_points_have_their_names(connection):
    aggregate(
        connection, window("zone:Z1", "laeq", parts=("P1",)), window("commune:13055", "laeq"),
        window("use_case:noise", "laeq"), window("zone:Z1", "my_gap#2", definition="1", parts=("P1", "T1")),
    )  # fmt: skip
    columns = "kind, code, name, metric, channel, label_fr, points"
    assert rows(connection, f"SELECT {columns} FROM v_zone_horaire ORDER BY 1, 4") == [
        ("commune", "13055", "Marseille", "laeq", 0, "niveau LAeq", 4),
        ("use_case", "noise", None, "laeq", 0, "niveau LAeq", 4),
        ("zone", "Z1", "Parc", "laeq", 0, "niveau LAeq", 4),
        ("zone", "Z1", "Parc", "my_gap", 2, "Mon écart", 2),  # its count is of readings
    ]
    assert rows(connection, "SELECT use_case FROM v_agregat WHERE subject = 'use_case:noise'") == [("noise",)]


def test_a_container_shows_its_last_hour_and_the_time_to_full_of_its_last_day(connection):
    later = SUMMER_NOON + HOUR_MS
    aggregate(
        connection, window("point:W1", "waste_fill", value=60.0),
        window("point:W1", "waste_fill", start=later, value=62.0),
        window("point:W1", "waste_fill#2", value=10.0, quality=9, completeness=0.2),
        window("point:W1", "waste_time_to_full", "1d", value=12.0, details={"p10": 8.0, "p90": 20.0}),
    )  # fmt: skip
    columns = "code, channel, value, local_hour, hours_to_full, hours_to_full_p10, hours_to_full_p90, full_at - time,"
    found = rows(connection, f"SELECT {columns} quality_fr FROM v_dechets_bacs ORDER BY channel")
    assert [row[:7] for row in found] == [("BAC-1", 0, 62.0, 16, 12.0, 8.0, 20.0), ("BAC-1", 2, 10.0, 15, *[None] * 3)]
    assert found[0][7].total_seconds() == 11 * 3600
    assert [row[8] for row in found] == ["bonne", "vide"]


def test_the_profile_of_a_summer_is_by_legal_hour(connection):
    day = 24 * HOUR_MS
    aggregate(
        connection,
        *[window("point:T1", "air_temperature", start=SUMMER_NOON + n * day, value=30.0 + n) for n in (0, 1)],
    )
    aggregate(connection, window("point:T1", "air_temperature", start=SUMMER_NOON + 150 * day, value=-40.0))
    found = rows(connection, "SELECT year, local_hour, code, value, minimum, maximum, hours FROM v_chaleur_profil_ete")
    assert found == [(2026, 14, "TEM-1", 30.5, 29.0, 32.0, 2)]


def test_what_was_known_on_a_day_is_told_of_indicators(connection):
    of_night = {"code": "1d", "definition": "1"}
    aggregate(connection, window("point:P1", "noise_lnight", value=50.0, **of_night))
    connection.execute("SELECT pg_sleep(0.01)")
    [(between,)] = rows(connection, "SELECT clock_timestamp()")
    aggregate(connection, window("point:P1", "noise_lnight", value=51.0, revision=1, input_hash="1" * 16, **of_night))
    known = "SELECT value, revision FROM agregat_connu_le(%s) WHERE code = 'SON-1' AND metric = 'noise_lnight'"
    assert rows(connection, known, between) == [(50.0, 0)]
    assert rows(connection, known, None) == [(51.0, 1)]
    assert rows(connection, known, "2020-01-01") == []


def views(connection):
    found = rows(
        connection, "SELECT viewname FROM pg_views WHERE schemaname = current_schema()"
        " AND (definition LIKE '%%aggregate%%' OR definition LIKE '%%agregat%%')"
    )  # fmt: skip
    return sorted(name for (name,) in found)


def test_each_indicator_of_the_platform_shows_in_a_view_of_its_use_case(connection):
    kinds = {"point": "point:P1", "zone": "zone:Z1", "network": "network:n", "use_case": "use_case:noise"}
    aggregate(connection, *[
        window(kinds[one.subject.value], one.name, code, definition=one.version, start=SUMMER_NOON + 30 * HOUR_MS)
        for one in indicators().values() for code in one.codes
    ])  # fmt: skip
    shown = set()
    for view in views(connection):
        if view == "v_agregat":
            continue
        columns = {name for (name,) in rows(connection, "SELECT column_name FROM information_schema.columns"
                                            " WHERE table_name = %s", view)}  # fmt: skip
        if {"metric", "code"} <= columns:
            shown |= {name for (name,) in rows(connection, f"SELECT DISTINCT metric FROM {view}")}
    assert {one.name for one in indicators().values()} - shown == set()
    labels = dict(rows(connection, "SELECT metric, label_fr FROM v_agregat WHERE definition <> ''"))
    assert {one.name: labels[one.name] for one in indicators().values()} == {
        one.name: one.label_fr for one in indicators().values()
    }


def test_each_view_and_each_of_its_columns_says_what_it_is(connection):
    assert len(views(connection)) >= 19
    silent = rows(
        connection, "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relname = ANY (%s) AND a.attnum > 0 AND (col_description(c.oid, a.attnum) IS NULL"
        " OR obj_description(c.oid) IS NULL)", views(connection),
    )  # fmt: skip
    assert silent == []
    told = DOCS.read_text("utf-8")
    assert [view for view in views(connection) if f"`{view}`" not in told] == []


def test_reasons_and_qualities_have_the_words_that_the_console_uses(connection):
    aggregate(connection, *[
        window("zone:Z1", f"word_{n}", reason=reason, quality=quality)
        for n, (reason, quality) in enumerate(zip(REASONS, [1, 2, 3, 9, 1, 1, 1], strict=True))
    ])  # fmt: skip
    found = rows(connection, "SELECT reason, reason_fr, quality, quality_fr FROM v_agregat WHERE metric LIKE 'word%%'")
    assert {reason: said for reason, said, _, _ in found} == {name: said.fr for name, said in REASONS.items()}
    assert {quality: said for _, _, quality, said in found} == {number: said.fr for number, said in QUALITIES.items()}


def test_the_queries_of_the_page_run(connection):
    queries = re.findall(r"```sql\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    assert len(queries) >= 4
    aggregate(connection, window("point:P1", "noise_harmonica", value=8.0, definition="1"))
    for query in queries:
        within = "time BETWEEN '2026-07-14T00:00:00Z' AND '2026-07-14T23:00:00Z'"  # as Grafana writes its macro
        found = rows(connection, query.replace("$__timeFilter(time)", within))
        if "timeFilter" in query:
            assert [(metric, value) for _, metric, value in found] == [("SON-1", 8.0)]


def test_a_filter_on_code_or_on_indicator_and_time_reaches_an_index(connection):
    connection.execute("SET enable_seqscan = off")
    for condition in ("code = 'SON-1'", "metric = 'laeq' AND window_code = '1h' AND time >= '2026-07-14'"):
        plan = "\n".join(line for (line,) in rows(connection, f"EXPLAIN SELECT * FROM v_agregat WHERE {condition}"))
        assert "Seq Scan on aggregate" not in plan
        assert "aggregate_superseded" not in plan
    connection.execute("RESET enable_seqscan")
