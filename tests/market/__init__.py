"""Tests of the market layer."""
