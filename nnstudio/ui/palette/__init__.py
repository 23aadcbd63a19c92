"""The palette: layers and blocks to drag onto the canvas."""
