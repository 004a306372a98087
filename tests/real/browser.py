"""A real Chromium without a window, driven over the pipe of its DevTools protocol: it needs nothing but the browser.

What it does is what a hand does: a click goes where the thing is drawn, and fails when something covers it.

The protocol: https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from base64 import b64decode
from contextlib import ExitStack, suppress
from fcntl import F_DUPFD_CLOEXEC, fcntl
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

from tests.real.parts import need

PATIENCE = 10.0  # seconds that anything may take
DESKTOP, PHONE = (1280, 800), (390, 844)
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage", "--hide-scrollbars"),
    # Nothing but this machine can be reached, whatever a page asks for.
    *("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--remote-debugging-pipe", "about:blank"),
)
KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32}  # the codes that browsers know them by
_TEXTS = {"Enter": "\r", " ": " "}


class Refused(Exception):
    """The browser could not do what it was asked."""


class Browser:
    """``with Browser() as browser: page = browser.page()``."""

    def __init__(self) -> None:
        need("chromium", why="le paquet chromium")
        self._pages: dict[str, Page] = {}
        self._replies: dict[int, dict[str, Any]] = {}
        self._last = 0
        self._heard = b""
        self._stack = ExitStack()

    def __enter__(self) -> Browser:
        with ExitStack() as stack:
            profile = stack.enter_context(TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True))
            theirs_in, self._to = _pipe()
            self._from, theirs_out = _pipe()
            stack.callback(os.close, self._from)
            stack.callback(os.close, self._to)
            # The protocol is read on 3 and written on 4: the shell puts our ends there.
            command = f'exec "$@" 3</dev/fd/{theirs_in} 4>/dev/fd/{theirs_out}'
            self._process = subprocess.Popen(
                ["sh", "-c", command, "sh", "chromium", f"--user-data-dir={profile}", *FLAGS],
                pass_fds=(theirs_in, theirs_out),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            os.close(theirs_in)
            os.close(theirs_out)
            stack.callback(self._end)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def page(self, size: tuple[int, int] = DESKTOP) -> Page:
        """An empty page, with a history, a store and permissions of its own."""
        context = self.call("Target.createBrowserContext", disposeOnDetach=True)["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self._pages[session] = Page(self, session, context)
        for domain in ("Page", "Runtime", "Network", "Log"):
            page.call(f"{domain}.enable")
        page.call("Page.setLifecycleEventsEnabled", enabled=True)
        page.call("Emulation.setFocusEmulationEnabled", enabled=True)
        page.resize(*size)
        return page

    def call(self, method: str, session: str = "", **params: object) -> dict[str, Any]:
        """One command of the protocol and its answer.

        Raises:
            Refused: the browser says why.
        """
        self._last += 1
        message = {"id": self._last, "method": method, "params": params, **({"sessionId": session} if session else {})}
        _write(self._to, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + 3 * PATIENCE
        while self._last not in self._replies:
            self.listen(deadline)
        reply = self._replies.pop(self._last)
        if "error" in reply:
            raise Refused(f"{method}: {reply['error']['message']}")
        result: dict[str, Any] = reply["result"]
        return result

    def listen(self, deadline: float) -> None:
        """Take in what the browser tells, until there is something or the time is over.

        Raises:
            TimeoutError: it told nothing.
        """
        if not select.select([self._from], [], [], max(deadline - time.monotonic(), 0))[0]:
            raise TimeoutError("Le navigateur ne répond pas.")
        if not (some := os.read(self._from, 1 << 20)):
            raise Refused("Le navigateur s'est arrêté.")
        *whole, self._heard = (self._heard + some).split(b"\0")
        for message in map(json.loads, whole):
            if "id" in message:
                self._replies[message["id"]] = message
            elif page := self._pages.get(message.get("sessionId", "")):
                page.hear(message["method"], message["params"])

    def _end(self) -> None:
        with suppress(Refused, OSError):
            self.call("Browser.close")
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Page:
    """One page, as a person has it before the eyes.

    Attributes:
        problems: what the console told: errors, refusals of the content security policy, answers that failed.
        requests: every address that was asked for.
    """

    def __init__(self, browser: Browser, session: str, context: str) -> None:
        self._browser = browser
        self._session = session
        self._context = context
        self._loaded: set[str] = set()
        self.problems: list[str] = []
        self.requests: list[str] = []

    def call(self, method: str, **params: object) -> dict[str, Any]:
        return self._browser.call(method, self._session, **params)

    def hear(self, method: str, told: dict[str, Any]) -> None:
        """Keep what the browser tells of this page."""
        if method == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        elif method == "Page.lifecycleEvent" and told["name"] == "load":
            self._loaded.add(told["loaderId"])
        elif method == "Runtime.exceptionThrown":
            self.problems.append(told["exceptionDetails"].get("exception", told["exceptionDetails"])["description"])
        elif method == "Runtime.consoleAPICalled" and told["type"] in ("error", "warning", "assert"):
            self.problems.append(" ".join(str(each.get("value", each)) for each in told["args"]))
        elif method == "Log.entryAdded" and told["entry"]["level"] in ("error", "warning"):
            self.problems.append(f"{told['entry']['text']} {told['entry'].get('url', '')}")

    # What is before the eyes

    def goto(self, url: str) -> None:
        """Open an address and wait until all of it is loaded."""
        answer = self.call("Page.navigate", url=url)
        if "errorText" in answer:
            raise Refused(f"{url}: {answer['errorText']}")
        deadline = time.monotonic() + PATIENCE
        while "loaderId" in answer and answer["loaderId"] not in self._loaded:
            self._browser.listen(deadline)

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression, awaited; it must be plain data."""
        told = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True)
        if "exceptionDetails" in told:
            raise Refused(told["exceptionDetails"].get("exception", {}).get("description", script))
        return told["result"].get("value")

    def wait(self, script: str) -> None:
        """Until an expression is true of a page that is wholly there, whatever comes and goes meanwhile."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(Refused):  # a page that is leaving
                if self.run(f"document.readyState === 'complete' && !!({script})"):
                    return
            time.sleep(0.03)
        raise TimeoutError(f"N'est pas devenu vrai : {script}")

    def text(self, selector: str) -> str:
        """What is read there, white space apart."""
        return " ".join(self.run(f"document.querySelector({json.dumps(selector)}).innerText").split())

    def count(self, selector: str) -> int:
        number: int = self.run(f"document.querySelectorAll({json.dumps(selector)}).length")
        return number

    def resize(self, width: int, height: int) -> None:
        """Another window; one narrower than 600 pixels is a phone's."""
        phone = width < 600
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)
        self.call("Emulation.setTouchEmulationEnabled", enabled=phone)

    def picture(self) -> bytes:
        """What is seen, as PNG."""
        return b64decode(self.call("Page.captureScreenshot")["data"])

    # What a hand does

    def click(self, selector: str) -> None:
        """Click in the middle of the first thing that answers to a selector and is shown.

        Raises:
            Refused: nothing is shown, or something else is in front.
        """
        if self.run(f"({_SHOW})({json.dumps(selector)})"):
            self.picture()  # a scroll is on the screen once a picture shows it: where a click goes is decided there
        x, y = self.run(f"({_AIM})({json.dumps(selector)})")
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def type(self, text: str) -> None:
        """Type where the focus is."""
        self.call("Input.insertText", text=text)

    def press(self, key: str, shift: bool = False) -> None:
        """Press and release one of ``KEYS``."""
        known = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": KEYS[key]}
        text = {"text": _TEXTS[key]} if key in _TEXTS else {}
        for kind, more in (("keyDown" if text else "rawKeyDown", text), ("keyUp", {})):
            self.call("Input.dispatchKeyEvent", type=kind, modifiers=8 * shift, **known, **more)

    def back(self) -> None:
        """The browser's own button."""
        told = self.call("Page.getNavigationHistory")
        self.call("Page.navigateToHistoryEntry", entryId=told["entries"][told["currentIndex"] - 1]["id"])

    def allow(self, origin: str, *permissions: str) -> None:
        """Say yes in advance to what a site may ask."""
        self._browser.call(
            "Browser.grantPermissions", origin=origin, permissions=permissions, browserContextId=self._context
        )

    def close(self) -> None:
        self._browser.call("Target.disposeBrowserContext", browserContextId=self._context)


_FIND = """
  const shown = [...document.querySelectorAll(selector)].find((one) => one.checkVisibility({visibilityProperty: true}));
  if (!shown) throw new Error("Rien de visible : " + selector);
"""
_SHOW = f"""(selector) => {{
  {_FIND}
  const before = document.scrollingElement.scrollTop;
  shown.scrollIntoView({{block: "center", behavior: "instant"}});
  return before !== document.scrollingElement.scrollTop;
}}"""
_AIM = f"""(selector) => {{
  {_FIND}
  const box = shown.getClientRects()[0]; // of a link on two lines, the first
  const x = box.x + box.width / 2, y = box.y + box.height / 2;
  const front = document.elementFromPoint(x, y);
  if (!shown.contains(front)) {{
    throw new Error("Recouvert : " + selector + " par " + (front ? front.outerHTML.slice(0, 200) : "rien"));
  }}
  return [x, y];
}}"""


def _pipe() -> tuple[int, int]:
    """Both ends of a pipe, above the numbers that the browser expects its own at."""
    ends = []
    for end in os.pipe():
        ends.append(fcntl(end, F_DUPFD_CLOEXEC, 10))
        os.close(end)
    return ends[0], ends[1]


def _write(end: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(end, left) :]
