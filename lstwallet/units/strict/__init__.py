"""Files that come from strangers, read strictly: pure functions over bytes and text.

``files`` opens one, ``texts`` makes text of its bytes, ``documents`` reads JSON and TOML,
``tables`` CSV, ``fields`` holds what was read to a schema. Whatever will not do is one
``FileRefused`` that says what, where and how, as data.
"""
