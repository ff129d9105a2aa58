"""Drives the real widgets by clicks and keys: for the demo, the lessons' last hint, the tests.

Nothing here reaches past a widget: what the robot can do, a person can do.
"""
