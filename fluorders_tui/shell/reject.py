"""Reject orders that wait, with a reason for their clerks; the result of each is told.

For example: fluorders reject 2026-00012 --comment "Ask for a deposit first"
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from fluorders_tui.config import Settings
from fluorders_tui.shell.approve import add_decision, decide_on


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders reject`."""
    add_decision(parser, comment_needed=True)


def run(args: Namespace, settings: Settings) -> int:
    """Send each order back, and write what became of it."""
    return decide_on(args, settings, agree=False)
