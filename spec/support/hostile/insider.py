"""Devices that are hostile behind the login: the user's name says how.

Whoever logs in gets a small command line, and whatever his name stands for. The library
is told to send what it never would. A line of JSON with port and fingerprint, then it
serves until standard input ends.
"""
import base64
import hashlib
import json
import os
import socket
import sys
import threading
import time

import paramiko
from paramiko.common import (
    MSG_CHANNEL_CLOSE, MSG_CHANNEL_DATA, MSG_CHANNEL_EOF, MSG_CHANNEL_EXTENDED_DATA,
    MSG_CHANNEL_OPEN, MSG_CHANNEL_REQUEST, MSG_CHANNEL_WINDOW_ADJUST, MSG_DISCONNECT,
    MSG_GLOBAL_REQUEST, MSG_IGNORE, MSG_USERAUTH_BANNER,
)

PROMPT = b"R1#"
ESCAPES = "\x1b]0;pwned\x07\x1b[2Jred\r\nFAKE: all is well"
CHUNK = b"x" * 30000
GIGABYTE = 1 << 30
ANSWERS = {
    b"show privilege": b"Current privilege level is 15\r\n",
    b"show version": b"Cisco IOS Software, Version 15.2(7)E3\r\n",
    b"show vlan": b"1    default                          active\r\n",
    b"show running-config": b"hostname R1\r\nend\r\n",
}


def message(number, *fields):
    """A message of a number, strings, numbers and booleans."""
    built = paramiko.Message()
    built.add_byte(bytes([number]))
    for field in fields:
        if isinstance(field, bool):
            built.add_boolean(field)
        elif isinstance(field, int):
            built.add_int(field)
        else:
            built.add_string(field)
    return built


class Device(paramiko.ServerInterface):
    """Lets everybody in, and refuses what the user's name says."""

    def __init__(self, transport):
        self.transport = transport
        self.user = None
        self.has_shell = threading.Event()

    def get_allowed_auths(self, username):
        return "password"

    def check_auth_password(self, username, password):
        self.user = username
        if username == "banner-of-256k":
            self.transport._send_message(
                message(MSG_USERAUTH_BANNER, ESCAPES + "b" * (1 << 18), ""))
        while username == "banners-without-end":
            self.transport._send_message(
                message(MSG_USERAUTH_BANNER, "b" * 30000, ""))
        if username == "window-of-nothing":
            self.transport.default_window_size = 0
        if username == "packets-of-nothing":
            self.transport.default_max_packet_size = 0
        return paramiko.AUTH_SUCCESSFUL

    def check_channel_request(self, kind, chanid):
        if self.user == "no-channel":
            return paramiko.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED
        return paramiko.OPEN_SUCCEEDED

    def check_channel_pty_request(self, *_):
        return self.user != "no-terminal"

    def check_channel_shell_request(self, channel):
        self.has_shell.set()
        return self.user != "no-shell"


def window_flood(transport, channel):
    for _ in range(GIGABYTE // len(CHUNK)):
        transport._send_message(message(MSG_CHANNEL_DATA, channel.remote_chanid, CHUNK))


def error_flood(transport, channel):
    for _ in range(GIGABYTE // len(CHUNK)):
        transport._send_message(
            message(MSG_CHANNEL_EXTENDED_DATA, channel.remote_chanid, 1, CHUNK))


def ignore_flood(transport, _):
    for _ in range(GIGABYTE // len(CHUNK)):
        transport._send_message(message(MSG_IGNORE, CHUNK))


def window_overflow(transport, channel):
    for _ in range(3):
        transport._send_message(
            message(MSG_CHANNEL_WINDOW_ADJUST, channel.remote_chanid, 0xFFFFFFFF))


def open_to_us(transport, _):
    for i in range(50):
        for kind in ("x11", "auth-agent@openssh.com", "session", "forwarded-tcpip"):
            more = (b"10.0.0.1", 22, b"10.0.0.2", 22) if "tcpip" in kind else ()
            transport._send_message(
                message(MSG_CHANNEL_OPEN, kind, 1000 + i, 65536, 32768, *more))


def ask_us(transport, channel):
    for _ in range(200):
        transport._send_message(message(MSG_GLOBAL_REQUEST, "keepalive@x", False))
        transport._send_message(
            message(MSG_CHANNEL_REQUEST, channel.remote_chanid, "exec", False, "id"))


def wrong_channel(transport, _):
    transport._send_message(message(MSG_CHANNEL_DATA, 7777, CHUNK))
    transport._send_message(message(MSG_CHANNEL_CLOSE, 7777))


def close_at_once(transport, channel):
    transport._send_message(message(MSG_CHANNEL_CLOSE, channel.remote_chanid))


def close_and_go_on(transport, channel):
    for _ in range(2):
        transport._send_message(message(MSG_CHANNEL_CLOSE, channel.remote_chanid))
        transport._send_message(
            message(MSG_CHANNEL_DATA, channel.remote_chanid, PROMPT))


def end_without_close(transport, channel):
    transport._send_message(message(MSG_CHANNEL_EOF, channel.remote_chanid))


def goodbye_with_escapes(transport, _):
    transport._send_message(message(MSG_DISCONNECT, 2, ESCAPES, ""))


def rekey(transport, _):
    def again():
        while transport.is_active():
            transport.renegotiate_keys()
    threading.Thread(target=again, daemon=True).start()


def half_a_rekey(transport, _):
    transport._send_kex_init()
    transport._handler_table = {}
    time.sleep(3600)


BEFORE = {
    "window-flood": window_flood, "error-flood": error_flood,
    "ignore-flood": ignore_flood, "window-overflow": window_overflow,
    "open-to-us": open_to_us, "ask-us": ask_us, "wrong-channel": wrong_channel,
    "close-at-once": close_at_once, "close-and-go-on": close_and_go_on,
    "end-without-close": end_without_close,
    "goodbye-with-escapes": goodbye_with_escapes, "rekey": rekey,
    "half-a-rekey": half_a_rekey,
}


def lines_flood(transport, channel):
    lines = (b"x" * 98 + b"\r\n") * 300
    for _ in range(GIGABYTE // len(lines)):
        transport._send_message(message(MSG_CHANNEL_DATA, channel.remote_chanid, lines))


def prompts_flood(transport, channel):
    text = b"\r\n".join([b"x" * 98] * 300) + b"\r\n" + PROMPT
    for _ in range(GIGABYTE // len(text)):
        transport._send_message(message(MSG_CHANNEL_DATA, channel.remote_chanid, text))


# Within the answer to a command, and when all that was sent along is answered.
WITHIN = {"answer-flood": window_flood, "prompts-flood": prompts_flood}
BEHIND = {"idle-flood": lines_flood}


def command_line(device, channel):
    """Echo, answer, prompt."""
    within, behind = WITHIN.get(device.user), BEHIND.get(device.user)
    channel.sendall(PROMPT)
    line, is_answered = b"", False
    while True:
        for byte in channel.recv(4096) or sys.exit():
            if byte not in b"\r\n":
                line += bytes([byte])
                continue
            channel.sendall(line + b"\r\n")
            if within and line in ANSWERS:
                within(device.transport, channel)
            channel.sendall(ANSWERS.get(line.strip(), b"") + PROMPT)
            if behind and is_answered:
                behind(device.transport, channel)
            line, is_answered = b"", line in ANSWERS


def serve(client, key):
    transport = paramiko.Transport(client)
    transport.add_server_key(key)
    device = Device(transport)
    transport.start_server(server=device)
    while transport.is_active() and not transport.is_authenticated():
        time.sleep(0.01)
    channel = transport.accept(60)
    if channel is None or not device.has_shell.wait(60):
        return
    try:
        BEFORE.get(device.user, lambda *_: None)(transport, channel)
        command_line(device, channel)
    except (OSError, EOFError, paramiko.SSHException):
        pass  # the client has had enough


def accept(listener, key):
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client, key), daemon=True).start()


def main():
    os.nice(19)  # a device's own work is not the client's
    paramiko.util.logging.getLogger("paramiko").addHandler(
        paramiko.util.logging.NullHandler())
    threading.excepthook = lambda _: None
    key = paramiko.ECDSAKey.generate()
    digest = hashlib.sha256(key.asbytes()).digest()
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    threading.Thread(target=accept, args=(listener, key), daemon=True).start()
    fingerprint = "SHA256:" + base64.b64encode(digest).decode().rstrip("=")
    print(json.dumps({"port": listener.getsockname()[1], "host_key": fingerprint}),
          flush=True)
    sys.stdin.read()


main()
