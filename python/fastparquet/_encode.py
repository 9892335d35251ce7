"""A pandas column as Arrow buffers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, List, Optional, Sequence, Tuple

import numpy as np
import pandas as pd

# Arrow's format by numpy's kind and size.
NUMBER_FORMATS = {
    "i1": "c", "u1": "C", "i2": "s", "u2": "S", "i4": "i", "u4": "I", "i8": "l", "u8": "L", "f4": "f", "f8": "g",
}


@dataclass
class Encoded:
    """Buffers of one batch of a column, kept alive by this: validity first, None where every value is there."""

    length: int
    buffers: List[Optional[np.ndarray]]
    null_count: int
    dictionary: Optional[Encoded] = None


@dataclass(frozen=True)
class Encoder:
    """How a column is written. The format is settled by the whole column, so that all batches share it."""

    format: str
    encode: Callable[[pd.Series], Encoded]
    dictionary_format: Optional[str] = None


def encoder_for(column: pd.Series) -> Encoder:
    """Choose how to write a column. Raises TypeError, naming it, when Parquet has no type for what it holds."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _category_encoder(column)
    if isinstance(dtype, pd.DatetimeTZDtype):
        return Encoder("tsu:UTC", lambda batch: _times(batch.dt.tz_convert("UTC").dt.tz_localize(None), "us"))
    if isinstance(dtype, pd.StringDtype):
        return Encoder("U", _strings)
    if isinstance(dtype, pd.SparseDtype):
        return _after(lambda batch: batch.sparse.to_dense(), column.sparse.to_dense())
    if isinstance(dtype, pd.api.extensions.ExtensionDtype):
        return _nullable_encoder(column)
    if dtype.kind == "O":
        return _object_encoder(column)
    if dtype.kind == "M":
        return Encoder("tsn:", lambda batch: _times(batch, "ns"))
    if dtype.kind == "m":
        return Encoder("l", _durations)
    if dtype.kind == "b":
        return Encoder("b", lambda batch: _booleans(batch.to_numpy(), None))
    if dtype.kind in "iuf":
        stored = np.dtype("f4") if dtype == np.float16 else dtype.newbyteorder("=")
        return Encoder(_number_format(column, stored), lambda batch: _numbers(batch.to_numpy(), stored, None))
    raise _refusal(column, str(dtype))


def _refusal(column: pd.Series, held: str) -> TypeError:
    return TypeError(f"column {column.name!r} holds {held}, which Parquet has no type for; convert it first, for "
                     "example with .astype(str)")


def _after(convert: Callable[[pd.Series], pd.Series], converted: pd.Series) -> Encoder:
    inner = encoder_for(converted)
    return Encoder(inner.format, lambda batch: inner.encode(convert(batch)), inner.dictionary_format)


def _number_format(column: pd.Series, dtype: np.dtype) -> str:
    try:
        return NUMBER_FORMATS[dtype.str[1:]]
    except KeyError:
        raise _refusal(column, str(dtype)) from None


def _nullable_encoder(column: pd.Series) -> Encoder:
    """Int64, Float32, boolean and their like."""
    stored = getattr(column.dtype, "numpy_dtype", None)
    if stored is None or np.dtype(stored).kind not in "biuf":
        raise _refusal(column, str(column.dtype))
    stored = np.dtype(stored)
    if stored.kind == "b":
        return Encoder("b", lambda batch: _booleans(batch.to_numpy(bool, na_value=False), _valid(batch)))
    return Encoder(_number_format(column, stored),
                   lambda batch: _numbers(batch.to_numpy(stored, na_value=0), stored, _valid(batch)))


def _object_encoder(column: pd.Series) -> Encoder:
    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind in ("string", "empty"):
        return Encoder("U", _strings)
    if kind == "bytes":
        return Encoder("Z", _byte_strings)
    if kind == "boolean":
        return Encoder("b", lambda batch: _booleans(batch.where(batch.notna(), False).to_numpy(bool), _valid(batch)))
    if kind == "integer":
        return _integer_object_encoder(column)
    if kind in ("floating", "mixed-integer-float", "decimal"):
        return _after(lambda batch: batch.astype("float64"), column.astype("float64"))
    if kind == "date":
        return Encoder("tdD", _dates)
    if kind in ("datetime", "datetime64"):
        return _datetime_object_encoder(column)
    raise _refusal(column, f"values of several or unusual types ({kind})")


def _integer_object_encoder(column: pd.Series) -> Encoder:
    limits = np.iinfo(np.int64)
    present = column.dropna()
    if not limits.min <= min(present) <= max(present) <= limits.max:
        raise _refusal(column, "integers beyond 64 bits")
    dtype = np.dtype("i8")
    return Encoder("l", lambda batch: _numbers(batch.where(batch.notna(), 0).to_numpy(dtype), dtype, _valid(batch)))


def _datetime_object_encoder(column: pd.Series) -> Encoder:
    # Decided by the whole column: a batch of missing values alone would not say whether there is a zone.
    try:
        zoned = any(value.tzinfo is not None for value in column.dropna())
        converted = pd.to_datetime(column, utc=zoned)
    except (ValueError, TypeError, AttributeError) as error:
        raise _refusal(column, f"datetimes that have no common form ({error})") from error
    return _after(lambda batch: pd.to_datetime(batch, utc=zoned).astype(converted.dtype), converted)


def _category_encoder(column: pd.Series) -> Encoder:
    categories = column.cat.categories
    if len(categories) == 0 or pd.api.types.infer_dtype(categories, skipna=False) != "string":
        # Plain values of the categories' type; the metadata makes them a category again.
        values = categories.dtype if len(categories) else object
        nullable = {"i": "Int64", "u": "UInt64", "b": "boolean"}.get(getattr(values, "kind", ""), values)
        return _after(lambda batch: batch.astype(nullable), column.astype(nullable))
    dictionary = _strings(categories.to_series())

    def encode(batch: pd.Series) -> Encoded:
        codes = batch.cat.codes.to_numpy().astype(np.int32)
        valid = codes >= 0
        # DuckDB looks up the code even where the value is null: -1 would make it read before the dictionary.
        encoded = _numbers(np.where(valid, codes, 0).astype(np.int32), np.dtype("i4"), valid)
        encoded.dictionary = dictionary
        return encoded

    return Encoder("i", encode, dictionary_format="U")


def _valid(batch: pd.Series) -> np.ndarray:
    return batch.notna().to_numpy()


def _validity(valid: Optional[np.ndarray]) -> Tuple[Optional[np.ndarray], int]:
    """The bitmap and the exact number of nulls, which DuckDB trusts."""
    if valid is None or valid.all():
        return None, 0
    return np.packbits(valid, bitorder="little"), int(len(valid) - valid.sum())


def _numbers(values: np.ndarray, dtype: np.dtype, valid: Optional[np.ndarray]) -> Encoded:
    values = np.ascontiguousarray(values, dtype)
    if dtype.kind == "f":
        # NaN is pandas' word for missing, and a null to every other reader.
        present = ~np.isnan(values)
        valid = present if valid is None else valid & present
    bitmap, nulls = _validity(valid)
    return Encoded(len(values), [bitmap, values], nulls)


def _booleans(values: np.ndarray, valid: Optional[np.ndarray]) -> Encoded:
    bitmap, nulls = _validity(valid)
    return Encoded(len(values), [bitmap, np.packbits(values, bitorder="little")], nulls)


def _times(batch: pd.Series, unit: str) -> Encoded:
    values = batch.to_numpy().astype(f"M8[{unit}]")
    return _numbers(values.view("i8"), np.dtype("i8"), ~np.isnat(values))


def _durations(batch: pd.Series) -> Encoded:
    values = batch.to_numpy().astype("m8[ns]")
    return _numbers(values.view("i8"), np.dtype("i8"), ~np.isnat(values))


def _dates(batch: pd.Series) -> Encoded:
    values = np.array([None if pd.isna(value) else value for value in batch], dtype="M8[D]")
    return _numbers(values.view("i8"), np.dtype("i4"), ~np.isnat(values))


def _strings(batch: pd.Series) -> Encoded:
    return _variable_width(batch, lambda value: value.encode("utf-8"))


def _byte_strings(batch: pd.Series) -> Encoded:
    return _variable_width(batch, bytes)


def _variable_width(batch: pd.Series, encode: Callable[[Any], bytes]) -> Encoded:
    valid = _valid(batch)
    values: Sequence[Any] = batch.tolist()
    encoded = [encode(value) if present else b"" for value, present in zip(values, valid.tolist())]
    offsets = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)), out=offsets[1:])
    # One byte at least: the pointer to an empty buffer could be null, which is no buffer.
    data = np.frombuffer(b"".join(encoded) or b"\0", np.uint8)
    bitmap, nulls = _validity(valid)
    return Encoded(len(encoded), [bitmap, offsets, data], nulls)
