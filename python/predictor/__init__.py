"""Predicts new rows with what a session delivered, in a sandbox that stays warm: from raw columns to answers.

The model is an agent's and hostile: it runs here, sees the working rows it was made from and the rows a person sends,
and nothing else. What is said of columns and types is settled from the working rows before the model is loaded.
"""
