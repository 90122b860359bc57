"""python3 -m tools.cluster up | down | status | images"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from . import lifecycle, status
from .settings import Settings
from .steps import ClusterError


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python3 -m tools.cluster", description="A real Kubernetes on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="build what is missing, start what is not running, wait until everything is ready")
    commands.add_parser("down", help="stop and remove everything that up created, except the builds in .bin/")
    commands.add_parser("status", help="show what is running")
    commands.add_parser("images", help="build the images whose inputs changed, and load them if the cluster is up")
    command = parser.parse_args(argv).command
    if os.geteuid() != 0:
        print("error: this needs root, for network devices, mounts and containers; run it with sudo", file=sys.stderr)
        return 2
    try:
        return COMMANDS[command](Settings())
    except ClusterError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def up(settings: Settings) -> int:
    lifecycle.up(settings)
    print(f"\nexport KUBECONFIG={settings.kubeconfig} PATH={settings.binaries}:$PATH")
    return 0


def down(settings: Settings) -> int:
    lifecycle.down(settings)
    return 0


def images(settings: Settings) -> int:
    lifecycle.build(settings)
    if lifecycle.is_up(settings):
        lifecycle.load(settings)
    return 0


COMMANDS = {"up": up, "down": down, "status": status.show, "images": images}

if __name__ == "__main__":
    raise SystemExit(main())
