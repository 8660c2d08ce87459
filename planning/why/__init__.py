"""Why a site is in a plan of places, why another is not, and what would take its place."""
