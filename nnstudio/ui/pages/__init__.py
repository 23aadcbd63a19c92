"""The pages beside the model: each a room of its own."""
