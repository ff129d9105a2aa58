"""Widgets that every page is built from. Import the module that is needed, not all of them."""
