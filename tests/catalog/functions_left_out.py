"""Functions of torch that are no layers, each with its reason."""

from __future__ import annotations

_REASONS: dict[str, str] = {
    "another name of a function that is one": (
        "absolute arccos arccosh arcsin arcsinh arctan arctan2 arctanh clip concat concatenate "
        "divide fix ger greater greater_equal less less_equal moveaxis multiply negative not_equal "
        "subtract swapaxes swapdims true_divide inverse det logdet slogdet cross "
        "special.digamma sgn row_stack"
    ),
    "drawn with one or two others": (
        "addbmm addcdiv addcmul addmm addmv addr baddbmm adjoint angle polar real imag aminmax "
        "argwhere atleast_1d atleast_2d atleast_3d block_diag broadcast_tensors broadcast_to "
        "cartesian_prod chain_matmul clamp_max clamp_min square column_stack combinations "
        "corrcoef cov cumulative_trapezoid trapezoid trapz deg2rad rad2deg diag diagflat diff dist "
        "dot vdot inner mm mv dsplit hsplit vsplit tensor_split dstack hstack vstack fliplr flipud "
        "ravel rot90 t trace tile heaviside kron logaddexp2 float_power msort "
        "norm norm_except_dim frobenius_norm nuclear_norm positive rsub std_mean var_mean "
        "take take_along_dim tensordot threshold gradient ldexp meshgrid renorm unravel_index "
        "ones_like zeros_like masked_scatter diagonal_scatter select_scatter slice_scatter "
        "as_strided_scatter slice_inverse split_with_sizes unsafe_chunk unsafe_split "
        "unsafe_split_with_sizes pdist nanmean nansum rrelu bilinear conv_tbc stft istft "
        "native_channel_shuffle fmax fmin isin isclose isreal isneginf isposinf index_put put "
        "index_reduce"
    ),
    "complex numbers travel as two tensors": (
        "complex conj conj_physical is_complex is_conj resolve_conj resolve_neg is_neg "
        "view_as_complex view_as_real"
    ),
    "how much comes out depends on the values": (
        "bincount histc histogram histogramdd masked_select nonzero nonzero_static unique "
        "unique_consecutive segment_reduce"
    ),
    "no gradient, and no part of a model": (
        "allclose equal bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift "
        "bitwise_xor bucketize searchsorted gcd lcm nextafter signbit frexp is_distributed "
        "is_floating_point is_inference is_nonzero is_same_size is_signed get_device numel "
        "hash_tensor empty_like clone choose_qparams_optimized binomial"
    ),
    "rare in models; a layer of a package can bring it": (
        "cholesky cholesky_inverse cholesky_solve geqrf igamma igammac i0 lobpcg lu lu_solve "
        "lu_unpack matrix_exp matrix_power mode mvlgamma polygamma nanmedian nanquantile quantile "
        "orgqr ormqr "
        "pca_lowrank pinverse qr svd svd_lowrank triangular_solve feature_dropout"
    ),
    "an inner part of other functions": (
        "affine_grid_generator batch_norm_backward_elemt batch_norm_backward_reduce "
        "batch_norm_elemt batch_norm_gather_stats batch_norm_gather_stats_with_counts "
        "batch_norm_stats batch_norm_update_stats constant_pad_nd convolution grid_sampler "
        "grid_sampler_2d grid_sampler_3d gru gru_cell lstm lstm_cell rnn_relu rnn_relu_cell "
        "rnn_tanh rnn_tanh_cell max_pool1d_with_indices native_batch_norm native_dropout "
        "native_group_norm native_layer_norm native_norm multi_head_attention_forward "
        "adaptive_max_pool1d_with_indices adaptive_max_pool2d_with_indices "
        "adaptive_max_pool3d_with_indices fractional_max_pool2d_with_indices "
        "fractional_max_pool3d_with_indices max_pool2d_with_indices max_pool3d_with_indices"
    ),
    "for one vendor's libraries": (
        "miopen_batch_norm miopen_convolution miopen_convolution_add_relu miopen_convolution_relu "
        "miopen_convolution_transpose miopen_depthwise_convolution miopen_rnn "
        "fbgemm_linear_fp16_weight fbgemm_linear_fp16_weight_fp32_activation "
        "fbgemm_linear_int8_weight fbgemm_linear_int8_weight_fp32_activation "
        "fbgemm_linear_quantize_weight fbgemm_pack_gemm_matrix_fp16 fbgemm_pack_quantized_matrix"
    ),
    "numbers of fewer bits are a matter of export": (
        "dequantize fake_quantize_per_channel_affine fake_quantize_per_tensor_affine "
        "fused_moving_avg_obs_fake_quant int_repr q_per_channel_axis q_per_channel_scales "
        "q_per_channel_zero_points q_scale q_zero_point quantize_per_channel quantize_per_tensor "
        "quantize_per_tensor_dynamic quantized_batch_norm quantized_gru_cell quantized_lstm_cell "
        "quantized_max_pool1d quantized_max_pool2d quantized_max_pool3d quantized_rnn_relu_cell "
        "quantized_rnn_tanh_cell"
    ),
    "for sparse tensors": "dsmm hsmm hspmm saddmm smm spmm sspaddmm",
    "for numbers that torch traces": (
        "sym_float sym_int sym_ite sym_max sym_min sym_not sym_sqrt sym_sum"
    ),
    "BCELoss and BCEWithLogitsLoss are layers": (
        "binary_cross_entropy binary_cross_entropy_with_logits"
    ),
    "its module says why": (
        "soft_margin_loss linear_cross_entropy triplet_margin_with_distance_loss"
    ),
}

FUNCTIONS_LEFT_OUT: dict[str, str] = {
    name: reason for reason, names in _REASONS.items() for name in names.split()
}
"""By name without `torch.` or `torch.nn.functional.`."""
