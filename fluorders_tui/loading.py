"""Keeps the garbage collector off what a program loads and never lets go of.

A full collection walks through every module, class and function: 140 ms in which no key is answered. What has been
loaded is set aside, so that only what work has made since then is looked at.
"""

from __future__ import annotations

import gc

__all__ = ["keep_loaded", "start_loading"]

_loading = {"program": False}


def start_loading() -> None:
    """The program begins: until `keep_loaded` next to nothing could be collected."""
    _loading["program"] = True
    gc.disable()


def keep_loaded() -> None:
    """All that is there now stays to the end. Without `start_loading` (in tests) nothing is kept."""
    if _loading["program"]:
        gc.freeze()
        gc.enable()
