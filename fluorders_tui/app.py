"""The program on the screen: theme, keys, the connection, and what happens when something goes wrong."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any, Protocol

from textual.app import SystemCommand
from textual.screen import Screen
from textual.worker import WorkerFailed

from fluorders_tui.bindings import bindings
from fluorders_tui.commands import check_keys
from fluorders_tui.domain.errors import DeskError
from fluorders_tui.live import LiveDesk
from fluorders_tui.loading import keep_loaded, start_loading
from fluorders_tui.themes import DEFAULT_THEME, THEMES, theme_name
from fluorders_tui.widgets.error_screen import ErrorScreen
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.work import DeskFailed, DeskOpened

# Without a log file the error must not appear on the screen instead.
logging.getLogger("fluorders_tui").addHandler(logging.NullHandler())

__all__ = ["SCREENS", "DeskSettings", "FluordersApp", "run_desk"]

SCREENS: Mapping[str, str] = {
    "board": "fluorders_tui.screens.board:BoardScreen",
    "conversion_runs": "fluorders_tui.screens.conversion_runs:ConversionRunsScreen",
    "convert_offers": "fluorders_tui.screens.convert_offers:ConvertOffersScreen",
    "deliver": "fluorders_tui.screens.deliver:DeliverScreen",
    "deliveries": "fluorders_tui.screens.deliveries:DeliveriesScreen",
    "home": "fluorders_tui.screens.home:HomeScreen",
    "jump": "fluorders_tui.screens.jump:JumpScreen",
    "lines": "fluorders_tui.screens.lines:LinesScreen",
    "offer_entry": "fluorders_tui.screens.offer_entry:OfferEntryScreen",
    "offer_versions": "fluorders_tui.screens.offer_versions:OfferVersionsScreen",
    "offers": "fluorders_tui.screens.offers:OffersScreen",
    "order_entry": "fluorders_tui.screens.order_entry:OrderEntryScreen",
    "orders": "fluorders_tui.screens.orders:OrdersScreen",
    "order_merge": "fluorders_tui.screens.order_merge:OrderMergeScreen",
    "order_steps": "fluorders_tui.screens.order_steps:OrderStepsScreen",
    "order_status": "fluorders_tui.screens.order_status:OrderStatusScreen",
    "price_lists": "fluorders_tui.screens.price_lists:PriceListsScreen",
    "registries": "fluorders_tui.screens.registries:RegistriesScreen",
    "registry": "fluorders_tui.screens.registry:RegistryScreen",
    "registry_form": "fluorders_tui.screens.registry_form:RegistryFormScreen",
    "supplier_orders": "fluorders_tui.screens.supplier_orders:SupplierOrdersScreen",
    "supplier_order_entry": "fluorders_tui.screens.supplier_order_entry:SupplierOrderEntryScreen",
    "supplier_order_steps": "fluorders_tui.screens.supplier_order_steps:SupplierOrderStepsScreen",
    "supply_exceptions": "fluorders_tui.screens.supply_exceptions:SupplyExceptionsScreen",
    "supply_proposals": "fluorders_tui.screens.supply_proposals:SupplyProposalsScreen",
    "supply_runs": "fluorders_tui.screens.supply_runs:SupplyRunsScreen",
    "supply_sharing": "fluorders_tui.screens.supply_sharing:SupplySharingScreen",
}
"""Every screen by name, as `module:class`: imported when it is first opened."""

UNEXPECTED = 70
"""Exit code after two unexpected errors in a row."""

PATIENCE = 5.0
"""Seconds a hung-up desk may take to end by itself."""

FEW_COLOURS = ("linux", "vt100", "vt220", "ansi", "xterm-color")
"""Terminals whose sixteen colours are better used as they are."""


class DeskSettings(Protocol):
    """What the app reads from the settings of the run (`fluorders_tui.config.Settings` has more)."""

    @property
    def theme(self) -> str: ...
    @property
    def keys(self) -> Mapping[str, str]: ...
    @property
    def mouse(self) -> bool: ...
    @property
    def language(self) -> str: ...


Opener = Callable[[Any], Any]
"""Connects the database of the settings it is given, in a thread; raises `DeskError`."""


class FluordersApp(LiveDesk[int]):
    """The desk. `opener` connects after the first frame is drawn; `home` makes the first screen.

    `calm` False lets unexpected errors through to the caller: tests want to see them.
    """

    TITLE = "fluorders"
    CSS_PATH = "app.tcss"
    BINDINGS = bindings("quit", "command_palette")
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]

    def __init__(
        self,
        settings: DeskSettings,
        opener: Opener | None = None,
        *,
        home: Callable[[], Screen[Any]] | None = None,
        log_file: str = "",
        calm: bool = True,
    ) -> None:
        keymap = check_keys(settings.keys)
        super().__init__()
        self.settings = settings
        self.calm = calm
        self._opener = opener
        self._connecting: asyncio.Event | None = None
        self._home = home or screen_class("home")
        self._log_file = log_file
        self._troubled = False
        self.animation_level = "none"
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = _theme(settings.theme, os.environ)
        self.set_keymap(keymap)

    async def on_mount(self) -> None:
        # The screen below stays empty, so that the first screen too can be replaced after an error.
        await self.push_screen(self._home())
        loop = asyncio.get_running_loop()
        for name in ("SIGHUP", "SIGTERM"):
            number = getattr(signal, name, None)
            if number is not None and threading.current_thread() is threading.main_thread():
                loop.add_signal_handler(number, self._hung_up, number)

    def on_ready(self) -> None:
        if theme_name(self.settings.theme) is None:
            self._say_everywhere(f"There is no theme “{self.settings.theme}”; this is {self.theme}.")
        self.call_after_refresh(self.connect)

    async def open_screen(
        self, name: str, /, *, then: Callable[[Any], Any] | None = None, **arguments: Any
    ) -> Screen[Any]:
        """Show another screen and wait until it is there, so that the next key goes to it.

        `then` gets what the screen was dismissed with.
        """
        screen: Screen[Any] = screen_class(name)(**arguments)
        await self.push_screen(screen, then)
        if (is_ready := getattr(screen, "is_ready", None)) is not None:
            await is_ready()
        return screen

    def name_of(self, screen: Screen[Any]) -> str:
        """The name by which `open_screen` opens such a screen, "" for one of another kind."""
        where = f"{type(screen).__module__}:{type(screen).__name__}"
        return next((name for name, known in SCREENS.items() if known == where), "")

    # -- the connection ----------------------------------------------------------------------------

    def connect(self) -> None:
        """Connect the database in the background, also again after it failed; screens get the answer as a message."""
        waiting = self._connecting is not None and not self._connecting.is_set()
        if self._opener is not None and self.desk is None and not waiting:
            self._connecting = asyncio.Event()
            self.run_worker(self._open(self._opener, self._connecting), group="open")

    async def desk_there(self) -> bool:
        """Wait while the database is being connected, so that keys typed before it keep their order (U-1.1).

        False when there is none: the screens were told why.
        """
        if self._connecting is None:
            self.connect()
        if self.desk is None and self._connecting is not None:
            with self._waiting("Opening the database…"):
                await self._connecting.wait()
        return self.desk is not None

    async def _open(self, opener: Opener, done: asyncio.Event) -> None:
        # Not through messages to the app: its own queue stands still while a key waits for this.
        try:
            self.desk = await asyncio.get_running_loop().run_in_executor(self._readers, opener, self.settings)
        except DeskError as error:
            self._tell(error)
            for screen in self.screen_stack:
                screen.post_message(DeskFailed(error))
        else:
            for screen in self.screen_stack:
                screen.post_message(DeskOpened(self.desk))
        finally:
            done.set()
            keep_loaded()

    # -- when something goes wrong -----------------------------------------------------------------

    def command_failed(self, error: Exception) -> None:
        if not self.unexpected(error):
            raise error

    def unexpected(self, error: Exception) -> bool:
        cause = error.error if isinstance(error, WorkerFailed) else error
        if isinstance(cause, DeskError):
            self._tell(cause)
            return True
        if not self.calm or not isinstance(cause, Exception):
            return False
        logging.getLogger(__name__).error("unexpected error", exc_info=cause)
        saved = self.save_drafts()
        if self._troubled:
            where = f" The log is {self._log_file}." if self._log_file else ""
            self.exit(
                UNEXPECTED, UNEXPECTED, f"fluorders: something unexpected happened again; drafts are saved.{where}"
            )
            return True
        self._troubled = True
        self.call_later(self._show_trouble, saved)
        return True

    async def _show_trouble(self, saved: bool) -> None:
        await self.push_screen(ErrorScreen(saved, self._log_file), self._after_trouble)

    async def _after_trouble(self, go_on: bool | None) -> None:
        if not go_on:
            self.exit(0)
            return
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        await self.push_screen(self._home())
        self._troubled = False

    def _tell(self, error: DeskError) -> None:
        if not self.screen_stack:
            return
        line = self.screen.query_one_optional(MessageLine)
        if line is not None:
            line.tell(error)
        else:
            self.notify(str(error), title=error.title, severity="error", markup=False)

    def _say_everywhere(self, text: str) -> None:
        line = self.screen.query_one_optional(MessageLine)
        if line is not None:
            line.say(text, "warning")

    # -- leaving -----------------------------------------------------------------------------------

    def save_drafts(self) -> bool:
        """Have every open screen save what is being typed; True if one did. Never raises."""
        saved = False
        for screen in self.screen_stack:
            save_now = getattr(screen, "save_now", None)
            if save_now is None:
                continue
            try:
                saved = bool(save_now()) or saved
            except Exception:
                # The other screens still have drafts to save, and nobody may be left to tell.
                logging.getLogger(__name__).exception("a draft could not be saved")
        return saved

    def _hung_up(self, number: int) -> None:
        self.save_drafts()
        logging.getLogger(__name__).info("ended by signal %s", number)
        self.exit(128 + number, 128 + number)
        # The terminal may be gone: whatever still wants to write to it must not keep the program alive.
        watchdog = threading.Timer(PATIENCE, os._exit, (128 + number,))
        watchdog.daemon = True
        watchdog.start()

    async def action_quit(self) -> None:
        self.save_drafts()
        self.exit(0)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        seen: set[str] = set()
        for active in screen.active_bindings.values():
            binding, node = active.binding, active.node
            if binding.id and binding.id not in seen and binding.id != "command_palette" and active.enabled:
                seen.add(binding.id)
                yield SystemCommand(
                    binding.description,
                    binding.tooltip,
                    lambda action=binding.action, node=node: self.call_later(self.run_command, action, node),
                )


def screen_class(name: str) -> Callable[..., Screen[Any]]:
    """What makes the screen of that name; its module is imported only when it is called."""

    def make(**arguments: Any) -> Screen[Any]:
        module, _, class_name = SCREENS[name].partition(":")
        screen: Screen[Any] = getattr(import_module(module), class_name)(**arguments)
        return screen

    return make


def _theme(wanted: str, environ: Mapping[str, str]) -> str:
    name = theme_name(wanted) or DEFAULT_THEME
    few = environ.get("TERM", "") in FEW_COLOURS and not environ.get("COLORTERM")
    return "fluorders-ansi" if few and name == DEFAULT_THEME else name


def run_desk(settings: DeskSettings, opener: Opener | None = None) -> int:
    """Open the desk and return its exit code. Without an `opener` the database of the settings is opened."""
    from fluorders_tui import log

    start_loading()
    path = log.start(getattr(settings, "log_level", "INFO"))

    def open_desk(wanted: Any) -> Any:
        return import_module("fluorders_tui.shell.opening").open_desk(wanted)

    # An exported size would hide that the window was resized.
    for name in ("COLUMNS", "LINES"):
        os.environ.pop(name, None)
    app = FluordersApp(settings, opener or open_desk, log_file=str(path or ""))
    app.run(mouse=settings.mouse)
    app.close_threads()
    return app.return_code or 0
