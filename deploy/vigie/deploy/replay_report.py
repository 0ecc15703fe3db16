"""What a replay took up, in words for the console."""

from collections import Counter

from vigie.topics.reason import excerpt

COLON = {"fr": " :", "en": ":"}


def devices_line(devices: Counter[str], language: str) -> str:
    r"""How many devices, and those with most bodies.

    >>> devices_line(Counter({"eui:a1": 3}), "fr"), devices_line(Counter({"eui:a1": 3, "eui:a2": 1}), "en")
    ('1 capteur : eui:a1 (3)', '2 devices: eui:a1 (3), eui:a2 (1)')
    >>> print(devices_line(Counter({"src:" + chr(27) + "[2J": 1}), "en"))
    1 device: 'src:\x1b[2J' (1)
    """
    word = ("capteur" if language == "fr" else "device") + ("s" if len(devices) > 1 else "")
    listed = ", ".join(f"{shown(device)} ({count})" for device, count in devices.most_common(5))
    return f"{len(devices)} {word}{COLON[language]} {listed}"


def shown(device: str) -> str:
    """A key for the terminal, which anybody may have made of anything."""
    return device if device.isprintable() and len(device) <= 80 else excerpt(device)
