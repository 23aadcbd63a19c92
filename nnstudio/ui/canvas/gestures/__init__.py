"""The mouse gestures of the canvas, one class each. A gesture shows; only its end edits."""
