"""The runner: what the host starts inside a sandbox, as ``python -I -u DIR/trainable_runner``.

It is a zygote. It imports the packages that steps use once, then forks a child for every script and relays what the
child writes. ``docs/runner-protocol.md`` is the contract.
"""
