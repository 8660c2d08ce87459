"""Puts this folder on the path, so that the tests of the sub-packages find `location_oracle`."""
