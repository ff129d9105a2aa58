"""What every test shares: a window system when there is no display, and steady Hypothesis runs."""

from __future__ import annotations

import os
import sys

from hypothesis import HealthCheck, settings


def _has_display() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


# Set before any test module imports Qt.
if not _has_display():
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# A slow machine must not turn a right answer into a failure; a failing example is always shown
# with the line that reproduces it.
settings.register_profile(
    "lstwallet",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "lstwallet"))
