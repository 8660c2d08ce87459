"""Help for planners: the glossary and the guided first plan."""
