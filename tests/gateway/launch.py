"""Runs ``python -m bot`` as it is; only discord.py is pointed at a Discord on loopback.

``python tests/gateway/launch.py REST GATEWAY run …``
"""

from __future__ import annotations

import runpy
import sys

import discord.gateway
import discord.http
import yarl

if __name__ == "__main__":
    rest, gateway, *arguments = sys.argv[1:]
    discord.http.Route.BASE = rest
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
    sys.argv = ["bot", *arguments]
    runpy.run_module("bot", run_name="__main__", alter_sys=True)
