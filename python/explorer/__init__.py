"""Read-only SQL over tables that lie as CSV and Parquet files, by DuckDB.

A program of its own (``run.py``), so that whoever asks can bound its memory and end it: DuckDB's own limit does not
count what an expression builds (``range(100000000)`` takes gigabytes whatever ``memory_limit`` says). The host runs it
in a sandbox, over what a person may see; the agent's tool runs it in the session's sandbox, over what that agent sees.
"""
