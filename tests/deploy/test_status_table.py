"""The table of what runs, on a terminal of 80 columns."""

import pytest
from rich.console import Console

from vigie.deploy.installation import ChildStatus
from vigie.deploy.status_table import status_table


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("url", ["http://127.0.0.1:30123", "http://192.168.100.100:30123"])
def test_an_address_is_whole_at_80_columns(language: str, url: str):
    children = [
        ChildStatus("registry", "restarting", pid=4_194_304, memory_mb=1234, restarts=12, port=29_999, url=url),
        ChildStatus("postgres", "silent", pid=4_194_304, memory_mb=1234, restarts=12, port=29_999),
    ]
    console = Console(width=80, force_terminal=False)
    with console.capture() as shown:
        console.print(status_table(children, language, title=True))
    assert url in shown.get()
    assert shown.get().count("4194304 1234") == 2
