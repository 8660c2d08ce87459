"""A table as parquet and back: values, kinds of columns, order and index are kept exactly."""

import io

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq


def to_parquet(table: pd.DataFrame) -> bytes:
    """The table as a parquet file, compressed with zstd.

    A column of categories becomes plain text. Numbers keep every digit, nan and inf too.

    Raises:
        TypeError: for a column of mixed kinds, which a parquet file cannot hold.
    """
    flat = table.astype({c: str for c in table if isinstance(table[c].dtype, pd.CategoricalDtype)})
    try:
        columns = pa.Table.from_pandas(flat)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise TypeError(f"a column of mixed kinds cannot be kept: {error}") from error
    file = io.BytesIO()
    pq.write_table(columns, file, compression="zstd")
    return file.getvalue()


def from_parquet(content: bytes) -> pd.DataFrame:
    """The table that `to_parquet` wrote.

    Raises:
        ValueError: when it is not a parquet file.
    """
    try:
        return pq.read_table(pa.BufferReader(content)).to_pandas()
    except (pa.ArrowInvalid, OSError) as error:
        raise ValueError(f"not a table: {error}") from error
