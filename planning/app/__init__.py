"""The pages: they listen and show, nothing else."""
