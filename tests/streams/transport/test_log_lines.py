"""What a role's log holds."""

import subprocess
import sys


def test_no_address_that_is_asked_stands_in_the_log():
    code = (
        "import logging\n"
        "from vigie.streams.transport.log_lines import configure\n"
        "configure()\n"
        "logging.getLogger('httpx').info('HTTP Request: GET https://watch.example/secret')\n"
        "logging.getLogger('vigie.x').info('hello')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert "hello" in done.stderr
    assert "secret" not in done.stderr
