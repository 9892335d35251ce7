"""Datasets that come with Trainable: a few that scikit-learn ships, and a made-up messy one."""
