"""The line that `trainable doctor` runs in a sandbox to see one work."""

print("ready")
