"""Projects by script: a block is drawn by calls that read like the module it becomes."""
