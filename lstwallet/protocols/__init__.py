"""One module per real mechanism, each a spec that replays the real contract to the last unit.

Pure functions over frozen states; modules do not know each other; a refusal is a
``lstwallet.units.checked.Revert`` with the contract's own reason.
"""
