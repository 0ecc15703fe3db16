"""The socket that pages and registry answer on."""

import asyncio
import socket

from vigie.serving.web_server import bind


def test_answers_do_not_wait_for_acknowledgements():
    """asyncio turns Nagle's algorithm off on what it accepts where the listening socket says that it is TCP."""

    async def accepted() -> int:
        found = asyncio.get_running_loop().create_future()

        def connected(_, writer):
            taken = writer.get_extra_info("socket")
            found.set_result(taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listener = bind("127.0.0.1", 0, "VIGIE_HTTP_PORT")
        async with await asyncio.start_server(connected, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname())
            without_delay = await asyncio.wait_for(found, 10)
            writer.close()
        return without_delay

    assert asyncio.run(accepted()) != 0
