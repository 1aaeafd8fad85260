#!/usr/bin/env python3
"""A jump host with room for few: the user's name says how it refuses a channel.

`each-3` has room for three channels on a connection, `all-3` for three altogether; `none`
for none, and `never` forbids. A line of JSON with port and fingerprint, then it serves
until standard input ends. A line there is answered with how many logins it has seen.
"""
import base64
import hashlib
import json
import os
import socket
import sys
import threading

import paramiko

LOCK = threading.Lock()
LOGINS = {}  # by user
OPEN = {}  # channels by user, over all connections


class Bastion(paramiko.ServerInterface):
    """Lets everybody in."""

    def __init__(self):
        self.user = None
        self.open = 0
        self.places = {}  # where to, by channel

    def get_allowed_auths(self, username):
        return "password"

    def check_auth_password(self, username, password):
        self.user = username
        with LOCK:
            LOGINS[username] = LOGINS.get(username, 0) + 1
        return paramiko.AUTH_SUCCESSFUL

    def check_channel_direct_tcpip_request(self, chanid, origin, destination):
        if self.user == "never":
            return paramiko.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED
        kind, _, most = self.user.partition("-")
        with LOCK:
            taken = self.open if kind == "each" else OPEN.get(self.user, 0)
            if taken >= int(most or 0):
                return paramiko.OPEN_FAILED_RESOURCE_SHORTAGE
            self.open += 1
            OPEN[self.user] = OPEN.get(self.user, 0) + 1
        self.places[chanid] = destination
        return paramiko.OPEN_SUCCEEDED

    def leave(self):
        """A channel has ended."""
        with LOCK:
            self.open -= 1
            OPEN[self.user] -= 1


def pump(source, sink):
    """What comes, until it ends."""
    try:
        while bytes_ := source.recv(16384):
            sink.sendall(bytes_)
    except OSError:
        pass
    finally:
        try:
            sink.shutdown(socket.SHUT_WR)
        except (OSError, EOFError):
            pass


def carry(channel, bastion):
    """A channel, from its confirmation to its end."""
    with socket.create_connection(bastion.places.pop(channel.get_id())) as device:
        back = threading.Thread(target=pump, args=(device, channel), daemon=True)
        back.start()
        pump(channel, device)
        back.join()
    channel.close()
    bastion.leave()


def serve(client, key):
    transport = paramiko.Transport(client)
    transport.add_server_key(key)
    bastion = Bastion()
    transport.start_server(server=bastion, event=threading.Event())
    while transport.is_active():
        channel = transport.accept(1)
        if channel is not None:
            threading.Thread(target=carry, args=(channel, bastion), daemon=True).start()


def accept(listener, key):
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client, key), daemon=True).start()


def main():
    os.nice(19)  # its own work is not the client's
    key = paramiko.ECDSAKey.generate()
    listener = socket.create_server(("127.0.0.1", 0))
    digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode()
    print(json.dumps({
        "port": listener.getsockname()[1],
        "host_key": "SHA256:" + digest.rstrip("="),
    }), flush=True)
    threading.Thread(target=accept, args=(listener, key), daemon=True).start()
    for _ in sys.stdin:
        with LOCK:
            print(json.dumps(LOGINS), flush=True)
    os._exit(0)


main()
