"""The outline: the model as a tree in declaration order."""
