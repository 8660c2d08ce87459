"""What every table of a scenario file has in common."""

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """A table of a scenario file: frozen, no unknown keys, no text for numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
