"""What `trainable doctor` asks an interpreter."""
