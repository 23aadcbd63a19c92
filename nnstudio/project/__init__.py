"""The project: blocks, commands, history and the file format. No torch, no Qt."""
