"""What can be done by menu, key, button or palette, each bound to the parts it uses."""
