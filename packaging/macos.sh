#!/bin/sh
# UNTESTED: nobody has run this on macOS yet.
# Makes dist/lstwallet.app, which needs no Python, and a disk image of it. Wants Python 3.11 to 3.13.
# The app is not signed: whoever opens it has to allow that once in System Settings.
set -eu
cd "$(dirname "$0")/.."

python3 packaging/build.py bundle

version=$(.venv/bin/python -c "import lstwallet; print(lstwallet.__version__)")
image="dist/lstwallet-$version.dmg"
hdiutil create -volname lstwallet -srcfolder dist/lstwallet.app -ov -format UDZO "$image"
echo "$image"
