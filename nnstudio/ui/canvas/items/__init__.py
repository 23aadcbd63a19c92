"""What is painted on the canvas: cards, wires, groups, and how they are measured."""
