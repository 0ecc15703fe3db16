"""Hub'Eau, hydrometry in real time: rows of `observations_tr`, as its API gives them, in JSON or as a CSV file.

Source: https://hubeau.eaufrance.fr/page/api-hydrometrie, version 2, operation observations_tr.

    {"data": [{"code_site": "F7000001", "code_station": "F700000103", "grandeur_hydro": "H",
               "date_obs": "2026-08-26T07:35:00Z", "resultat_obs": 812.0, "code_systeme_alti_serie": 31,
               "code_statut": 4, "libelle_statut": "Brute", "code_qualification_obs": 16,
               "libelle_qualification_obs": "Non qualifiée", "code_methode_obs": 0, "libelle_methode_obs": "Mesurée",
               "code_continuite": 0, "libelle_continuite": "Continue"}, ...]}

    "code_site";"code_station";"grandeur_hydro";...      the same fields in `observations_tr.csv`, a heading first
    "F7000001";"F700000103";"H";...

`H` is the level above the zero of the station's gauge in mm, here water_level in m in the station's own datum (it may
be negative); `Q` is the flow in L/s, here m³/s. Each row is an uplink of its own: level and flow of an instant, or a
value that was corrected, are published at different times, and an overlapping question must give the same ids.

Every row's datum is the station's own zero (`code_systeme_alti_serie` 31, Sandre nomenclature 76: local system,
relative height): the station's point says so in its `datum`.

Trap: a row without `code_station` is the site's and doubles a station's row; it is passed over.
"""

import csv
import math
from collections.abc import Iterator

import msgspec
from msgspec import Raw, Struct

from vigie.codecs.decoder import Decoded
from vigie.codecs.frame import Envelope, Frame, Hints, PassedOver, Refused, Said
from vigie.codecs.instants import epoch_ms
from vigie.codecs.registry import register_envelope
from vigie.codecs.values.device_names import device_address
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable, excerpt
from vigie.topics.uplink import Reading

PROFILE = "hubeau-station"
_NO_HINTS = Hints()
_NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_WHAT = {"H": (BY_NAME["water_level"].id, 0.001), "Q": (BY_NAME["flow"].id, 0.001)}
_DOUBTFUL, _DOUBTFUL_CODE = "Douteuse", 12
_HEADING = b"grandeur_hydro"


class _Page(Struct):
    data: list[Raw]


class _Row(Struct):
    grandeur_hydro: str
    date_obs: str
    code_station: str | None = None
    resultat_obs: float | None = None
    code_statut: int | None = None
    libelle_statut: str | None = None
    code_qualification_obs: int | None = None
    libelle_qualification_obs: str | None = None
    libelle_methode_obs: str | None = None
    libelle_continuite: str | None = None
    code_continuite: int | None = None
    continuite_obs_hydro: bool | None = None  # as version 1 of the API called it
    code_systeme_alti_serie: int | None = None


class _Station(Struct):
    code_station: str | None = None


class _Stations(Struct):
    data: list[_Station]


_decode = msgspec.json.Decoder(_Page).decode
_decode_row = msgspec.json.Decoder(_Row).decode
_decode_stations = msgspec.json.Decoder(_Stations).decode


def parse(body: bytes, hints: Hints = _NO_HINTS) -> list[Said]:
    """The rows of a page.

    Args:
        body: the page, or one with some of its rows; or a file, or its heading with some of its lines.
        hints: of them the source's name and the declared model.

    Returns:
        One Frame or one Refused per row.

    Raises:
        Undecodable: NOT_JSON or BAD_ENVELOPE for the whole page.

    >>> [frame] = parse(b'{"data": [{"code_station": "F700000103", "grandeur_hydro": "H", "resultat_obs": 812.0,'
    ...     b' "date_obs": "2026-08-26T07:35:00Z"}]}', Hints(source="hubeau"))
    >>> frame.address, frame.decoded.readings[0].value
    ('src:hubeau:F700000103', 0.812)
    """
    said: list[Said] = []
    for place, (raw, row) in enumerate(_lines(body) if _is_csv(body) else _rows(body), 1):
        try:
            said.append(_frame(raw, row, place, hints))
        except Undecodable as error:
            said.append(Refused(reason=error.reason, message=error.message))
    return said


_Rows = Iterator[tuple[bytes, "_Row | Exception"]]
"""The bytes of each row, and what they say or what is wrong with them."""


def _rows(body: bytes) -> _Rows:
    try:
        page = _decode(body)
    except msgspec.ValidationError as error:
        raise Undecodable(Reason.BAD_ENVELOPE, f"Not a page of Hub'Eau: {str(error)[:120]}") from None
    except _NO_JSON as error:
        raise Undecodable(Reason.NOT_JSON, f"The body is not JSON: {str(error)[:120]}") from None
    for one in page.data:
        raw = bytes(one)
        try:
            yield raw, _decode_row(raw)
        except _NO_JSON as error:
            yield raw, error


def _is_csv(body: bytes) -> bool:
    return _HEADING in body.partition(b"\n")[0] and not body.lstrip().startswith((b"{", b"["))


def _lines(body: bytes) -> _Rows:
    try:
        heading, *lines = body.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise Undecodable(Reason.BAD_ENVELOPE, f"The file is no UTF-8: {error}") from None
    (names,) = csv.reader([heading], delimiter=";")
    for line in lines:
        if not line.strip():
            continue
        try:
            (cells,) = csv.reader([line], delimiter=";", strict=True)
            if len(cells) != len(names):
                raise ValueError(f"{len(cells)} cells under {len(names)} headings")
            given = {name: cell for name, cell in zip(names, cells, strict=True) if cell}
            yield line.encode(), msgspec.convert(given, _Row, strict=False)
        except (ValueError, csv.Error, msgspec.ValidationError) as error:
            yield line.encode(), error


def _frame(raw: bytes, row: _Row | Exception, place: int, hints: Hints) -> Frame | PassedOver:
    if isinstance(row, Exception):
        raise Undecodable(Reason.BAD_ENVELOPE, f"Row {place} is none of Hub'Eau: {str(row)[:120]}")
    if not row.code_station:
        return PassedOver()
    address = device_address(row.code_station, hints.source)
    if address is None:
        raise Undecodable(Reason.BAD_ENVELOPE, f"Row {place}: {excerpt(row.code_station)} is no code of a station")
    try:
        observed_at = epoch_ms(row.date_obs)
    except (ValueError, OverflowError):
        sentence = f"Row {place}: date_obs {excerpt(row.date_obs)} of {address} is no instant"
        raise Undecodable(Reason.BAD_TIME, sentence, address) from None
    said = Decoded([], _extras(row), [])
    known, value = _WHAT.get(row.grandeur_hydro), row.resultat_obs
    if value is None or not math.isfinite(value):
        said.warnings.append("MISSING_VALUE")
    elif known is None:
        said.extras[f"grandeur_{row.grandeur_hydro[:20]}"] = f"{value:g}"
        said.warnings.append("UNKNOWN_FIELD")
    else:
        said.readings.append(Reading(known[0], 0, round(value * known[1], 6)))
    if row.libelle_qualification_obs == _DOUBTFUL or row.code_qualification_obs == _DOUBTFUL_CODE:
        said.warnings.append("DOUBTFUL")
    identity = f"{row.grandeur_hydro}\x1f{row.date_obs}\x1f{value}\x1f{row.code_statut}\x1f{row.code_qualification_obs}"
    return Frame(
        address=address, profile=hints.model or PROFILE, codec_tag=None, session=None, f_cnt=None, f_port=None,
        payload=raw, received_at=None, bearer="unknown", network=hints.source, radio=None, observed_at=observed_at,
        decoded=said, identity=identity.encode(), timed=True,
    )  # fmt: skip


def _extras(row: _Row) -> dict[str, str]:
    given = {
        "status": row.libelle_statut or row.code_statut,
        "qualification": row.libelle_qualification_obs or row.code_qualification_obs,
        "method": row.libelle_methode_obs,
        "continuity": row.libelle_continuite or row.code_continuite,
        "continuous": row.continuite_obs_hydro,
        "datum_code": row.code_systeme_alti_serie,
    }
    return {name: str(value)[:80] for name, value in given.items() if value is not None}


def peek(body: bytes, hints: Hints = _NO_HINTS) -> str | None:
    """The station of a page; None where it holds several.

    >>> peek(b'{"data": [{"code_station": "F700000103"}, {"code_station": null}]}', Hints(source="hubeau"))
    'src:hubeau:F700000103'
    """
    try:
        if _is_csv(body):
            found = {row.code_station for _, row in _lines(body) if isinstance(row, _Row) and row.code_station}
        else:
            found = {row.code_station for row in _decode_stations(body).data if row.code_station}
    except (*_NO_JSON, Undecodable):
        return None
    return device_address(found.pop(), hints.source) if len(found) == 1 else None


register_envelope(
    Envelope(
        form="hubeau", title="Hub'Eau, hydrometry in real time", source="hubeau.eaufrance.fr, API hydrometry 2",
        sample="documentation", parse=parse, peek=peek,
    )
)  # fmt: skip
