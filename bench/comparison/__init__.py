"""The parts of bench/automl."""
