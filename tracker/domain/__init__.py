"""Decides and touches nothing: no network, no clock, no database."""
