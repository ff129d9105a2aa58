# UNTESTED: nobody has run this on Windows yet.
# Makes dist\lstwallet, one folder that needs no Python, and a zip of it. Wants Python 3.11 to 3.13.
$ErrorActionPreference = "Stop"
Set-Location (Split-Path -Parent $PSScriptRoot)

py -3 packaging\build.py bundle
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }

$version = & .venv\Scripts\python.exe -c "import lstwallet; print(lstwallet.__version__)"
$zip = "dist\lstwallet-$version-windows.zip"
Compress-Archive -Path dist\lstwallet -DestinationPath $zip -Force
Write-Output $zip
