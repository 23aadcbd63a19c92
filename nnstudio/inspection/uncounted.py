"""Which operations of torch count as nothing: those without sums of products.

As is usual, only products of matrices, convolutions, attention and what is made of them are
counted; single steps on every element, sums, norms, pooling, copies and choices are not.
"""

from __future__ import annotations

from typing import Any

import torch

_TAGS = frozenset(
    tag
    for name in ("pointwise", "reduction", "view_copy", "inplace_view")
    if (tag := getattr(torch.Tag, name, None)) is not None
)

_MADE_AND_ARRANGED = """
arange bernoulli block_diag cat cauchy channel_shuffle clone col2im constant_pad_nd contiguous copy
detach diag diag_embed diagonal_scatter empty empty_like empty_permuted empty_strided exponential
expand_copy eye fill flip full full_like fused_dropout geometric im2col index_fill lift lift_fresh
lift_fresh_copy linspace log_normal logspace multinomial native_channel_shuffle native_dropout
new_empty new_empty_strided new_full new_ones new_zeros normal ones ones_like pad pixel_shuffle
pixel_unshuffle poisson rand rand_like randint randint_like randn randn_like randperm random
reflection_pad1d reflection_pad2d reflection_pad3d repeat repeat_interleave replication_pad1d
replication_pad2d replication_pad3d reshape_alias resize roll rot90 scalar_tensor select_scatter
slice_scatter stack to_copy to_dense transpose tril tril_indices triu triu_indices uniform
unsafe_split unsafe_split_with_sizes unsafe_view upsample_nearest1d upsample_nearest2d
upsample_nearest3d upsample_nearest_exact1d upsample_nearest_exact2d upsample_nearest_exact3d zero
zeros zeros_like
"""
_CHOSEN = """
bincount bucketize embedding equal gather histc index index_add index_copy index_put index_reduce
index_select is_nonzero isin item kthvalue local_scalar_dense masked_fill masked_scatter
masked_select median mode nanmedian nonzero nonzero_static put scatter scatter_add scatter_reduce
searchsorted sort take topk unique unique2 unique_consecutive unique_dim unsafe_index
unsafe_index_put unsafe_masked_index
"""
_SUMMED = """
adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool2d adaptive_max_pool3d all any avg_pool2d
avg_pool3d batch_norm_no_update batch_norm_with_update cudnn_batch_norm cummax cummin cumprod cumsum
fractional_max_pool2d fractional_max_pool3d fused_rms_norm linalg_vector_norm log_softmax
logcumsumexp max max_pool2d_with_indices max_pool3d_with_indices max_unpool2d max_unpool3d min
miopen_batch_norm native_batch_norm native_batch_norm_legit native_batch_norm_legit_functional
native_batch_norm_legit_no_training native_group_norm native_layer_norm prod renorm safe_softmax
softmax std std_mean var var_mean
"""
# steps on every element that torch does not mark as such
_SINGLE = """
alpha_dropout bitwise_and bitwise_or bitwise_xor dropout feature_alpha_dropout feature_dropout glu
binary_cross_entropy binary_cross_entropy_with_logits complex ctc_loss hardswish huber_loss
linalg_check_errors linalg_cross log_sigmoid_forward mse_loss multi_margin_loss
multilabel_margin_loss_forward nan_to_num nll_loss2d_forward nll_loss_forward prelu prelu_kernel
rrelu_with_noise
rrelu_with_noise_functional smooth_l1_loss
"""
# what normalises a weight: once for all samples of a batch
_OF_WEIGHTS = "mv vdot weight_norm weight_norm_interface norm_except_dim"
_NAMES = frozenset(f"{_MADE_AND_ARRANGED} {_CHOSEN} {_SUMMED} {_SINGLE} {_OF_WEIGHTS}".split())


def is_nothing(operation: Any) -> bool:
    """True for an operation (`OpOverload`) of which it is known that it has no sums of products."""
    if operation.namespace not in ("aten", "prim", "prims"):
        return False
    if operation.is_view or not _TAGS.isdisjoint(operation.tags):
        return True
    return operation.overloadpacket.__name__.strip("_") in _NAMES
