"""The built-in layers, one module per family; each layer is declared once.

Modules of `torch.nn` carry torch's own name. Operations, which are no modules and have no keys in
`state_dict`, carry the name of the torch function with capitals: torch.matmul is MatMul,
Tensor.masked_fill is MaskedFill. Where `torch.nn` has a module of the same name the operation is
called Function: Softmax is the module, SoftmaxFunction the operation. Words replace what reads
badly: Concat (torch.cat), Slice, Select, FlattenDims and UnflattenDim (Tensor.flatten, unflatten).
"""
