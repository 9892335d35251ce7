"""The referee's harness: runs what a session delivered, in a sandbox of its own, and writes down what came back.

``docs/pipeline-contract.md`` is the contract. The objects are hostile until shown otherwise: whatever they return, the
files written are well-formed, and messages hold counts and column names but never a value of a row.
"""
