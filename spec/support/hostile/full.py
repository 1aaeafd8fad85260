#!/usr/bin/env python3
"""A port whose queue is full: whoever knocks now hears nothing. Prints it; ends with
standard input.
"""
import socket
import sys

full = socket.socket()
full.bind(("127.0.0.1", 0))
full.listen(0)
PLACE = full.getsockname()
KEPT = []


def fill():
    """Knock until a knock is not answered."""
    while True:
        sock = socket.socket()
        KEPT.append(sock)
        sock.settimeout(1)
        try:
            sock.connect(PLACE)
        except TimeoutError:
            return


fill()
print(PLACE[1], flush=True)
sys.stdin.read()
