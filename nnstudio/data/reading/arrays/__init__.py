"""Files of arrays: what they declare, which array is what, and their values.

A kind of file has a module that opens it as a `Box` (`stored.py`): .npz, .npy, .safetensors, HDF5,
MATLAB, IDX, CIFAR. `layout.py` finds the fields and parts, `roles.py`, `kinds.py` and `tasks.py`
guess what they mean, `understanding.py` makes the spec, `loading.py` the samples; `reader.py` has
the readers.
"""
