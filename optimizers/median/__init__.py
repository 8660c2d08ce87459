"""Rows that pay their cheapest open site: p-median and everything that is one with other costs."""
