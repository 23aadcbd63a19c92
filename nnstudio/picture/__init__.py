"""What a block looks like: cards, wires and frames as values, and a picture of it. No Qt."""
