"""Columns of a frame as an Arrow stream that DuckDB scans."""

from __future__ import annotations

import ctypes as C
import errno
from typing import Any, Dict, List, Optional, Sequence, Tuple

import pandas as pd

from libduckdb.arrow import (NULLABLE, ArrowArray, ArrowArrayStream, ArrowSchema, GetLastError, GetNext, GetSchema,
                                ReleaseArray, ReleaseSchema, ReleaseStream, address)
from fastparquet._encode import Encoded, Encoder, encoder_for

Column = Tuple[str, pd.Series]


class FrameStream:
    """Hands out batches of ``batch_rows`` rows, encoded when they are asked for and freed when they are released.

    DuckDB calls back from threads of its own. An exception cannot cross into it: it is kept in ``error``, and the scan
    fails.
    """

    def __init__(self, columns: Sequence[Column], rows: int, batch_rows: int) -> None:
        self._columns = columns
        self._rows = rows
        self._batch_rows = batch_rows
        self._position = 0
        self._encoders: List[Encoder] = [encoder_for(column) for _, column in columns]
        self.error: Optional[BaseException] = None
        # What C holds pointers to. The schema lives as long as the stream, a batch until its release.
        self._schema_parts: List[Any] = []
        self._batches: Dict[int, List[Any]] = {}
        self._next_batch = 1
        self._release_schema = ReleaseSchema(_mark_released)
        self._release_array = ReleaseArray(self._free_batch)
        self._release_stream = ReleaseStream(_mark_stream_released)
        self._message = C.create_string_buffer(b"encoding the frame failed")
        self.struct = ArrowArrayStream(
            GetSchema(self._get_schema), GetNext(self._get_next), GetLastError(self._get_last_error),
            self._release_stream, None,
        )

    def _get_schema(self, stream: Any, out: Any) -> int:
        try:
            children = [self._schema(encoder.format, name, encoder.dictionary_format)
                        for (name, _), encoder in zip(self._columns, self._encoders)]
            self._fill_schema(out.contents, "+s", "", None, children)
            return 0
        except BaseException as error:
            self.error = error
            return errno.EIO

    def _get_next(self, stream: Any, out: Any) -> int:
        try:
            C.memset(out, 0, C.sizeof(ArrowArray))
            if self._position >= self._rows:
                return 0  # an array without a release marks the end
            stop = min(self._position + self._batch_rows, self._rows)
            batch = [encoder.encode(column.iloc[self._position:stop])
                     for (_, column), encoder in zip(self._columns, self._encoders)]
            parts: List[Any] = []
            children = [self._array(encoded, parts) for encoded in batch]
            root = out.contents
            self._fill_array(root, Encoded(stop - self._position, [None], 0), children, parts)
            root.private_data = self._next_batch
            self._batches[self._next_batch] = parts
            self._next_batch += 1
            self._position = stop
            return 0
        except BaseException as error:
            self.error = error
            return errno.EIO

    def _get_last_error(self, stream: Any) -> int:
        return C.addressof(self._message)

    def _schema(self, format: str, name: str, dictionary: Optional[str]) -> ArrowSchema:
        schema = ArrowSchema()
        self._fill_schema(schema, format, name, dictionary, [])
        self._schema_parts.append(schema)
        return schema

    def _fill_schema(self, schema: ArrowSchema, format: str, name: str, dictionary: Optional[str],
                     children: List[ArrowSchema]) -> None:
        C.memset(C.byref(schema), 0, C.sizeof(ArrowSchema))
        schema.format = self._text(format)
        schema.name = self._text(name)
        schema.flags = NULLABLE
        schema.release = address(self._release_schema)
        if dictionary is not None:
            schema.dictionary = C.pointer(self._schema(dictionary, "", None))
        if children:
            pointers = (C.POINTER(ArrowSchema) * len(children))(*map(C.pointer, children))
            self._schema_parts.append(pointers)
            schema.n_children, schema.children = len(children), pointers

    def _text(self, text: str) -> C.c_char_p:
        buffer = C.create_string_buffer(text.encode("utf-8"))
        self._schema_parts.append(buffer)
        return C.cast(buffer, C.c_char_p)

    def _array(self, encoded: Encoded, parts: List[Any]) -> ArrowArray:
        array = ArrowArray()
        self._fill_array(array, encoded, [], parts)
        parts.append(array)
        return array

    def _fill_array(self, array: ArrowArray, encoded: Encoded, children: List[ArrowArray], parts: List[Any]) -> None:
        pointers = [None if buffer is None else buffer.ctypes.data for buffer in encoded.buffers]
        buffers = (C.c_void_p * len(pointers))(*pointers)
        parts += [encoded, buffers]
        array.length, array.null_count = encoded.length, encoded.null_count
        array.n_buffers, array.buffers = len(pointers), buffers
        array.release = address(self._release_array)
        if encoded.dictionary is not None:
            array.dictionary = C.pointer(self._array(encoded.dictionary, parts))
        if children:
            child_pointers = (C.POINTER(ArrowArray) * len(children))(*map(C.pointer, children))
            parts.append(child_pointers)
            array.n_children, array.children = len(children), child_pointers

    def _free_batch(self, array: Any) -> None:
        # Columns have no number of their own; they go with their batch.
        number = array.contents.private_data
        array.contents.release = None
        if number:
            self._batches.pop(number, None)


def _mark_released(schema: Any) -> None:
    schema.contents.release = None


def _mark_stream_released(stream: Any) -> None:
    stream.contents.release = ReleaseStream()
