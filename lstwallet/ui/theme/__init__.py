"""The look: tokens, the theme in force, fonts, icons, and the shapes that all widgets share.

``theme.apply(app, "dark", 1.25)`` puts a theme in force; ``theme.current()`` is asked
while painting.
"""

from lstwallet.ui.theme.manager import (
    Theme,
    Themed,
    apply,
    calm,
    current,
    mode,
    of_the_theme,
    set_calm,
)

__all__ = ["Theme", "Themed", "apply", "calm", "current", "mode", "of_the_theme", "set_calm"]
