"""Ids, addresses and words of a list of ours, as people write them."""

import re
import unicodedata
from functools import cache

from vigie.deploy.fleet_files.refused import Refused, folded, nearest, shown, tidy
from vigie.topics.fleet.ids import EXPECTED_EN, EXPECTED_FR, is_id
from vigie.topics.property import BY_NAME
from vigie.topics.quality import Test

_EUI = re.compile(r"[0-9a-f]{16}")
_IMEI = re.compile(r"[0-9]{15}")
_SRC = re.compile(r"[^\s:,]+:\S.{0,119}")
_TEXT_MOST = 10_000


def object_id(text: str) -> str:
    """An id.

    Raises:
        Refused: it cannot be one.

    >>> object_id("TEM-13055-01/1")
    'TEM-13055-01/1'
    """
    if not is_id(text):
        raise Refused(
            f"« {shown(text)} » ne peut pas être un identifiant ; attendu : {EXPECTED_FR}.",
            f'"{shown(text)}" cannot be an id; expected: {EXPECTED_EN}.',
        )
    return text


def words(text: str) -> str:
    """A text for people.

    Raises:
        Refused: it is longer than a cell of a spreadsheet should be, or has control characters.
    """
    if len(text) > _TEXT_MOST:
        raise Refused(
            f"Ce texte a {len(text)} caractères ; attendu : {_TEXT_MOST} au plus.",
            f"This text has {len(text)} characters; expected: {_TEXT_MOST} at most.",
        )
    if not text.isprintable() and any(map(_is_command, text)):
        raise Refused(
            f"« {shown(text)} » a des caractères de commande (invisibles) ; retapez ce texte.",
            f'"{shown(text)}" has control characters (invisible); type this text anew.',
        )
    return text


def _is_command(one: str) -> bool:
    """Whether a character is none that a file, the database and a spreadsheet can all keep."""
    return (unicodedata.category(one) in ("Cc", "Cs") and one not in "\n\t") or ord(one) & 0xFFFE == 0xFFFE


def choice(text: str, choices: dict[str, str]) -> str:
    """The code of a choice, given as its code or its French label.

    Raises:
        Refused: it is none of them.

    >>> choice("Métropole", {"metropole": "métropole", "state": "service de l'État"})
    'metropole'
    """
    if text in choices:
        return text
    wanted = folded(text)
    for code, label in choices.items():
        if wanted in (folded(code), folded(label)):
            return code
    near = nearest(text, [*choices.values(), *choices])
    raise Refused(
        f"« {shown(text)} » n'est pas un choix possible{near[0] or '.'} Attendu : "
        + ", ".join(f"{label} ({code})" for code, label in choices.items())
        + ".",
        f'"{shown(text)}" is none of the choices{near[1] or "."} Expected: {", ".join(choices)}.',
    )


@cache
def _labels() -> dict[str, str]:
    return {folded(entry.label_fr): entry.name for entry in BY_NAME.values()}


def property_name(text: str) -> str:
    """The name of a property of the catalogue, given as its name or its French label.

    Raises:
        Refused: the catalogue has none of this name.

    >>> property_name("Température de l'air")
    'air_temperature'
    """
    if text in BY_NAME:
        return text
    wanted = folded(text)
    by_name = {folded(name): name for name in BY_NAME}
    found = by_name.get(wanted) or _labels().get(wanted)
    if found is None:
        near = nearest(text, BY_NAME)
        raise Refused(
            f"« {shown(text)} » n'est pas une grandeur du catalogue{near[0] or '.'} La liste est dans docs/sensors.md.",
            f'"{shown(text)}" is no property of the catalogue{near[1] or "."} docs/sensors.md lists them.',
        )
    return found


def quality_test(text: str) -> str:
    """The name of a quality test.

    Raises:
        Refused: there is none of this name.

    >>> quality_test("Gross_Range")
    'gross_range'
    """
    known = [one.name.lower() for one in Test]
    found = text.lower().replace("-", "_").replace(" ", "_")
    if found not in known:
        near = nearest(text, known)
        raise Refused(
            f"« {shown(text)} » n'est pas un test de qualité{near[0] or '.'} Attendu : {', '.join(known)}.",
            f'"{shown(text)}" is no quality test{near[1] or "."} Expected: {", ".join(known)}.',
        )
    return found


def address(text: str) -> str:
    """The address of a device: a DevEUI, an IMEI, or a name at a source.

    Raises:
        Refused: it is none of them.

    >>> address("EUI:70-B3-D5-7E-D0-00-00-01"), address("src:stations:STA-1")
    ('eui:70b3d57ed0000001', 'src:stations:STA-1')
    """
    form, _, rest = text.partition(":")
    form = form.lower()
    if form == "eui" and _EUI.fullmatch(bare := re.sub(r"[-:\s.]", "", rest).lower()):
        return f"eui:{bare}"
    if form == "imei" and _IMEI.fullmatch(bare := re.sub(r"[-\s]", "", rest)):
        return f"imei:{bare}"
    if form == "src" and _SRC.fullmatch(rest) and rest.isprintable():
        return f"src:{rest}"
    bare = re.sub(r"[-:\s.]", "", text).lower()
    meant = f"eui:{bare}" if _EUI.fullmatch(bare) else f"imei:{bare}" if _IMEI.fullmatch(bare) else ""
    raise Refused(
        f"« {shown(text)} » n'est pas une adresse"
        + (f" ; est-ce « {meant} » ?" if meant else ".")
        + " Attendu : eui: et 16 chiffres hexadécimaux, imei: et 15 chiffres, ou src:source:nom.",
        f'"{shown(text)}" is no address'
        + (f'; is it "{meant}"?' if meant else ".")
        + " Expected: eui: and 16 hexadecimal digits, imei: and 15 digits, or src:source:name.",
    )


def addresses_in(cell: str) -> list[str]:
    """The addresses of one cell; a name at a source may have blanks.

    >>> addresses_in("eui:70B3D57ED0000001, src:ville:Pont Neuf imei:868508064807350")
    ['eui:70B3D57ED0000001', 'src:ville:Pont Neuf', 'imei:868508064807350']
    """
    found = re.split(r"[\s,;]+(?=(?:eui|imei|src):)", cell, flags=re.IGNORECASE)
    return [tidy(one).rstrip(",; ") for one in found]


def channel(text: str) -> str:
    """The number of a channel, as a text.

    Raises:
        Refused: it is none.

    >>> channel("01")
    '1'
    """
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > 32_767:
        raise Refused(
            f"« {shown(text)} » n'est pas une voie ; attendu : un nombre entier de 0 à 32767.",
            f'"{shown(text)}" is no channel; expected: a whole number from 0 to 32767.',
        )
    return str(int(text))
