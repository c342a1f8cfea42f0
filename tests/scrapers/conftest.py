"""Tests of captures are there where the captures are: elsewhere nothing is skipped for want of them."""

from tests.scrapers.watching import CAPTURES

collect_ignore = [] if CAPTURES.exists() else ["test_captures.py"]
