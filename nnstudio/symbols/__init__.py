"""Names and numbers of a block: checked expressions and exact dimensions.

Nothing here knows of layers, graphs or torch.
"""
