"""Figures beside their floors: ``python3 packaging/bootstrap.py bench``."""
