"""A role for tests of the supervisor: python dummy_role.py NAME [BEHAVIOUR]; stdlib only, so it starts at once.

Behaviours: well; dies (at its start); sick (answers 503); deaf (ignores SIGTERM).
"""

import http.server
import os
import signal
import sys
import threading
from pathlib import Path


def main(name: str, behaviour: str = "well") -> None:
    """Answer on VIGIE_METRICS_PORT until SIGTERM; note start and stop in the data folder."""
    if behaviour == "dies":
        sys.exit("I cannot live like this")
    record = Path(os.environ["VIGIE_DATA"]) / "order"

    class Health(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(503 if behaviour == "sick" else 200)
            self.end_headers()

        def log_message(self, *_):
            pass

    done = threading.Event()
    signal.signal(signal.SIGTERM, signal.SIG_IGN if behaviour == "deaf" else lambda *_: done.set())
    with record.open("a") as file:
        file.write(f"start {name}\n")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["VIGIE_METRICS_PORT"])), Health)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    done.wait()
    with record.open("a") as file:
        file.write(f"stop {name}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
